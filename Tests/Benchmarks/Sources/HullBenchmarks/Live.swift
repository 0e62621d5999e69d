// The live rows: how soon clients see a write, and what it costs to have them.

import ArgumentParser
import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

struct Live: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "live",
    abstract: "Measure subscriptions against bare WebSockets on NIO, and print the rows."
  )

  @Option(help: "Writes per row.") var writes = 300
  @Option(help: "Subscribers of the fan-out row.") var subscribers = 1_000
  @Option(help: "Connections of the memory row.") var connections = 10_000

  func run() async throws {
    Row.printHeader()
    let directory = URL.temporaryDirectory.appending(path: "hull-live-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: directory) }
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    try await updates(directory.appending(path: "updates"), group)
    try await memory(directory.appending(path: "memory"), group)
    try commits()
    try await group.shutdownGracefully()
  }

  // MARK: How soon

  /// What a write takes until every subscriber has it, beyond what it takes to be answered.
  private func updates(_ directory: URL, _ group: MultiThreadedEventLoopGroup) async throws {
    let server = try BackgroundProcess.hull(directory, ["--durability", "off"])
    defer { server.stop() }
    let anchor = try BackgroundProcess.start(try Tool.own(), ["sockets"])
    defer { anchor.stop() }

    let writer = try await Writer(server.port, group)
    for _ in 0..<50 { _ = try await writer.write() }
    var answers: [Double] = []
    for _ in 0..<writes { answers.append(try await writer.write()) }
    let answer = answers.median

    let echo = Gathering(count: 1)
    let echoing = try await SocketClient.open(anchor.port, "/echo", on: group) { _ in echo.arrive()
    }

    for count in [1, subscribers] {
      let gathering = Gathering(count: count)
      let size = NIOLockedValueBox(0)
      var clients: [SocketClient] = []
      for _ in 0..<count {
        let client = try await SocketClient.open(server.port, "/api/sync", on: group) { text in
          size.withLockedValue { $0 = text.readableBytes }
          gathering.arrive()
        }
        clients.append(client)
      }
      try await gathering.round {
        for client in clients { client.subscribe(to: "notes:latest", "{}") }
      }
      var ours: [Double] = []
      for _ in 0..<writes {
        ours.append(try await gathering.round { writer.send() } - answer)
        try await writer.settle()
      }
      let payload = String(repeating: "x", count: size.withLockedValue { $0 })
      for client in clients { try await client.close() }

      var bare: [Double] = []
      if count == 1 {
        for _ in 0..<writes { bare.append(try await echo.round { echoing.send(payload) }) }
      } else {
        let heard = Gathering(count: count)
        var listeners: [SocketClient] = []
        for _ in 0..<count {
          listeners.append(
            try await SocketClient.open(anchor.port, "/broadcast", on: group) { _ in heard.arrive()
            }
          )
        }
        for _ in 0..<writes {
          bare.append(try await heard.round { listeners[0].send(payload) })
        }
        for listener in listeners { try await listener.close() }
      }
      let (goal, name, other) =
        count == 1
        ? ("", "a write to its one subscriber, beyond its answer", "bare echo")
        : ("≤ 1.5 ×", "a write to the last of \(count) subscribers", "bare broadcast")
      for (part, of) in [("p50", 0.5), ("p99", 0.99)] {
        print(
          Row(
            name: "\(name): \(part)",
            ours: "\(Int(ours.quantile(of))) µs",
            anchor: "\(other) \(Int(bare.quantile(of))) µs",
            ratio: ours.quantile(of) / bare.quantile(of),
            goal: part == "p50" ? goal : ""
          ).markdown
        )
      }
    }
  }

  // MARK: What it costs

  /// The memory of a connection that is subscribed to a query of its own and idle.
  private func memory(_ directory: URL, _ group: MultiThreadedEventLoopGroup) async throws {
    let server = try BackgroundProcess.hull(directory, ["--durability", "off"])
    defer { server.stop() }
    // The first thousand pay for what all others share.
    let warm = try await connect(1_000, from: 0, to: server.port, group)
    let before = try server.residentBytes()
    let rest = try await connect(connections - 1_000, from: 1_000, to: server.port, group)
    let after = try server.residentBytes()
    let each = Double(after - before) / Double(rest.count)
    print(
      Row(
        name: "memory of an idle connection with one subscription, of \(connections)",
        ours: "\(Int(each)) B",
        anchor: "24 KiB",
        ratio: each / 24_576,
        goal: "≤ 1 ×"
      ).markdown
    )
    for client in warm + rest { try await client.close() }
  }

  private func connect(
    _ count: Int,
    from first: Int,
    to port: Int,
    _ group: MultiThreadedEventLoopGroup
  ) async throws -> [SocketClient] {
    var clients: [SocketClient] = []
    for number in first..<(first + count) {
      let gathering = Gathering(count: 1)
      let client = try await SocketClient.open(port, "/api/sync", on: group) { _ in
        gathering.arrive()
      }
      try await gathering.round {
        client.subscribe(to: "notes:find", #"{"number":\#(number)}"#)
      }
      clients.append(client)
    }
    return clients
  }

  /// What a commit costs with few and with many subscriptions that it does not concern.
  private func commits() throws {
    let output = try Tool.run(try Tool.named("InProcessBenchmarks"), ["subscriptions"])
    let figures = try JSONDecoder().decode(Figures.self, from: Data(output.utf8))
    print(
      Row(
        name: "a commit beside \(figures.many) subscriptions it does not concern",
        ours: "\(Int(figures.withMany)) µs",
        anchor: "beside \(figures.few): \(Int(figures.withFew)) µs",
        ratio: figures.withMany / figures.withFew,
        goal: "≤ 1.2 ×"
      ).markdown
    )
  }

  /// What `InProcessBenchmarks subscriptions` prints.
  private struct Figures: Decodable {
    var few: Int
    var many: Int
    var withFew: Double
    var withMany: Double
  }
}

extension SocketClient {
  /// Subscribes to one query, as a client does that has just connected.
  fileprivate func subscribe(to path: String, _ arguments: String) {
    send(
      #"{"type":"Connect","sessionId":"\#(UUID().uuidString)","connectionCount":0,"#
        + #""lastCloseReason":"InitialConnect","clientTs":0}"#
    )
    send(
      #"{"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":[{"type":"Add","#
        + #""queryId":0,"udfPath":"\#(path)","args":[\#(arguments)]}]}"#
    )
  }
}

/// A client that writes and knows when it has been answered.
private final class Writer: Sendable {
  private let socket: SocketClient
  private let answers: Gathering
  private let transitions: Gathering
  private let number = NIOLockedValueBox(0)
  private static let text = String(repeating: "abcdefghij", count: 18)

  init(_ port: Int, _ group: any EventLoopGroup) async throws {
    let (answers, transitions) = (Gathering(count: 1), Gathering(count: 1))
    self.answers = answers
    self.transitions = transitions
    socket = try await SocketClient.open(port, "/api/sync", on: group) { text in
      let isAnswer =
        text.getString(at: text.readerIndex, length: 24) == #"{"type":"MutationRespons"#
      (isAnswer ? answers : transitions).arrive()
    }
    socket.send(
      #"{"type":"Connect","sessionId":"\#(UUID().uuidString)","connectionCount":0}"#
    )
  }

  /// Writes a note and waits for the answer and the Transition after it.
  ///
  /// - Returns: The time to the answer, in microseconds.
  func write() async throws -> Double {
    let time = try await answers.round { self.send() }
    try await transitions.wait()
    return time
  }

  func send() {
    let id = number.withLockedValue { number in
      defer { number += 1 }
      return number
    }
    socket.send(
      #"{"type":"Mutation","requestId":\#(id),"udfPath":"notes:add","#
        + #""args":[{"number":\#(id),"text":"\#(Self.text)"}]}"#
    )
  }

  /// Waits until what was sent last has been answered and shown.
  func settle() async throws {
    try await answers.wait()
    try await transitions.wait()
  }
}

/// Waits for a number of arrivals.
private final class Gathering: Sendable {
  private struct State {
    var arrived = 0
    var waiting: CheckedContinuation<ContinuousClock.Instant, Never>?
    var last = ContinuousClock.now
  }

  private let state = NIOLockedValueBox(State())
  private let count: Int

  init(count: Int) { self.count = count }

  func arrive() {
    let now = ContinuousClock.now
    let waiting: CheckedContinuation<ContinuousClock.Instant, Never>? = state.withLockedValue {
      state in
      state.arrived += 1
      state.last = now
      guard state.arrived >= count, let waiting = state.waiting else { return nil }
      state.arrived -= count
      state.waiting = nil
      return waiting
    }
    waiting?.resume(returning: now)
  }

  /// Waits until all have arrived, and tells when the last one did.
  @discardableResult
  func wait() async throws -> ContinuousClock.Instant {
    await withCheckedContinuation { continuation in
      let last: ContinuousClock.Instant? = state.withLockedValue { state in
        if state.arrived >= count {
          state.arrived -= count
          return state.last
        }
        state.waiting = continuation
        return nil
      }
      if let last { continuation.resume(returning: last) }
    }
  }

  /// Does something and waits for what follows; returns how long that took, in microseconds.
  @discardableResult
  func round(_ body: () -> Void) async throws -> Double {
    let start = ContinuousClock.now
    body()
    let elapsed = try await wait() - start
    return Double(elapsed.components.seconds) * 1e6
      + Double(elapsed.components.attoseconds) / 1e12
  }
}
