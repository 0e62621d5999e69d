extension ActingContext {
  /// Sends an HTTP request to another server.
  ///
  /// ```swift
  /// let response = try await ctx.fetch(HTTPRequest(.post, "https://example.org/mail", body: HTTPBody(text)))
  /// guard response.isSuccess else { throw ConvexError("The mail was not taken.") }
  /// ```
  ///
  /// Queries and mutations cannot do this, because they may run more than once.
  ///
  /// - Parameters:
  ///   - request: What to send.
  ///   - options: How long to wait, and how many redirects to follow.
  /// - Returns: The response, whatever its status, once its head is there; its body arrives while it
  ///   is read, and must be read before the action ends.
  /// - Throws: ``FetchError`` when there is no response.
  public func fetch(
    _ request: HTTPRequest,
    options: FetchOptions = FetchOptions()
  ) async throws -> HTTPResponse {
    try await host.host.fetch(request, options)
  }

  /// Gets a document from another server.
  ///
  /// - Parameters:
  ///   - url: The whole URL.
  ///   - options: How long to wait, and how many redirects to follow.
  /// - Returns: The response, as ``fetch(_:options:)-(HTTPRequest,_)`` does.
  /// - Throws: ``FetchError`` when there is no response.
  public func fetch(
    _ url: String,
    options: FetchOptions = FetchOptions()
  ) async throws -> HTTPResponse {
    try await fetch(HTTPRequest(.get, url), options: options)
  }
}

/// How a request of `ctx.fetch` is sent.
public struct FetchOptions: Sendable, Hashable {
  /// How long it may take until the head of the response is there: 60 seconds.
  ///
  /// The body may take as long as the action runs. Nothing of it may arrive for a minute, or, if this is
  /// more than a minute, for as long as the action runs.
  public var timeout: Duration
  /// How many redirects are followed; with 0 the response that redirects is returned.
  public var maximumRedirects: Int

  /// Makes options.
  ///
  /// - Parameters:
  ///   - timeout: How long it may take until the head of the response is there.
  ///   - maximumRedirects: How many redirects are followed.
  public init(timeout: Duration = .seconds(60), maximumRedirects: Int = 20) {
    self.timeout = timeout
    self.maximumRedirects = maximumRedirects
  }
}

/// Why a request of `ctx.fetch` got no response.
public struct FetchError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What stood in the way.
  public enum Reason: Sendable, Hashable {
    /// The URL is none of `http` or `https`, or a header field cannot be sent.
    case invalidRequest
    /// Nobody answered in time.
    case timedOut
    /// The other server redirects too often.
    case tooManyRedirects
    /// The connection could not be made, or was lost.
    case connectionFailed
    /// The backend sends no requests.
    case notPermitted
  }

  /// What stood in the way.
  public var reason: Reason
  /// What happened, naming the URL.
  public var message: String

  /// Makes an error.
  public init(_ reason: Reason, _ message: String) {
    self.reason = reason
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
