// The one thing authentication asks of the network, so that tests can answer in its place.

/// Gets documents over HTTP.
package protocol HTTPFetching: Sendable {
  /// Gets one document, without following redirects.
  ///
  /// - Parameters:
  ///   - url: An `http` or `https` URL.
  ///   - limits: How much and how long at most.
  /// - Returns: The answer, whatever its status.
  /// - Throws: ``HTTPFetchError`` when there is none within the limits.
  func get(_ url: String, limits: HTTPFetchLimits) async throws(HTTPFetchError) -> HTTPFetchedAnswer
}

/// Bounds on getting one document.
package struct HTTPFetchLimits: Sendable, Hashable {
  /// The longest body, in bytes.
  package var bodyBytes: Int
  /// How long it may take from the first to the last byte.
  package var time: Duration

  /// Bounds on one document.
  package init(bodyBytes: Int, time: Duration) {
    self.bodyBytes = bodyBytes
    self.time = time
  }
}

/// What a server answered.
package struct HTTPFetchedAnswer: Sendable {
  /// The status code.
  package var status: Int
  /// The standard text of the status code; empty for codes that have none.
  package var reason: String
  /// The header fields as they came.
  package var fields: [(name: String, value: String)]
  /// The body.
  package var body: [UInt8]

  /// An answer.
  package init(
    status: Int,
    reason: String,
    fields: [(name: String, value: String)],
    body: [UInt8]
  ) {
    self.status = status
    self.reason = reason
    self.fields = fields
    self.body = body
  }

  /// The first value of a header field, named in lower case.
  package subscript(name: String) -> String? {
    fields.first { $0.name.lowercased() == name }?.value
  }
}

/// Why there was no answer.
package struct HTTPFetchError: Error, Sendable, Hashable {
  /// What happened, for a sentence.
  package var message: String

  /// An error with its text.
  package init(_ message: String) { self.message = message }
}
