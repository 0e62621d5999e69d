// A complete response.

package import Hull
package import NIOCore
package import NIOHTTP1

/// One HTTP response with its whole body, or with what yields it.
package struct HTTPResponse: Sendable {
  /// One header field.
  package struct Field: Sendable, Equatable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// The media types the API answers with.
  package enum ContentType: String, Sendable {
    case json = "application/json"
    case text = "text/plain; charset=utf-8"
    case metrics = "text/plain; version=0.0.4; charset=utf-8"
    case bytes = "application/octet-stream"
  }

  /// The status code and reason.
  package var status: HTTPResponseStatus

  /// The media type of the body; nil sends none.
  package var contentType: ContentType?

  /// Further header fields.
  ///
  /// A value that holds a control character is left out on the wire.
  package var fields: [Field]

  /// The whole body.
  package var body: ByteBuffer

  /// What yields the body, instead of ``body``; nil for a body in memory.
  package var content: Content?

  /// A body that is not in memory.
  package indirect enum Content: Sendable {
    /// Read chunk by chunk, as fast as the client takes it; without a length it goes out chunked.
    case chunks(HTTPBody)

    /// A range of the bytes of a file, which must lie within it.
    case file(OpenFile, Range<Int>)

    /// The number of bytes, if it is known.
    var length: Int? {
      switch self {
      case .chunks(let body): body.length
      case .file(_, let range): range.count
      }
    }
  }

  /// Creates a response.
  ///
  /// - Parameters:
  ///   - status: The status.
  ///   - contentType: The media type of the body.
  ///   - fields: Further header fields.
  ///   - body: The body.
  package init(
    status: HTTPResponseStatus,
    contentType: ContentType? = nil,
    fields: [Field] = [],
    body: ByteBuffer = ByteBuffer()
  ) {
    self.status = status
    self.contentType = contentType
    self.fields = fields
    self.body = body
  }

  /// Creates a response whose body is sent as it is made.
  ///
  /// If the client goes away, the body is not read any further.
  ///
  /// - Parameters:
  ///   - status: The status.
  ///   - fields: The header fields, without those about length and connection.
  ///   - body: The body.
  package init(status: HTTPResponseStatus, fields: [Field] = [], content body: HTTPBody) {
    self.init(status: status, fields: fields)
    if let bytes = body.bytesInMemory {
      self.body = ByteBuffer(bytes: bytes)
    } else {
      content = .chunks(body)
    }
  }

  /// Creates a response whose body is part of a file.
  ///
  /// - Parameters:
  ///   - status: The status.
  ///   - fields: The header fields, without those about length and connection.
  ///   - file: The file.
  ///   - range: The bytes to send; nil for the whole file.
  package init(
    status: HTTPResponseStatus,
    fields: [Field] = [],
    file: OpenFile,
    range: Range<Int>? = nil
  ) {
    self.init(status: status, fields: fields)
    content = .file(file, (range ?? 0..<file.size).clamped(to: 0..<file.size))
  }

  /// A 200 with a text body.
  package static func text(_ text: String) -> HTTPResponse {
    HTTPResponse(status: .ok, contentType: .text, body: ByteBuffer(string: text))
  }
}
