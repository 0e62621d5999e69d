// What scheduled functions cost, beside mutations that do the same at once.

import Foundation

/// The rows of scheduled functions.
///
/// The mutations run inside of the server, called by its actions, so that no row measures HTTP.
struct JobRows {
  var directory: URL
  var repetitions: Int
  /// Seconds of load per repetition.
  var seconds: Double
  /// How many functions are due at once.
  var count: Int
  /// Seconds in which so many can be scheduled.
  var patience: Double

  private static let text = String(repeating: "abcdefghij", count: 18)
  /// How many mutations one action runs.
  private static let batch = 20
  /// How many functions one mutation schedules, which is far from the limit.
  private static let planned = 500

  // MARK: Scheduling

  /// To schedule a function against to insert a document.
  func scheduling() throws {
    let server = try server("scheduling")
    defer { server.stop() }
    var pairs: [(ours: Double, anchor: Double)] = []
    for _ in 0..<repetitions {
      let inserts = try mutations("notes:add", callers: 64, server)
      pairs.append((try mutations("jobs:addLater", callers: 64, server), inserts))
    }
    Row.printRates(
      "mutations that schedule one function, 64 callers",
      pairs,
      of: "that insert one document, ",
      goal: "≥ 0.5 ×"
    )
  }

  /// Mutations per second.
  private func mutations(
    _ path: String,
    callers: Int,
    _ server: BackgroundProcess
  ) throws -> Double {
    let body =
      #"{"path":"jobs:repeat","args":{"path":"\#(path)","first":{n},"count":\#(Self.batch),"#
      + #""text":"\#(Self.text)"}}"#
    let report = try server.load(
      "POST",
      "/api/action",
      body,
      connections: callers,
      seconds: seconds
    )
    return report.perSecond * Double(Self.batch)
  }

  // MARK: Running

  /// To run functions that are due against to run them at once; and who notices.
  func draining() async throws {
    var rates: [(ours: Double, anchor: Double)] = []
    var growth: [Double] = []
    var latencies: [(busy: LoadReport, calm: LoadReport)] = []
    for repetition in 0..<repetitions {
      let server = try server("draining-\(repetition)")
      defer { server.stop() }
      let plain = try mutations("notes:add", callers: 16, server)
      // The memory that any mutation needs is there now.
      let alone = try await drain(server)
      rates.append((Double(count) / alone.seconds, plain))
      growth.append(Double(alone.growth))

      let id = try server.call("mutation", "notes:add", #"{"number":-1,"text":"\#(Self.text)"}"#)
      let calm = try pointQueries(of: id, first: 1, seconds, server)
      let beside = alone.seconds / 2
      var busy: LoadReport?
      _ = try await drain(server) { busy = try pointQueries(of: id, first: 2, beside, server) }
      if let busy { latencies.append((busy, calm)) }
    }
    Row.printRates(
      "\(count) due functions, each inserting one document",
      rates,
      of: "plain mutations, 16 callers, ",
      goal: "≥ 0.5 ×"
    )
    for (name, quantile) in [("p50", \LoadReport.p50), ("p99", \LoadReport.p99)] {
      print(
        Row(
          name: "point query over HTTP while they run: \(name)",
          ours: String(format: "%.2f ms", latencies.map { $0.busy[keyPath: quantile] }.median),
          anchor: String(
            format: "while nothing runs %.2f ms",
            latencies.map { $0.calm[keyPath: quantile] }.median
          ),
          ratio: latencies.map { $0.busy[keyPath: quantile] / $0.calm[keyPath: quantile] }.median,
          goal: ""
        ).markdown
      )
    }
    print(
      Row(
        name: "memory while they run, beyond that before",
        ours: String(format: "%.0f MB", growth.median / 1e6),
        anchor: "64 MB",
        ratio: growth.median / 64e6,
        goal: "(≤ 1 ×)"
      ).markdown
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
    let due = Date().addingTimeInterval(patience)
    let time = due.timeIntervalSince1970 * 1_000
    for first in stride(from: 0, to: count, by: Self.planned) {
      _ = try server.call(
        "mutation",
        "jobs:plan",
        #"{"first":\#(first),"count":\#(min(Self.planned, count - first)),"#
          + #""text":"\#(Self.text)","time":\#(time)}"#
      )
    }
    guard due.timeIntervalSinceNow > 1 else {
      throw SQLiteBaseline.Failure(description: "--patience is too short to schedule \(count) jobs")
    }
    try server.forgetPeak()
    let resident = try server.residentBytes()
    // The queue is due at a moment of the clock, and that is what is waited for.
    try await Task.sleep(for: .seconds(due.timeIntervalSinceNow))
    if let beside {
      try beside()
      guard try jobsDone(server) < before + count else {
        throw SQLiteBaseline.Failure(description: "the jobs were over too soon; raise --jobs")
      }
    }
    // Asked seldom, so that asking is not what is measured; the time is read off the last document.
    while try jobsDone(server) < before + count { try await Task.sleep(for: .milliseconds(500)) }
    guard let last = Double(try server.call("query", "jobs:lastWrite", "{}")) else {
      throw SQLiteBaseline.Failure(description: "the jobs have written nothing")
    }
    return ((last - time) / 1_000, try server.peakBytes() - resident)
  }

  /// How many functions have run since the server started.
  private func jobsDone(_ server: BackgroundProcess) throws -> Int {
    let name = #"hull_scheduled_functions_total{outcome="success"} "#
    let metrics = try server.curl("/metrics")
    guard let line = metrics.split(separator: "\n").first(where: { $0.hasPrefix(name) }),
      let number = Int(line.dropFirst(name.count))
    else { throw SQLiteBaseline.Failure(description: "/metrics does not count jobs") }
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
      "POST",
      "/api/query",
      #"{"path":"notes:ask","args":{"id":\#(id),"number":{n}.\#(first)1}}"#,
      connections: 1,
      seconds: seconds
    )
  }

  /// A server whose commits are durable.
  private func server(_ name: String) throws -> BackgroundProcess {
    try BackgroundProcess.hull(directory.appending(path: name), ["--durability", "full"])
  }
}
