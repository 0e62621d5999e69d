// Frames on the wire (RFC 6455 section 5).

import NIOCore

/// The kinds of frames.
package enum WebSocketOpcode: UInt8, Sendable {
  case continuation = 0
  case text = 1
  case binary = 2
  case close = 8
  case ping = 9
  case pong = 10

  /// Whether frames of this kind may come between the fragments of a message.
  var isControl: Bool { rawValue >= 8 }
}

/// Writes the server's frames, which are whole messages and not masked.
enum WebSocketFrame {
  /// The longest payload of a control frame.
  static let longestControlPayload = 125

  /// A frame in a buffer of its own.
  static func encode(_ opcode: WebSocketOpcode, _ payload: [UInt8]) -> ByteBuffer {
    var buffer = ByteBufferAllocator().buffer(capacity: payload.count + 10)
    buffer.writeInteger(0x80 | opcode.rawValue)
    switch payload.count {
    case ...125: buffer.writeInteger(UInt8(payload.count))
    case ...0xFFFF:
      buffer.writeInteger(126 as UInt8)
      buffer.writeInteger(UInt16(payload.count))
    default:
      buffer.writeInteger(127 as UInt8)
      buffer.writeInteger(UInt64(payload.count))
    }
    buffer.writeBytes(payload)
    return buffer
  }

  /// A ping without payload, shared by all sockets.
  static let ping = encode(.ping, [])
}

/// What a close frame says (RFC 6455 section 5.5.1 and 7.4).
package struct WebSocketClose: Sendable, Hashable {
  /// The status code; nil for an empty frame.
  package var code: UInt16?
  /// The reason.
  package var reason: String

  /// The longest reason, in bytes.
  package static let longestReason = 123

  /// A close with its reason cut at ``longestReason``, between characters.
  package init(code: UInt16?, reason: String = "") {
    self.code = code
    guard reason.utf8.count > Self.longestReason else {
      self.reason = reason
      return
    }
    var end = reason.utf8.index(reason.startIndex, offsetBy: Self.longestReason)
    while end.samePosition(in: reason.unicodeScalars) == nil {
      end = reason.utf8.index(before: end)
    }
    self.reason = String(reason[..<end])
  }

  /// The payload of the frame.
  var payload: [UInt8] {
    guard let code else { return [] }
    return [UInt8(code >> 8), UInt8(code & 0xFF)] + Array(reason.utf8)
  }

  /// Reads the payload of a frame.
  ///
  /// - Throws: ``WebSocketViolation`` for half a code, a code no endpoint may send, or a reason that
  ///   is no text.
  init(payload: [UInt8]) throws(WebSocketViolation) {
    switch payload.count {
    case 0: self.init(code: nil)
    case 1: throw .protocolError("A close frame has half a status code.")
    default:
      let code = UInt16(payload[0]) << 8 | UInt16(payload[1])
      guard Self.isSendable(code) else {
        throw .protocolError("No endpoint may send status code \(code).")
      }
      guard let reason = String(validating: payload[2...], as: UTF8.self) else {
        throw .invalidText
      }
      self.init(code: code, reason: reason)
    }
  }

  /// Whether a status code may be on the wire (RFC 6455 section 7.4.2 and the IANA registry).
  private static func isSendable(_ code: UInt16) -> Bool {
    switch code {
    case 1000...1003, 1007...1014, 3000...4999: true
    default: false
    }
  }
}

/// What a client did against the protocol.
package enum WebSocketViolation: Error, Sendable, Hashable {
  /// A frame that must not be sent like this.
  case protocolError(String)
  /// Text that is not UTF-8.
  case invalidText
  /// More than the server takes.
  case tooLarge(String)

  /// How the server closes the socket.
  var close: WebSocketClose {
    switch self {
    case .protocolError(let reason): WebSocketClose(code: 1002, reason: reason)
    case .invalidText: WebSocketClose(code: 1007, reason: "Text is not valid UTF-8.")
    case .tooLarge(let reason): WebSocketClose(code: 1009, reason: reason)
    }
  }
}
