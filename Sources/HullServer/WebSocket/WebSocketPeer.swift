// What speaks over a WebSocket, and who may open one.

package import NIOCore

/// The server's side of the conversation on one WebSocket.
///
/// Everything is called on the event loop of the socket, and nothing while one of the socket's own
/// methods is running, but ``drained()`` within ``WebSocket/flush()``.
package protocol WebSocketPeer: AnyObject {
  /// The socket is open; the first call.
  ///
  /// - Parameter socket: What to answer on; the peer keeps it.
  func opened(_ socket: WebSocket)

  /// A whole text message has arrived, valid UTF-8.
  func received(text: [UInt8])

  /// A whole binary message has arrived, whose contents are not kept.
  func receivedBinary()

  /// Everything sent so far has been handed to the system; called after ``WebSocket/queuedMessages``
  /// was more than 0.
  func drained()

  /// How much of what has arrived it keeps, in bytes of the messages it came in.
  var retainedBytes: Int { get }

  /// About a second has passed.
  func tick()

  /// The server is shutting down.
  ///
  /// - Returns: Whether the socket may be closed at once, with 1001. A peer that returns false closes
  ///   it itself, soon.
  func shouldClose() -> Bool

  /// Nothing more can be sent, nothing more will arrive; the last call, made exactly once, whoever
  /// closed the socket.
  func closed()
}

/// Whether a request may become a WebSocket.
package enum WebSocketAdmission {
  /// It is answered like any other request.
  case refuse(HTTPResponse)

  /// It becomes one if its handshake is in order; the fields go into the answer either way.
  ///
  /// The peer is made on the event loop it is for.
  case accept(
    fields: [HTTPResponse.Field],
    makePeer: @Sendable (any EventLoop) -> any WebSocketPeer
  )
}
