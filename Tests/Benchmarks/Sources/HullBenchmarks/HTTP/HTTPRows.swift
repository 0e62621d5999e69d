// What the server does over HTTP, beside the least that SwiftNIO does for a request.

import BenchmarkSupport
import Foundation

/// The rows of requests, from the load generator in a process of its own.
struct HTTPRows {
  let run: BenchmarkRun

  private static let connections = [1, 64, 256]

  /// One kind of request.
  private struct Kind {
    var name: String
    /// What the throughput at 64 connections is meant to be, as a share of the bare server's.
    var goal: Double?
    /// The request of a repetition; no two repetitions ask the same, unless they are meant to.
    var load: (_ connections: Int, _ repetition: Int) -> Load
    var server: BackgroundProcess
  }

  func measure() async throws {
    try reads()
    try mutations()
  }

  // MARK: Reading

  private func reads() throws {
    let hello = try BackgroundProcess.start(try Tool.own(), ["hello"])
    defer { hello.stop() }
    let uncached = try BackgroundProcess.hull(
      try run.folder("uncached"),
      durability: "normal",
      ["--query-cache", "0"]
    )
    defer { uncached.stop() }
    let cached = try BackgroundProcess.hull(try run.folder("cached"), durability: "normal")
    defer { cached.stop() }
    let kinds = try kinds(uncached: uncached, cached: cached)

    for connections in Self.connections {
      var (rates, tails): ([[Pair]], [[Pair]]) = (kinds.map { _ in [] }, kinds.map { _ in [] })
      var latencies = kinds.map { _ in "" }
      var helloLatencies = ""
      for repetition in 0..<run.options.repetitions {
        run.report.progress("HTTP, \(connections) connections, repetition \(repetition + 1)")
        for (index, kind) in kinds.enumerated() {
          // The bare server before each, so that both have the same machine.
          let bare = try hello.load(
            .get("/hello", connections: connections, seconds: run.options.seconds / 2)
          )
          let report = try kind.server.load(kind.load(connections, repetition))
          rates[index].append(Pair(ours: report.perSecond, anchor: bare.perSecond))
          tails[index].append(Pair(ours: report.p99 * 1_000, anchor: report.p50 * 1_000))
          latencies[index] = report.latencies
          helloLatencies = bare.latencies
        }
      }
      for (index, kind) in kinds.enumerated() {
        let name = "\(kind.name), \(connections) connection\(connections == 1 ? "" : "s")"
        run.report.add(
          Row(
            name,
            against: "bare NIO GET /hello",
            rates[index],
            goal: connections == 64 ? kind.goal.map { .atLeast($0) } : nil,
            note: latencies[index],
            anchorNote: helloLatencies
          )
        )
        guard connections == 64 else { continue }
        run.report.add(
          Row("\(name): p99", against: "its p50", tails[index], .microseconds, goal: .atMost(3))
        )
      }
    }
  }

  private func kinds(uncached: BackgroundProcess, cached: BackgroundProcess) throws -> [Kind] {
    let seconds = run.options.seconds
    var ids: [String] = []
    for server in [uncached, cached] {
      try server.fill("notes:fill", Self.notes, total: 1_000)
      ids.append(
        try server.call("mutation", "notes:add", #"{"number":-1,"text":"\#(BenchmarkRun.text)"}"#)
      )
    }
    func call(_ path: String, _ arguments: String) -> (Int, Int) -> Load {
      { connections, _ in
        .call("query", path, arguments, connections: connections, seconds: seconds)
      }
    }
    let id = ids[1]
    return [
      Kind(
        name: "bare route, GET /instance_name",
        load: { connections, _ in
          .get("/instance_name", connections: connections, seconds: seconds)
        },
        server: cached
      ),
      Kind(
        name: "point query, no cache",
        goal: 0.55,
        load: call("notes:get", #"{"id":\#(ids[0])}"#),
        server: uncached
      ),
      Kind(
        name: "point query with a cache, asked for the first time",
        load: { connections, repetition in
          let question = "{n}.\(connections)\(repetition + 1)1"
          return .call(
            "query",
            "notes:ask",
            #"{"id":\#(id),"number":\#(question)}"#,
            connections: connections,
            seconds: seconds
          )
        },
        server: cached
      ),
      Kind(
        name: "point query, cached",
        goal: 0.75,
        load: call("notes:get", #"{"id":\#(id)}"#),
        server: cached
      ),
      Kind(
        name: "page of 100 documents, no cache",
        load: call("notes:page", #"{"count":100}"#),
        server: uncached
      ),
    ]
  }

  /// The arguments that write a batch of a thousand notes.
  private static func notes(_ batch: String, _ size: Int) -> String {
    #"{"first":\#(batch)e3,"count":\#(size),"text":"\#(BenchmarkRun.text)"}"#
  }

  // MARK: Writing

  private func mutations() throws {
    let server = try BackgroundProcess.hull(try run.folder("mutations"), durability: "full")
    defer { server.stop() }
    let raw = try RawCommits(in: try run.folder("raw"), seconds: run.options.seconds / 2)
    // Both stores have been in use: their logs have their length.
    try server.fill("notes:fill", Self.notes, total: 120_000)
    for connections in Self.connections {
      var (single, grouped, tails): ([Pair], [Pair], [Pair]) = ([], [], [])
      var latencies = ""
      for repetition in 0..<run.options.repetitions {
        run.report.progress("mutations, \(connections) connections, repetition \(repetition + 1)")
        let alone = try raw.rate(rowsPerCommit: 1)
        let report = try server.load(
          "mutation",
          "notes:add",
          #"{"number":{n},"text":"\#(BenchmarkRun.text)"}"#,
          connections: connections,
          seconds: run.options.seconds
        )
        let together = try raw.rate(rowsPerCommit: connections)
        single.append(Pair(ours: report.perSecond, anchor: alone))
        grouped.append(Pair(ours: report.perSecond, anchor: together))
        tails.append(Pair(ours: report.p99 * 1_000, anchor: report.p50 * 1_000))
        latencies = report.latencies
      }
      let name = "mutation of one row, \(connections) connection\(connections == 1 ? "" : "s")"
      let goals: [Int: Goal] = [1: .atLeast(0.5), 64: .atLeast(4)]
      run.report.add(
        Row(
          name,
          against: "raw single-row commits",
          single,
          goal: goals[connections],
          durability: "full",
          note: latencies
        )
      )
      guard connections > 1 else { continue }
      run.report.add(
        Row(
          name,
          against: "raw, \(connections) rows a commit",
          grouped,
          goal: connections == 64 ? .atLeast(0.5) : nil,
          durability: "full"
        )
      )
      guard connections == 64 else { continue }
      run.report.add(
        Row(
          "\(name): p99",
          against: "its p50",
          tails,
          .microseconds,
          goal: .atMost(3),
          durability: "full"
        )
      )
    }
  }
}
