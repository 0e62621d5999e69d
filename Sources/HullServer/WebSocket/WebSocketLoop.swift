// What the WebSockets of one event loop share: one timer, and one flush per turn.

import NIOCore
import Synchronization

/// The WebSockets of one event loop; confined to it.
final class WebSocketLoop {
  private let eventLoop: any EventLoop
  private let interval: TimeAmount
  private var connections: [WebSocketConnection] = []
  private var unflushed: [WebSocketConnection] = []
  private var timer: RepeatedTask?

  init(eventLoop: any EventLoop, interval: TimeAmount) {
    self.eventLoop = eventLoop
    self.interval = interval
  }

  /// Takes in a connection; the timer runs while there is one.
  func add(_ connection: WebSocketConnection) {
    connection.position = connections.count
    connections.append(connection)
    guard timer == nil else { return }
    // Sound: the timer fires on this event loop.
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    timer = eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
      bound.value.tick()
    }
  }

  /// Lets go of a connection; the last one takes its place.
  func remove(_ connection: WebSocketConnection) {
    guard let position = connection.position else { return }
    connection.position = nil
    let last = connections.removeLast()
    if last !== connection {
      connections[position] = last
      last.position = position
    }
    guard connections.isEmpty else { return }
    connections = []
    timer?.cancel()
    timer = nil
  }

  private func tick() {
    let now = NIODeadline.now()
    // A copy, since connections may come and go meanwhile.
    for connection in connections { connection.tick(now) }
  }

  /// Flushes a connection once this turn of the event loop is over.
  func flushSoon(_ connection: WebSocketConnection) {
    unflushed.append(connection)
    guard unflushed.count == 1 else { return }
    // Sound: runs on this event loop.
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    eventLoop.execute { bound.value.flush() }
  }

  private func flush() {
    let connections = unflushed
    unflushed = []
    for connection in connections { connection.flush() }
  }
}

/// The ``WebSocketLoop`` of each event loop of a server, made when it is first needed.
final class WebSocketLoops: Sendable {
  private let interval: TimeAmount
  /// Protects the table; entered once per socket.
  private let loops = Mutex<[ObjectIdentifier: NIOLoopBound<WebSocketLoop>]>([:])

  init(interval: TimeAmount) { self.interval = interval }

  /// The one of an event loop, on which this is called.
  func loop(of eventLoop: any EventLoop) -> WebSocketLoop {
    let bound = loops.withLock { loops in
      if let bound = loops[ObjectIdentifier(eventLoop)] { return bound }
      let loop = WebSocketLoop(eventLoop: eventLoop, interval: interval)
      let bound = NIOLoopBound(loop, eventLoop: eventLoop)
      loops[ObjectIdentifier(eventLoop)] = bound
      return bound
    }
    return bound.value
  }
}
