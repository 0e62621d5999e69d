// Joins a WebSocket and the worker that serves it.

import HullSync
import NIOCore

/// The server's side of one WebSocket of the sync protocol; confined to its event loop.
final class SyncPeer: WebSocketPeer, SyncTransport {
  private let worker: SyncWorker
  private var socket: WebSocket?

  init(worker: SyncWorker) { self.worker = worker }

  // MARK: From the socket

  func opened(_ socket: WebSocket) {
    self.socket = socket
    worker.opened(self)
  }

  func received(text: [UInt8]) { worker.received(text: text) }

  func receivedBinary() { worker.receivedBinary() }

  func drained() { worker.drained() }

  var retainedBytes: Int { worker.retainedBytes }

  func tick() { worker.tick() }

  // Clients connect again, and everything they had under way is sent again.
  func shouldClose() -> Bool { true }

  func closed() {
    socket = nil
    worker.closed()
  }

  // MARK: From the worker

  var queuedMessages: Int { socket?.queuedMessages ?? 0 }

  func send(_ message: [UInt8]) { socket?.send(text: message) }

  func send(continuation: [UInt8]) { socket?.send(text: continuation, continues: true) }

  func flush() { socket?.flush() }

  func close(code: UInt16?, reason: String) { socket?.close(code: code, reason: reason) }
}
