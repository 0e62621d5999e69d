// A WebSocket client that says exactly what a test wants it to say, frame by frame.

import Testing

/// One WebSocket to a server on loopback, read by one test.
///
/// It does nothing by itself: pings are seen and not answered, closes not echoed.
final class RawWebSocketClient {
  /// A frame of the server.
  enum Incoming: Equatable {
    case text(String)
    case binary([UInt8])
    case ping([UInt8])
    case pong([UInt8])
    case close(code: UInt16?, reason: String)
    /// A frame no server should send.
    case other(first: UInt8, payload: [UInt8])
  }

  /// The connection below.
  let client: RawClient
  /// The answer to the handshake.
  let response: RawResponse

  /// The key of every handshake, and what it is answered with (RFC 6455 section 1.3).
  static let key = "dGhlIHNhbXBsZSBub25jZQ=="
  static let accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

  /// The head of a handshake.
  static func handshake(_ path: String, fields: [String] = []) -> String {
    let lines =
      [
        "GET \(path) HTTP/1.1", "Host: localhost", "Upgrade: websocket", "Connection: Upgrade",
        "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: \(key)",
      ] + fields
    return lines.joined(separator: "\r\n") + "\r\n\r\n"
  }

  /// Opens a socket on a fresh connection.
  convenience init(
    port: Int,
    path: String = "/socket",
    fields: [String] = [],
    isSlow: Bool = false
  ) async throws {
    try await self.init(
      upgrading: RawClient(port: port, isSlow: isSlow),
      path: path,
      fields: fields,
      isSlow: isSlow
    )
  }

  /// Opens a socket on a connection that may have been used before.
  ///
  /// - Parameters:
  ///   - client: The connection.
  ///   - path: Where the socket is.
  ///   - fields: Further header fields.
  ///   - isSlow: Whether the client does not read yet: the answer is then not waited for, and comes
  ///     before the first frame.
  /// - Throws: ``ConnectionEnded``, or what the system says.
  init(
    upgrading client: RawClient,
    path: String = "/socket",
    fields: [String] = [],
    isSlow: Bool = false
  ) async throws {
    self.client = client
    try await client.send(Self.handshake(path, fields: fields))
    guard !isSlow else {
      response = RawResponse(status: 0, fields: [], body: "")
      return
    }
    response = try await client.response()
    try #require(response.status == 101, "\(response)")
  }

  /// Takes over a connection whose handshake has been answered.
  init(opened client: RawClient, response: RawResponse) {
    self.client = client
    self.response = response
  }

  // MARK: Sending

  /// The bytes of a frame.
  static func frame(
    _ opcode: UInt8,
    _ payload: [UInt8],
    isFinal: Bool = true,
    reservedBits: UInt8 = 0,
    mask: [UInt8]? = [0x37, 0xFA, 0x21, 0x3D],
    claimedLength: Int? = nil
  ) -> [UInt8] {
    let length = claimedLength ?? payload.count
    var bytes = [(isFinal ? 0x80 : 0) | reservedBits << 4 | opcode]
    let maskBit: UInt8 = mask == nil ? 0 : 0x80
    switch length {
    case ...125: bytes.append(maskBit | UInt8(length))
    case ...0xFFFF: bytes += [maskBit | 126, UInt8(length >> 8), UInt8(length & 0xFF)]
    default:
      bytes.append(maskBit | 127)
      for shift in stride(from: 56, through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: length >> shift))
      }
    }
    guard let mask else { return bytes + payload }
    bytes += mask
    var position = 0
    for byte in payload {
      bytes.append(byte ^ mask[position])
      position = (position + 1) & 3
    }
    return bytes
  }

  /// Sends a text message as one frame.
  func send(_ text: String) async throws {
    try await send(1, Array(text.utf8))
  }

  /// Sends a frame.
  func send(_ opcode: UInt8, _ payload: [UInt8] = [], isFinal: Bool = true) async throws {
    try await client.send(bytes: Self.frame(opcode, payload, isFinal: isFinal))
  }

  /// Sends a close frame.
  func close(code: UInt16? = nil, reason: String = "") async throws {
    let head = code.map { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } ?? []
    try await send(8, head + Array(reason.utf8))
  }

  // MARK: Receiving

  /// The next frame, whatever it is.
  func frame() async throws -> Incoming {
    let head = try await client.bytes(2)
    var length = Int(head[1] & 0x7F)
    if length >= 126 {
      let bytes = try await client.bytes(length == 126 ? 2 : 8)
      length = bytes.reduce(0) { $0 << 8 | Int($1) }
    }
    let payload = try await client.bytes(length)
    guard head[1] & 0x80 == 0 else { return .other(first: head[0], payload: payload) }
    switch head[0] {
    case 0x81: return .text(String(decoding: payload, as: UTF8.self))
    case 0x82: return .binary(payload)
    case 0x89: return .ping(payload)
    case 0x8A: return .pong(payload)
    case 0x88 where payload.count != 1:
      guard payload.count >= 2 else { return .close(code: nil, reason: "") }
      let code = UInt16(payload[0]) << 8 | UInt16(payload[1])
      return .close(code: code, reason: String(decoding: payload[2...], as: UTF8.self))
    default: return .other(first: head[0], payload: payload)
    }
  }

  /// The next frame that is no ping.
  func next() async throws -> Incoming {
    while true {
      let frame = try await frame()
      if case .ping = frame { continue }
      return frame
    }
  }

  /// The next text message; pings before it are skipped.
  func text() async throws -> String {
    let frame = try await next()
    guard case .text(let text) = frame else {
      Issue.record("a text message was expected, not \(frame)")
      return ""
    }
    return text
  }

  /// Reads until the server closes the connection, and says whether nothing but pings came.
  func endsNow() async throws -> Bool {
    do {
      let frame = try await next()
      Issue.record("the connection should end, not bring \(frame)")
      return false
    } catch let end as ConnectionEnded {
      return end.received == ""
    }
  }
}
