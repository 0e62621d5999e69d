// Whether a request is a WebSocket handshake, and the answer to one (RFC 6455 section 4.2).

import Crypto
import HullRuntime
import HullValues
import NIOCore
import NIOHTTP1

/// The opening of a WebSocket.
enum WebSocketHandshake {
  /// Whether the head of a request asks for a WebSocket, well or badly.
  static func isOffered(by head: HTTPRequestHead) -> Bool {
    head.version == .http1_1 && isWebSocket(head.headers) && namesUpgrade(head.headers)
  }

  /// Checks a handshake.
  ///
  /// - Parameters:
  ///   - request: A request.
  ///   - isUpgradable: Whether its connection can become a WebSocket.
  /// - Returns: The key the client drew.
  /// - Throws: ``BackendError`` with the reference's code for what is wrong.
  static func key(of request: HTTPRequest, isUpgradable: Bool) throws(BackendError) -> String {
    guard request.method == .GET else {
      throw flaw("MethodNotGet", "Request method must be GET")
    }
    guard namesUpgrade(request.headers) else {
      throw flaw("InvalidConnectionHeader", "Connection header did not include upgrade")
    }
    guard isWebSocket(request.headers) else {
      throw flaw("InvalidUpgradeHeader", "Upgrade header did not include websocket")
    }
    guard let key = request.headers.first(name: "sec-websocket-key") else {
      throw flaw("WebSocketKeyHeaderMissing", "Sec-WebSocket-Key header missing")
    }
    guard request.headers.first(name: "sec-websocket-version") == "13" else {
      throw flaw(
        "InvalidWebSocketVersionHeader",
        "Sec-WebSocket-Version header did not include 13"
      )
    }
    guard isUpgradable else {
      throw flaw("ConnectionNotUpgradable", "WebSocket request could not be upgraded")
    }
    return key
  }

  private static func flaw(_ code: String, _ message: String) -> BackendError {
    BackendError(kind: .badRequest, code: code, message: message)
  }

  private static func namesUpgrade(_ headers: HTTPHeaders) -> Bool {
    headers["connection"].contains { $0.lowercased().contains("upgrade") }
  }

  private static func isWebSocket(_ headers: HTTPHeaders) -> Bool {
    headers.first(name: "upgrade")?.lowercased() == "websocket"
  }

  /// What the client's key is answered with.
  static func accept(_ key: String) -> String {
    let digest = Insecure.SHA1.hash(
      data: Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
    )
    return Base64.encode(Array(digest))
  }

  /// The head that ends the handshake.
  ///
  /// - Parameters:
  ///   - key: What the client drew.
  ///   - fields: Further header fields.
  ///   - date: The value of the `Date` field.
  ///   - allocator: Where the buffer comes from.
  /// - Returns: The head.
  static func answer(
    to key: String,
    fields: [HTTPResponse.Field],
    date: String,
    allocator: ByteBufferAllocator
  ) -> ByteBuffer {
    var buffer = allocator.buffer(capacity: 512)
    buffer.writeStaticString(
      "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
    )
    HTTPResponseWriter.write(.init("sec-websocket-accept", accept(key)), to: &buffer)
    for field in fields { HTTPResponseWriter.write(field, to: &buffer) }
    HTTPResponseWriter.write(.init("date", date), to: &buffer)
    buffer.writeStaticString("\r\n")
    return buffer
  }
}
