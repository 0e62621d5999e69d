// A complete response and how it is written to the wire.

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

/// Writes response heads as bytes, without the detour over header collections.
struct HTTPResponseWriter {
  /// Bodies up to this size are copied behind their head, which is cheaper than a second buffer.
  static let largestCopiedBody = 16 * 1024

  /// What the connection does after this response.
  enum Persistence {
    case close
    case keepAlive
    /// HTTP/1.0 clients want to be told that the connection stays.
    case announcedKeepAlive
  }

  /// Writes one response.
  ///
  /// - Parameters:
  ///   - response: What to say.
  ///   - date: The value of the `Date` field; empty to leave it out.
  ///   - persistence: What happens to the connection afterwards.
  ///   - omitsBody: Whether this answers HEAD: the length is told, the body is not sent.
  ///   - allocator: Where the buffer comes from.
  /// - Returns: Head and, when it is small, body; and what is left of the body to write after it.
  static func serialize(
    _ response: HTTPResponse,
    date: String,
    persistence: Persistence,
    omitsBody: Bool,
    allocator: ByteBufferAllocator
  ) -> (head: ByteBuffer, rest: ByteBuffer?) {
    let length = response.body.readableBytes
    let isCopied = length <= largestCopiedBody && !omitsBody
    var buffer = allocator.buffer(capacity: 384 + (isCopied ? length : 0))
    writeHead(response, .counted(length), date: date, persistence: persistence, to: &buffer)
    if omitsBody || length == 0 { return (buffer, nil) }
    guard isCopied else { return (buffer, response.body) }
    buffer.writeImmutableBuffer(response.body)
    return (buffer, nil)
  }

  /// How the client knows where the body ends.
  enum Framing {
    case counted(Int)
    case chunked
    /// By the end of the connection.
    case untilClose
  }

  /// Writes the head of a response.
  ///
  /// - Parameters:
  ///   - response: What to say; its body is not looked at.
  ///   - framing: How the body is told from what follows.
  ///   - date: The value of the `Date` field; empty to leave it out.
  ///   - persistence: What happens to the connection afterwards.
  ///   - buffer: Where the head goes.
  static func writeHead(
    _ response: HTTPResponse,
    _ framing: Framing,
    date: String,
    persistence: Persistence,
    to buffer: inout ByteBuffer
  ) {
    if response.status == .ok {
      buffer.writeStaticString("HTTP/1.1 200 OK\r\n")
    } else {
      buffer.writeString("HTTP/1.1 \(response.status.code) \(response.status.reasonPhrase)\r\n")
    }
    if let contentType = response.contentType {
      switch contentType {
      case .json: buffer.writeStaticString("content-type: application/json\r\n")
      default: write("content-type", contentType.rawValue, to: &buffer)
      }
    }
    for field in response.fields { write(field, to: &buffer) }
    switch framing {
    // These have no body, and RFC 9110 section 8.6 forbids to tell its length.
    case _ where response.status.code < 200 || response.status == .noContent: break
    case .counted(let length):
      buffer.writeStaticString("content-length: ")
      write(decimal: length, to: &buffer)
      buffer.writeStaticString("\r\n")
    case .chunked: buffer.writeStaticString("transfer-encoding: chunked\r\n")
    case .untilClose: break
    }
    switch persistence {
    case .close: buffer.writeStaticString("connection: close\r\n")
    case .keepAlive: break
    case .announcedKeepAlive: buffer.writeStaticString("connection: keep-alive\r\n")
    }
    if !date.isEmpty { write("date", date, to: &buffer) }
    buffer.writeStaticString("\r\n")
  }

  /// Writes a header field, unless its value would start a line of its own.
  static func write(_ field: HTTPResponse.Field, to buffer: inout ByteBuffer) {
    if isSafe(field.value) { write(field.name, field.value, to: &buffer) }
  }

  private static func write(_ name: String, _ value: String, to buffer: inout ByteBuffer) {
    buffer.writeString(name)
    buffer.writeStaticString(": ")
    buffer.writeString(value)
    buffer.writeStaticString("\r\n")
  }

  private static func write(decimal value: Int, to buffer: inout ByteBuffer) {
    guard value >= 10 else {
      buffer.writeInteger(UInt8(ascii: "0") + UInt8(value))
      return
    }
    write(decimal: value / 10, to: &buffer)
    buffer.writeInteger(UInt8(ascii: "0") + UInt8(value % 10))
  }

  /// Some values repeat what a client sent; none of them may start a line of its own.
  private static func isSafe(_ value: String) -> Bool {
    value.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }
  }
}
