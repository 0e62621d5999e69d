// How soon clients see a write.

import BenchmarkSupport
import Foundation
import NIOPosix

/// The rows of subscriptions, beside bare WebSockets on NIO.
struct LiveRows {
  let run: BenchmarkRun

  func measure() async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    let bare = try BackgroundProcess.start(try Tool.own(), ["sockets"])
    defer { bare.stop() }
    let count = run.options.subscribers
    let beyond = "beyond its answer"
    for audience in [
      Audience(name: "a write to its one subscriber, \(beyond)", count: 1, path: "notes:latest"),
      Audience(
        name: "a write to the last of \(count) subscribers of one query, \(beyond)",
        count: count,
        path: "notes:latest",
        goal: .atMost(1.3)
      ),
      Audience(
        name: "a write to the last of \(count) subscribers of as many queries, \(beyond)",
        count: count,
        path: "notes:latestFor"
      ),
    ] {
      run.report.progress(audience.name)
      try await updates(audience, bare, group)
    }
    try commits()
    try await group.shutdownGracefully()
  }

  /// Who subscribes to what.
  private struct Audience {
    var name: String
    var count: Int
    var path: String
    var goal: Goal?

    func arguments(_ reader: Int) -> String {
      path == "notes:latest" ? "{}" : #"{"reader":\#(reader)}"#
    }
  }

  // MARK: How soon, and how often

  private func updates(
    _ audience: Audience,
    _ bare: BackgroundProcess,
    _ group: MultiThreadedEventLoopGroup
  ) async throws {
    let server = try BackgroundProcess.hull(try run.folder("live"), durability: "off")
    defer { server.stop() }
    let writer = try await SyncWriter(server.port, group)
    for _ in 0..<50 { _ = await writer.write() }
    var answers: [Double] = []
    for _ in 0..<run.options.writes { answers.append(await writer.write()) }
    let answer = answers.median

    let readers = try await Readers.subscribe(
      audience.count,
      to: audience.path,
      audience.arguments,
      on: server.port,
      group
    )
    let listeners = try await Listeners.connect(
      audience.count,
      to: bare.port,
      payload: readers.payloadBytes,
      group
    )
    let rounds = max(1, run.options.writes / run.options.repetitions)
    var (median, tail, rates): ([Pair], [Pair], [Pair]) = ([], [], [])
    for _ in 0..<run.options.repetitions {
      var (theirs, ours): ([Double], [Double]) = ([], [])
      for _ in 0..<rounds { theirs.append(await listeners.round()) }
      for _ in 0..<rounds {
        ours.append(await readers.gathering.round { writer.send() } - answer)
        await writer.settle()
      }
      median.append(Pair(ours: ours.median, anchor: theirs.median))
      tail.append(Pair(ours: ours.quantile(0.99), anchor: theirs.quantile(0.99)))
      let seconds = run.options.seconds
      let sent = await listeners.rate(seconds: seconds)
      let shown = try await readers.rate(server, seconds: seconds)
      let isAlone = audience.count == 1
      rates.append(Pair(ours: shown.updates, anchor: isAlone ? shown.mutations : sent))
    }
    let against = audience.count == 1 ? "bare echo" : "bare broadcast"
    for (part, pairs) in [("p50", median), ("p99", tail)] {
      run.report.add(
        Row(
          "\(audience.name): \(part)",
          against: against,
          pairs,
          .microseconds,
          goal: part == "p50" ? audience.goal : nil,
          durability: "off"
        )
      )
    }
    run.report.add(
      Row(
        "updates that reach \(audience.count == 1 ? "it" : "them") in all, 16 writers over HTTP",
        against: audience.count == 1 ? "mutations meanwhile" : "\(against), 16 under way",
        rates,
        durability: "off"
      )
    )
    try await readers.close()
    try await listeners.close()
  }

  // MARK: Who is not concerned

  /// What a commit costs with few and with many subscriptions that it does not concern.
  private func commits() throws {
    run.report.progress("commits beside subscriptions")
    let figures: Figures = try Tool.inProcess(["subscriptions"])
    run.report.add(
      Row(
        "a commit beside \(figures.many) subscriptions it does not concern",
        against: "beside \(figures.few)",
        [Pair(ours: figures.withMany, anchor: figures.withFew)],
        .microseconds,
        goal: .atMost(1.2),
        durability: "in memory"
      )
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
