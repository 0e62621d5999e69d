// Money that moves between two accounts, drawn evenly or mostly the same few.

import BenchmarkSupport
import Foundation

/// The rows of contention.
///
/// The published benchmark has 50 workers with up to 16 calls in flight each, and calls Convex over
/// HTTP/1.1, where a call in flight is a connection: 800 of them here.
struct ContentionRows {
  let run: BenchmarkRun

  static let connections = 50 * 16
  static let exponent = 1.5
  /// What every account has at first.
  private static let balance = 1_000_000

  func measure() async throws {
    let accounts = run.options.accounts
    run.report.progress("opening \(accounts) accounts")
    let server = try BackgroundProcess.hull(try run.folder("bank"), durability: "full")
    defer { server.stop() }
    let size = min(1_000, accounts)
    let total = accounts / size * size
    try server.openAccounts(total, batch: size, balance: Self.balance)
    let postgres = Postgres.started(for: run, accounts: total)
    defer { postgres?.stop() }

    var (skew, peerEven, peerSkew, peerLoss): ([Pair], [Pair], [Pair], [Pair]) = ([], [], [], [])
    var (refused, notes) = (0, ("", ""))
    for repetition in 0..<run.options.repetitions {
      run.report.progress("transfers, repetition \(repetition + 1)")
      let even = try transfers(.uniform(of: total), server)
      let zipf = try transfers(.zipf(of: total, exponent: Self.exponent), server)
      refused += even.refused + zipf.refused
      skew.append(Pair(ours: zipf.succeeded, anchor: even.succeeded))
      notes = (zipf.latencies, even.latencies)
      guard let postgres else { continue }
      let (other, otherSkewed) = (
        try postgres.transfers(nil), try postgres.transfers(Self.exponent)
      )
      peerEven.append(Pair(ours: even.succeeded, anchor: other))
      peerSkew.append(Pair(ours: zipf.succeeded, anchor: otherSkewed))
      peerLoss.append(Pair(ours: otherSkewed, anchor: other))
    }
    try verify(total, server)
    let loss = 100 * (1 - skew.map(\.ratio).median)
    let name = "transfers between two of \(total) accounts, 50 × 16 connections"
    run.report.add(
      Row(
        "\(name), Zipf \(Self.exponent), \(refused) refused, sum of balances right",
        against: "uniform",
        skew,
        goal: .atLeast(0.9),
        durability: "full",
        note: String(format: "%.0f %% lost, ", loss) + notes.0,
        anchorNote: notes.1
      )
    )
    guard postgres != nil else { return }
    let against = "PostgreSQL, pgbench, 50 clients, a procedure"
    run.report.add(Row("\(name), uniform", against: against, peerEven, durability: "full"))
    run.report.add(
      Row("\(name), Zipf \(Self.exponent)", against: against, peerSkew, durability: "full")
    )
    run.report.add(
      Row(
        "for comparison: PostgreSQL at Zipf \(Self.exponent)",
        against: "PostgreSQL, uniform",
        peerLoss,
        durability: "full"
      )
    )
  }

  private func transfers(_ draw: Load.Draw, _ server: BackgroundProcess) throws -> LoadReport {
    var load = Load.call(
      "mutation",
      "bank:transfer",
      #"{"from":{a},"to":{b},"amount":1}"#,
      connections: Self.connections,
      seconds: run.options.seconds * 2
    )
    load.draw = draw
    return try server.load(load, refusals: true)
  }

  /// Adds up all balances: no transfer may have made or lost money.
  private func verify(_ accounts: Int, _ server: BackgroundProcess) throws {
    var sum = 0.0
    for first in stride(from: 0, to: accounts, by: 10_000) {
      let range = #"{"first":\#(first),"count":\#(min(10_000, accounts - first))}"#
      sum += Double(try server.call("query", "bank:total", range)) ?? .nan
    }
    guard sum == Double(Self.balance * accounts) else {
      throw BenchmarkFailure("the balances add up to \(sum), not \(Self.balance * accounts)")
    }
  }
}

extension LoadReport {
  /// Answers per second that were no refusals.
  fileprivate var succeeded: Double { Double(requests - refused) / seconds }
}

extension BackgroundProcess {
  /// Opens accounts numbered from 0.
  fileprivate func openAccounts(_ count: Int, batch: Int, balance: Int) throws {
    for first in stride(from: 0, to: count, by: batch) {
      let arguments = #"{"first":\#(first),"count":\#(batch),"balance":\#(balance)}"#
      try call("mutation", "bank:open", arguments)
    }
  }
}
