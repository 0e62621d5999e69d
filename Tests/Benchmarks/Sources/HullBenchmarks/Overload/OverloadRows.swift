// What is left of the throughput when four times as much is asked for.

import BenchmarkSupport
import Foundation

/// The rows of too much to do: requests by the clock, at four times the peak of the same run.
struct OverloadRows {
  let run: BenchmarkRun

  private static let excess = 4.0

  /// Enough connections for those that wait for their turn and those that wait to be refused.
  ///
  /// - Parameter peak: Requests a second that the server can do.
  /// - Returns: How many; the server takes 16 384.
  private static func connections(peak: Double) -> Int {
    let refusalDelay = 1.0
    return min(2_600 + Int(1.5 * (excess - 1) * peak * refusalDelay), 15_000)
  }

  private struct Kind {
    var name: String
    var durability: String?
    var route: String
    var function: String
    var arguments: String
  }

  func measure() async throws {
    for kind in [
      // The more a request is worth, the less it is to refuse one; the generator costs as much again.
      Kind(
        name: "10 000 documents read and written out",
        route: "query",
        function: "notes:copy",
        arguments: #"{"count":100,"times":100,"number":{n}}"#
      ),
      Kind(
        name: "1 000 documents read and written out",
        route: "query",
        function: "notes:copy",
        arguments: #"{"count":100,"times":10,"number":{n}}"#
      ),
      Kind(
        name: "durable mutation",
        durability: "full",
        route: "mutation",
        function: "notes:add",
        arguments: #"{"number":{n},"text":"\#(BenchmarkRun.text)"}"#
      ),
    ] { try await measure(kind) }
  }

  private func measure(_ kind: Kind) async throws {
    let server = try BackgroundProcess.hull(
      try run.folder("overload"),
      durability: kind.durability ?? "normal",
      ["--query-cache", "0"]
    )
    defer { server.stop() }
    let text = BenchmarkRun.text
    try server.fill(
      "notes:fill",
      { #"{"first":\#($0)e3,"count":\#($1),"text":"\#(text)"}"# },
      total: 1_000
    )
    var (rates, memory, tails): ([Pair], [Pair], [Pair]) = ([], [], [])
    var offered: [Double] = []
    var last = OpenLoopReport()
    for repetition in 0..<run.options.repetitions {
      run.report.progress("overload, \(kind.name), repetition \(repetition + 1)")
      let load = Load.call(
        kind.route,
        kind.function,
        kind.arguments,
        connections: 64,
        seconds: 2 * run.options.seconds
      )
      let peak = try server.load(load)
      let before = try server.privateBytes()
      last = try server.overload(
        load,
        rate: Self.excess * peak.perSecond,
        connections: Self.connections(peak: peak.perSecond),
        seconds: 8 * run.options.seconds
      )
      guard last.other == 0, last.served + last.refused == last.sent else {
        throw BenchmarkFailure("not every request was served or refused: \(last)")
      }
      offered.append(Double(last.sent) / (8 * run.options.seconds) / peak.perSecond)
      rates.append(Pair(ours: last.goodput, anchor: peak.perSecond))
      tails.append(Pair(ours: last.p99 * 1_000, anchor: peak.p99 * 1_000))
      memory.append(Pair(ours: Double(try server.privateBytes()), anchor: Double(before)))
    }
    let share = Double(last.refused) / Double(max(1, last.sent)) * 100
    // A request that is sent costs a machine that the generator shares with the server.
    let sent = offered.median
    run.report.add(
      Row(
        "\(kind.name), four times its peak due",
        against: "its peak, 64 connections",
        rates,
        goal: sent >= 3.5 ? .atLeast(0.9) : nil,
        durability: kind.durability,
        note: String(format: "%.1f × its peak sent, %.0f %% refused", sent, share)
      )
    )
    run.report.add(
      Row(
        "the same: p99 of what was served",
        against: "at the peak",
        tails,
        .microseconds,
        durability: kind.durability,
        note: "p50 \(Unit.microseconds.text(last.p50 * 1_000))"
      )
    )
    run.report.add(Row("the same: memory afterwards", against: "before", memory, .bytes))
  }
}

extension BackgroundProcess {
  /// Sends requests by the clock from a process of its own.
  fileprivate func overload(
    _ load: Load,
    rate: Double,
    connections: Int,
    seconds: Double
  ) throws -> OpenLoopReport {
    let output = try Tool.run(
      try Tool.own(),
      [
        "open-loop", "--port", "\(port)", "--rate", "\(rate)", "--connections", "\(connections)",
        "--seconds", "\(seconds)", "--path", load.path, "--body", load.body,
      ]
    )
    return try JSONDecoder().decode(OpenLoopReport.self, from: Data(output.utf8))
  }
}
