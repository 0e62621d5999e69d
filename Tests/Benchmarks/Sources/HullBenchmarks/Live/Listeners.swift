// The same without Hull: bare WebSockets that hear a broadcast, or their own echo if there is one.

import BenchmarkSupport
import NIOCore

/// Clients of the bare server.
struct Listeners {
  private let gathering: Gathering
  private let clients: [SocketClient]
  private let payload: String

  /// Connects clients that hear messages of so many bytes.
  static func connect(
    _ count: Int,
    to port: Int,
    payload: Int,
    _ group: any EventLoopGroup
  ) async throws -> Listeners {
    let gathering = Gathering(count: count, of: "bare messages")
    var clients: [SocketClient] = []
    for _ in 0..<count {
      let path = count == 1 ? "/echo" : "/broadcast"
      let client = try await SocketClient.open(port, path, on: group) { _ in gathering.arrive() }
      clients.append(client)
    }
    let text = String(repeating: "x", count: payload)
    return Listeners(gathering: gathering, clients: clients, payload: text)
  }

  /// Sends one message and returns how long it took to the last listener, in microseconds.
  func round() async throws -> Double { try await gathering.round { clients[0].send(payload) } }

  /// Messages per second that reach all of them together with 16 under way.
  func rate(seconds: Double) async throws -> Double {
    let before = gathering.total
    let start = ContinuousClock.now
    for _ in 0..<16 { clients[0].send(payload) }
    while ContinuousClock.now - start < .seconds(seconds) {
      try await gathering.wait()
      clients[0].send(payload)
    }
    let rate = Double(gathering.total - before) / (ContinuousClock.now - start).inSeconds
    for _ in 0..<16 { try await gathering.wait() }
    return rate
  }

  func close() async throws { for client in clients { try await client.close() } }
}
