// How a response is written to the wire.

import NIOCore
import NIOHTTP1

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
    var buffer = allocator.buffer(
      capacity: mostBytesOfHead(response, date: date) + (isCopied ? length : 0)
    )
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
    let room = mostBytesOfHead(response, date: date)
    // A buffer is asked for its bytes once: to append every part to it costs as much as the rest of
    // an answer does.
    buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { bytes in
      var head = HeadWriter(bytes)
      writeHead(response, framing, date: date, persistence: persistence, to: &head)
      return head.count
    }
  }

  /// No less than the head of a response takes.
  private static func mostBytesOfHead(_ response: HTTPResponse, date: String) -> Int {
    // Fixed texts and numbers, the longest of each kind, are 133 bytes.
    var bytes = 192 + date.utf8.count
    if response.status != .ok { bytes += response.status.reasonPhrase.utf8.count }
    if let contentType = response.contentType { bytes += contentType.rawValue.utf8.count }
    for field in response.fields { bytes += field.name.utf8.count + field.value.utf8.count + 4 }
    return bytes
  }

  private static func writeHead(
    _ response: HTTPResponse,
    _ framing: Framing,
    date: String,
    persistence: Persistence,
    to head: inout HeadWriter
  ) {
    if response.status == .ok {
      head.append("HTTP/1.1 200 OK\r\n" as StaticString)
    } else {
      head.append("HTTP/1.1 " as StaticString)
      head.append(decimal: Int(response.status.code))
      head.append(" " as StaticString)
      head.append(response.status.reasonPhrase)
      head.append("\r\n" as StaticString)
    }
    switch response.contentType {
    case .json?: head.append("content-type: application/json\r\n" as StaticString)
    case let contentType?: head.append(field: "content-type", contentType.rawValue)
    case nil: break
    }
    for field in response.fields where isSafe(field.value) {
      head.append(field: field.name, field.value)
    }
    switch framing {
    // These have no body, and RFC 9110 section 8.6 forbids to tell its length.
    case _ where response.status.code < 200 || response.status == .noContent: break
    case .counted(let length):
      head.append("content-length: " as StaticString)
      head.append(decimal: length)
      head.append("\r\n" as StaticString)
    case .chunked: head.append("transfer-encoding: chunked\r\n" as StaticString)
    case .untilClose: break
    }
    switch persistence {
    case .close: head.append("connection: close\r\n" as StaticString)
    case .keepAlive: break
    case .announcedKeepAlive: head.append("connection: keep-alive\r\n" as StaticString)
    }
    if !date.isEmpty { head.append(field: "date", date) }
    head.append("\r\n" as StaticString)
  }

  /// Writes a header field, unless its value would start a line of its own.
  static func write(_ field: HTTPResponse.Field, to buffer: inout ByteBuffer) {
    guard isSafe(field.value) else { return }
    buffer.writeString("\(field.name): \(field.value)\r\n")
  }

  /// Some values repeat what a client sent; none of them may start a line of its own.
  private static func isSafe(_ value: String) -> Bool {
    var value = value
    return value.withUTF8 { bytes in
      // Without a way out early, so that many bytes are looked at at a time.
      var unsafe: UInt8 = 0
      for byte in bytes {
        unsafe |= (byte < 0x20 && byte != 0x09) || byte == 0x7F ? 1 : 0
      }
      return unsafe == 0
    }
  }
}

/// Appends the parts of a head to bytes there is enough room in.
///
/// Room is checked at every part, so that a wrong estimate ends the process rather than writing
/// beyond the buffer.
private struct HeadWriter {
  private let bytes: UnsafeMutableRawBufferPointer
  /// How many bytes are written.
  private(set) var count = 0

  /// Writes into bytes that are valid as long as this is used.
  init(_ bytes: UnsafeMutableRawBufferPointer) { self.bytes = bytes }

  mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { append($0) }
  }

  mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append($0) }
  }

  mutating func append(field name: String, _ value: String) {
    append(name)
    append(": " as StaticString)
    append(value)
    append("\r\n" as StaticString)
  }

  mutating func append(decimal value: Int) {
    if value >= 10 { append(decimal: value / 10) }
    precondition(count < bytes.count, "the head is longer than was reckoned")
    bytes[count] = UInt8(ascii: "0") + UInt8(value % 10)
    count += 1
  }

  private mutating func append(_ part: UnsafeBufferPointer<UInt8>) {
    precondition(part.count <= bytes.count - count, "the head is longer than was reckoned")
    guard let source = part.baseAddress, let target = bytes.baseAddress else { return }
    // Sound: both ends lie in their buffers, as checked, and the buffers are different memory.
    (target + count).copyMemory(from: source, byteCount: part.count)
    count += part.count
  }
}
