// What scheduled functions cost, beside mutations that do the same at once.

import BenchmarkSupport
import Foundation

/// The rows of scheduled functions.
///
/// The mutations run inside of the server, called by its actions, so that no row measures HTTP.
struct JobRows {
  let run: BenchmarkRun

  /// How many mutations one action runs.
  private static let batch = 20
  /// How many functions one mutation schedules, which is far from the limit.
  private static let planned = 500

  private var count: Int { run.options.jobs }

  // MARK: Scheduling

  /// To schedule a function against to insert a document.
  func scheduling() throws {
    let server = try server()
    defer { server.stop() }
    var pairs: [Pair] = []
    for _ in 0..<run.options.repetitions {
      let inserts = try mutations("notes:add", callers: 64, server)
      let ours = try mutations("jobs:addLater", callers: 64, server)
      pairs.append(Pair(ours: ours, anchor: inserts))
    }
    run.report.add(
      Row(
        "mutations that schedule one function, 64 callers",
        against: "that insert one document",
        pairs,
        goal: .atLeast(0.5),
        durability: "full"
      )
    )
  }

  /// Mutations per second.
  private func mutations(
    _ path: String,
    callers: Int,
    _ server: BackgroundProcess
  ) throws -> Double {
    let report = try server.load(
      "action",
      "jobs:repeat",
      #"{"path":"\#(path)","first":{n},"count":\#(Self.batch),"text":"\#(BenchmarkRun.text)"}"#,
      connections: callers,
      seconds: run.options.seconds
    )
    return report.perSecond * Double(Self.batch)
  }

  // MARK: Running

  /// To run functions that are due against to run them at once; and who notices.
  func draining() async throws {
    var (rates, growth, median, tail): ([Pair], [Pair], [Pair], [Pair]) = ([], [], [], [])
    for repetition in 0..<run.options.repetitions {
      run.report.progress("\(count) due functions, repetition \(repetition + 1)")
      let server = try server()
      defer { server.stop() }
      let plain = try mutations("notes:add", callers: 16, server)
      // The memory that any mutation needs is there now.
      let alone = try await drain(server)
      rates.append(Pair(ours: Double(count) / alone.seconds, anchor: plain))
      growth.append(Pair(ours: Double(alone.growth), anchor: 64e6))

      let note = #"{"number":-1,"text":"\#(BenchmarkRun.text)"}"#
      let id = try server.call("mutation", "notes:add", note)
      let calm = try pointQueries(of: id, first: 1, run.options.seconds, server)
      let beside = alone.seconds / 2
      var measured: LoadReport?
      _ = try await drain(server) { measured = try pointQueries(of: id, first: 2, beside, server) }
      guard let busy = measured else { continue }
      median.append(Pair(ours: busy.p50 * 1_000, anchor: calm.p50 * 1_000))
      tail.append(Pair(ours: busy.p99 * 1_000, anchor: calm.p99 * 1_000))
    }
    let goal = Goal.atLeast(0.5)
    let name = "\(count) due functions, each inserting one document"
    run.report.add(
      Row(name, against: "plain mutations, 16 callers", rates, goal: goal, durability: "full")
    )
    for (name, pairs) in [("p50", median), ("p99", tail)] {
      run.report.add(
        Row(
          "point query over HTTP while they run: \(name)",
          against: "while nothing runs",
          pairs,
          .microseconds
        )
      )
    }
    run.report.add(
      Row("memory while they run, beyond that before", against: "no goal but", growth, .bytes)
    )
  }

  /// Schedules the functions and has them run.
  ///
  /// - Parameters:
  ///   - server: Where.
  ///   - beside: What is done meanwhile.
  /// - Returns: How long it took from their time to the last one, and by how many bytes the memory of
  ///   the server grew.
  /// - Throws: If they could not be scheduled in time, or were done before what is done meanwhile.
  private func drain(
    _ server: BackgroundProcess,
    _ beside: (() throws -> Void)? = nil
  ) async throws -> (seconds: Double, growth: Int) {
    let before = try jobsDone(server)
    let due = Date().addingTimeInterval(run.options.patience)
    let time = due.timeIntervalSince1970 * 1_000
    for first in stride(from: 0, to: count, by: Self.planned) {
      try server.call(
        "mutation",
        "jobs:plan",
        #"{"first":\#(first),"count":\#(min(Self.planned, count - first)),"#
          + #""text":"\#(BenchmarkRun.text)","time":\#(time)}"#
      )
    }
    guard due.timeIntervalSinceNow > 1 else {
      throw BenchmarkFailure("--patience is too short to schedule \(count) jobs")
    }
    try server.forgetPeak()
    let resident = try server.residentBytes()
    // The queue is due at a moment of the clock, and that is what is waited for.
    try await Task.sleep(for: .seconds(due.timeIntervalSinceNow))
    if let beside {
      try beside()
      guard try jobsDone(server) < before + count else {
        throw BenchmarkFailure("the jobs were over too soon; raise --jobs")
      }
    }
    // Asked seldom, so that asking is not what is measured; the time is read off the last document.
    while try jobsDone(server) < before + count { try await Task.sleep(for: .milliseconds(500)) }
    guard let last = Double(try server.call("query", "jobs:lastWrite", "{}")) else {
      throw BenchmarkFailure("the jobs have written nothing")
    }
    return ((last - time) / 1_000, try server.peakBytes() - resident)
  }

  /// How many functions have run since the server started.
  private func jobsDone(_ server: BackgroundProcess) throws -> Int {
    let name = #"hull_scheduled_functions_total{outcome="success"} "#
    let metrics = try server.curl("/metrics")
    guard let line = metrics.split(separator: "\n").first(where: { $0.hasPrefix(name) }),
      let number = Int(line.dropFirst(name.count))
    else { throw BenchmarkFailure("/metrics does not count jobs") }
    return number
  }

  /// One client that asks for a document, every time by another question.
  private func pointQueries(
    of id: String,
    first: Int,
    _ seconds: Double,
    _ server: BackgroundProcess
  ) throws -> LoadReport {
    try server.load(
      "query",
      "notes:ask",
      #"{"id":\#(id),"number":{n}.\#(first)1}"#,
      connections: 1,
      seconds: seconds
    )
  }

  /// A server whose commits are durable.
  private func server() throws -> BackgroundProcess {
    try .hull(try run.folder("jobs"), durability: "full")
  }
}
