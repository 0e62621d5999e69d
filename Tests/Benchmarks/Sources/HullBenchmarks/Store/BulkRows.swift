// Many mutations of one row each, over HTTP, one transaction each.

import BenchmarkSupport
import Foundation

/// The rows of bulk writes.
struct BulkRows {
  let run: BenchmarkRun

  func measure() async throws {
    let count = run.options.mutations
    var (single, grouped): ([Pair], [Pair]) = ([], [])
    var latencies = ""
    let raw = try RawCommits(in: try run.folder("bulk-raw"), seconds: run.options.seconds)
    for repetition in 0..<run.options.repetitions {
      run.report.progress("\(count) mutations, repetition \(repetition + 1)")
      let alone = try raw.rate(rowsPerCommit: 1)
      let server = try BackgroundProcess.hull(try run.folder("bulk"), durability: "full")
      defer { server.stop() }
      var load = Load.call(
        "mutation",
        "notes:add",
        #"{"number":{n},"text":"\#(BenchmarkRun.text)"}"#,
        connections: 64,
        seconds: 0
      )
      load.requests = count
      let report = try server.load(load)
      let together = try raw.rate(rowsPerCommit: 64)
      try verify(count, server)
      latencies = report.latencies
      single.append(Pair(ours: report.perSecond, anchor: alone))
      grouped.append(Pair(ours: report.perSecond, anchor: together))
    }
    run.report.add(
      Row(
        "\(count) mutations of one row over HTTP, 64 connections",
        against: "raw single-row commits",
        single,
        durability: "full",
        note: latencies
      )
    )
    run.report.add(
      Row("the same", against: "raw, 64 rows a commit", grouped, durability: "full")
    )
  }

  /// Counts what was written.
  private func verify(_ count: Int, _ server: BackgroundProcess) throws {
    var found = 0
    for first in stride(from: 0, to: count, by: 10_000) {
      let bounds = #"{"first":\#(first),"end":\#(first + 10_000)}"#
      found += Int(Double(try server.call("query", "loops:count", bounds)) ?? 0)
    }
    guard found == count else {
      throw BenchmarkFailure("of \(count) mutations that were answered, \(found) are there")
    }
  }
}
