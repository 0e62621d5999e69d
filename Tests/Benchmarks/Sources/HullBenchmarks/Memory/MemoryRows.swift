// What a server weighs, and whether it gives back what it took.

import BenchmarkSupport
import Foundation
import NIOPosix

/// The rows of memory.
struct MemoryRows {
  let run: BenchmarkRun

  func measure() async throws {
    try await burst()
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    try await connections(group)
    try await subscriptions(group)
    try await group.shutdownGracefully()
  }

  // MARK: A burst

  private func burst() async throws {
    let (idle, peak, again, own) = try await burst(durability: "full")
    run.report.add(
      Row(
        "idle memory",
        against: "the goal",
        [Pair(ours: idle, anchor: 50e6)],
        .bytes,
        goal: .atMost(1)
      )
    )
    let seconds = Int(run.options.seconds * 6)
    run.report.add(
      Row(
        "most memory in a burst of \(seconds) s, 256 connections, pages of the file included",
        against: "idle",
        [Pair(ours: peak, anchor: idle)],
        .bytes,
        durability: "full"
      )
    )
    run.report.add(
      Row(
        "memory after the burst, pages of the file included",
        against: "idle",
        [Pair(ours: again, anchor: idle)],
        .bytes,
        goal: .atMost(1.1),
        durability: "full"
      )
    )
    run.report.add(
      Row("the same without pages of the file", against: "idle", [own], .bytes, durability: "full")
    )
  }

  /// Memory before, in and after a burst of reads and writes; the last pair leaves out the file.
  private func burst(
    durability: String
  ) async throws -> (idle: Double, peak: Double, again: Double, own: Pair) {
    run.report.progress("memory: a burst")
    let server = try BackgroundProcess.hull(try run.folder("burst"), durability: durability)
    defer { server.stop() }
    let note = #"{"number":-1,"text":"\#(BenchmarkRun.text)"}"#
    let id = try server.call("mutation", "notes:add", note)
    try await server.settle(patience: 10)
    let (idle, own) = (try server.residentBytes(), try server.privateBytes())
    try server.forgetPeak()
    let seconds = run.options.seconds * 3
    let text = #"{"number":{n},"text":"\#(BenchmarkRun.text)"}"#
    _ = try server.load("mutation", "notes:add", text, connections: 256, seconds: seconds)
    let question = #"{"id":\#(id),"number":{n}.5}"#
    _ = try server.load("query", "notes:ask", question, connections: 256, seconds: seconds)
    let peak = try server.peakBytes()
    // The server lets go of memory once it has had nothing to do for a while.
    try await server.settle(patience: 40, still: 12)
    return (
      Double(idle), Double(peak), Double(try server.residentBytes()),
      Pair(ours: Double(try server.privateBytes()), anchor: Double(own))
    )
  }

  // MARK: Connections

  /// The memory of a connection that has said who it is and nothing else.
  private func connections(_ group: MultiThreadedEventLoopGroup) async throws {
    let count = run.options.connections
    run.report.progress("memory: \(count) connections")
    let server = try BackgroundProcess.hull(try run.folder("connections"), durability: "off")
    defer { server.stop() }
    // The first thousand pay for what all others share.
    let warm = try await SyncClients.connect(1_000, to: server.port, on: group)
    try await server.settle(patience: 5)
    let before = try server.residentBytes()
    let rest = try await SyncClients.connect(count - 1_000, to: server.port, on: group)
    try await server.settle(patience: 5)
    let each = Double(try server.residentBytes() - before) / Double(rest.count)
    run.report.add(
      Row(
        "memory of an idle WebSocket, of \(count)",
        against: "no goal but",
        [Pair(ours: each, anchor: 24_576)],
        .bytes
      )
    )
    for client in warm + rest { try await client.close() }
  }

  /// The memory of a connection with a query of its own, and of one more query on a connection.
  private func subscriptions(_ group: MultiThreadedEventLoopGroup) async throws {
    let count = run.options.connections
    run.report.progress("memory: \(count) subscriptions")
    let server = try BackgroundProcess.hull(try run.folder("subscriptions"), durability: "off")
    defer { server.stop() }
    let warm = try await SyncClients.subscribe(1_000, from: 0, to: server.port, on: group)
    try await server.settle(patience: 5)
    let before = try server.residentBytes()
    let rest = try await SyncClients.subscribe(
      count - 1_000,
      from: 1_000,
      to: server.port,
      on: group
    )
    try await server.settle(patience: 5)
    let each = Double(try server.residentBytes() - before) / Double(rest.count)
    run.report.add(
      Row(
        "memory of an idle WebSocket with one subscription, of \(count)",
        against: "the goal",
        [Pair(ours: each, anchor: 24_576)],
        .bytes,
        goal: .atMost(1)
      )
    )
    for client in warm + rest { try await client.close() }
    let shared = try await sharedSubscriptions(count, group)
    run.report.add(
      Row(
        "memory of one more subscription on a WebSocket, of \(count) on 10",
        against: "a WebSocket with one",
        [Pair(ours: shared, anchor: each)],
        .bytes
      )
    )
  }

  private func sharedSubscriptions(
    _ count: Int,
    _ group: MultiThreadedEventLoopGroup
  ) async throws -> Double {
    let server = try BackgroundProcess.hull(try run.folder("shared"), durability: "off")
    defer { server.stop() }
    var clients: [SocketClient] = []
    func subscribe(_ first: Int, _ each: Int) async throws {
      for number in 0..<10 {
        let gathering = Gathering(count: 1)
        let client = try await SocketClient.open(server.port, "/api/sync", on: group) { _ in
          gathering.arrive()
        }
        let arguments = (0..<each).map { #"{"number":\#(first + number * each + $0)}"# }
        try await gathering.round { client.subscribe(to: "notes:find", arguments) }
        clients.append(client)
      }
    }
    try await subscribe(count, 100)
    try await server.settle(patience: 5)
    let before = try server.residentBytes()
    try await subscribe(count + 1_000, count / 10)
    try await server.settle(patience: 5)
    let after = try server.residentBytes()
    for client in clients { try await client.close() }
    return Double(after - before) / Double(count / 10 * 10)
  }
}
