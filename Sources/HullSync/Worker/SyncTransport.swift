// What a sync worker needs of the connection it serves.

/// A connection that carries whole messages, used on one thread at a time: its loop's.
package protocol SyncTransport: AnyObject {
  /// Messages that have not left for the client yet, because it does not take them fast enough.
  var queuedMessages: Int { get }

  /// Sends a message, after those sent before.
  func send(_ message: [UInt8])

  /// Sends a message that is a further piece of the one before.
  func send(continuation: [UInt8])

  /// Has what was sent leave now, while everything about the connection is at hand: by itself it may
  /// leave a little later.
  func flush()

  /// Closes the connection, after what was sent.
  ///
  /// - Parameters:
  ///   - code: The close code; nil for a close frame without one.
  ///   - reason: A short reason, at most 123 bytes.
  func close(code: UInt16?, reason: String)
}

extension SyncTransport {
  /// For a connection that takes whatever is sent.
  package func send(continuation: [UInt8]) { send(continuation) }

  /// For a connection on which nothing waits.
  package func flush() {}
}
