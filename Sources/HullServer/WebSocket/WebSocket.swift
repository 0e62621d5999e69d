// An open WebSocket as its peer sees it.

package import NIOCore

/// The sending half of one WebSocket; confined to its event loop.
///
/// Once the socket is dead every method does nothing.
package final class WebSocket {
  /// Where everything about the socket happens.
  package let eventLoop: any EventLoop

  /// Cleared when the socket dies, which ends the cycle of peer, socket and connection.
  private var connection: WebSocketConnection?

  init(connection: WebSocketConnection, eventLoop: any EventLoop) {
    self.connection = connection
    self.eventLoop = eventLoop
  }

  func detach() { connection = nil }

  /// Sends a text message.
  ///
  /// It is handed to the system as long as the client keeps up, and waits behind earlier ones
  /// otherwise. A client that lets more wait than the configuration allows is closed with 1013.
  /// What is sent during one turn of the event loop leaves together, at its end or with ``flush()``.
  ///
  /// - Parameters:
  ///   - text: UTF-8.
  ///   - continues: Whether it is a further piece of what was sent last: it waits with that, however much
  ///     there is.
  package func send(text: [UInt8], continues: Bool = false) {
    eventLoop.assertInEventLoop()
    connection?.send(text, continues: continues)
  }

  /// Has what was sent leave now.
  package func flush() {
    eventLoop.assertInEventLoop()
    connection?.flush()
  }

  /// How many messages wait because the client does not keep up.
  package var queuedMessages: Int { connection?.queuedMessages ?? 0 }

  /// Closes the socket, after what waits has been sent.
  ///
  /// The peer receives nothing more; its `closed()` comes soon.
  ///
  /// - Parameters:
  ///   - code: The status code; nil for a close frame without one.
  ///   - reason: At most 123 bytes of it are sent, and none without a code.
  package func close(code: UInt16?, reason: String = "") {
    eventLoop.assertInEventLoop()
    connection?.close(WebSocketClose(code: code, reason: reason))
  }

  /// Reads nothing more from the client, which TCP then holds back; what has been read already still
  /// arrives.
  package func pauseReading() {
    eventLoop.assertInEventLoop()
    connection?.pauseReading()
  }

  /// Reads on.
  package func resumeReading() {
    eventLoop.assertInEventLoop()
    connection?.resumeReading()
  }
}
