// A peer that does what a test's messages tell it, and a router that leads to it.

import HullServer
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

/// Routes of ``StubRouter`` and a WebSocket at `/socket`.
struct SocketRouter: HTTPRouter {
  let stub = StubRouter()
  /// What the peers are told, in order.
  let events = Signal()
  /// What the peers answer when the server shuts down.
  var closesAtOnce = true

  func route(method: HTTPMethod, path: String) -> HTTPRoute {
    switch path {
    case "/socket":
      HTTPRoute(
        bodyLimit: 1000,
        work: .webSocket { [events, closesAtOnce] _ in
          .accept(fields: [.init("x-extra", "yes"), .init("x-forged", "a\r\nb")]) { _ in
            ScriptedPeer(events: events, closesAtOnce: closesAtOnce)
          }
        }
      )
    case "/refused":
      HTTPRoute(
        bodyLimit: 1000,
        work: .webSocket { _ in .refuse(HTTPResponse(status: .forbidden)) }
      )
    default: stub.route(method: method, path: path)
    }
  }
}

/// Echoes every message that is no command.
final class ScriptedPeer: WebSocketPeer {
  private(set) var retainedBytes = 0
  private let events: Signal
  private let closesAtOnce: Bool
  private var socket: WebSocket?

  init(events: Signal, closesAtOnce: Bool) {
    self.events = events
    self.closesAtOnce = closesAtOnce
  }

  func opened(_ socket: WebSocket) {
    self.socket = socket
    events.send("opened")
  }

  func received(text: [UInt8]) {
    let words = String(decoding: text.prefix(100), as: UTF8.self).split(separator: " ")
    switch (words.first, words.count) {
    case ("close", 1): socket?.close(code: nil)
    case ("close", 3):
      socket?.send(text: Array("last".utf8))
      socket?.close(code: UInt16(words[1]), reason: String(words[2]))
      // Too late.
      socket?.send(text: Array("never".utf8))
    case ("flood", 3):
      let filling = [UInt8](repeating: UInt8(ascii: "x"), count: Int(words[2]) ?? 0)
      for number in 0..<(Int(words[1]) ?? 0) {
        socket?.send(text: Array("\(number) ".utf8) + filling)
      }
      events.send("queued \(socket?.queuedMessages ?? 0 > 0 ? "some" : "none")")
    case ("keep", 2):
      retainedBytes = Int(words[1]) ?? 0
      socket?.send(text: text)
    case ("pause", 1):
      socket?.pauseReading()
      events.send("paused")
    default: socket?.send(text: text)
    }
  }

  func receivedBinary() { socket?.close(code: 1011, reason: "binary") }

  func drained() { events.send("drained") }

  func tick() { socket?.resumeReading() }

  func shouldClose() -> Bool {
    events.send("shouldClose")
    return closesAtOnce
  }

  func closed() {
    // The socket is dead: none of this does anything.
    socket?.send(text: [])
    socket?.close(code: 1000)
    events.send("closed")
  }
}

/// Waits for what no event tells: looks every few milliseconds, for as long as the test may run.
func eventually(_ condition: () -> Bool) async throws {
  while !condition() {
    try Task.checkCancellation()
    let loop = MultiThreadedEventLoopGroup.singleton.any()
    try await loop.scheduleTask(in: .milliseconds(2)) {}.futureResult.get()
  }
}

extension ServerConfiguration {
  /// One for tests: any free port, and otherwise as a test changes it.
  static func test(_ change: (inout ServerConfiguration) -> Void = { _ in }) -> ServerConfiguration
  {
    var configuration = ServerConfiguration(port: 0)
    configuration.refusalDelay = .zero
    change(&configuration)
    return configuration
  }
}
