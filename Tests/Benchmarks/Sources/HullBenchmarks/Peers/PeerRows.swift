// What a user would pick instead, doing the same with the same durability.

import BenchmarkSupport
import Foundation
import NIOPosix

/// The rows of peers.
///
/// PostgreSQL is in ``ContentionRows``.
struct PeerRows {
  let run: BenchmarkRun

  private static let connections = 64

  func measure() async throws {
    let packages = PeerPackages(folder: URL(filePath: run.options.peerPackages))
    let hull = try BackgroundProcess.hull(try run.folder("peer-hull"), durability: "normal")
    defer { hull.stop() }
    let note = #"{"number":0,"text":"\#(BenchmarkRun.text)"}"#
    let id = try hull.call("mutation", "notes:add", note)

    await beside("PocketBase") {
      let peer = try await Peer.pocketBase(packages, try run.folder("pocketbase"))
      defer { peer.server.stop() }
      try requests(peer, hull, id)
      try await fanOut(peer, hull)
    }
    await beside("FastAPI") {
      let peer = try await Peer.fastAPI(packages, try run.folder("fastapi"))
      defer { peer.server.stop() }
      try requests(peer, hull, id)
    }
  }

  /// A peer that cannot be had is left out, and says why.
  private func beside(_ name: String, _ body: () async throws -> Void) async {
    run.report.progress("peers: \(name)")
    do { try await body() } catch { run.report.omit("\(name): \(error)") }
  }

  // MARK: Requests

  private func requests(_ peer: Peer, _ hull: BackgroundProcess, _ id: String) throws {
    let record = try peer.add()
    let (seconds, connections) = (run.options.seconds, Self.connections)
    var (creates, reads, firstReads): ([Pair], [Pair], [Pair]) = ([], [], [])
    var latencies = (ours: ("", "", ""), theirs: ("", ""))
    for repetition in 0..<run.options.repetitions {
      let their = try peer.server.load(peer.create(connections: connections, seconds: seconds))
      let ours = try hull.load(
        "mutation",
        "notes:add",
        #"{"number":{n},"text":"\#(BenchmarkRun.text)"}"#,
        connections: connections,
        seconds: seconds
      )
      creates.append(Pair(ours: ours.perSecond, anchor: their.perSecond))
      let theirRead = try peer.server.load(
        .get("\(peer.notes)/\(record)", connections: connections, seconds: seconds)
      )
      let ourRead = try hull.load(
        "query",
        "notes:get",
        #"{"id":\#(id)}"#,
        connections: connections,
        seconds: seconds
      )
      reads.append(Pair(ours: ourRead.perSecond, anchor: theirRead.perSecond))
      // Another question every time: no result is there already.
      let ourFirstRead = try hull.load(
        "query",
        "notes:ask",
        #"{"id":\#(id),"number":{n}.\#(peer.name.count)\#(repetition + 1)1}"#,
        connections: connections,
        seconds: seconds
      )
      firstReads.append(Pair(ours: ourFirstRead.perSecond, anchor: theirRead.perSecond))
      latencies = (
        (ours.latencies, ourRead.latencies, ourFirstRead.latencies),
        (their.latencies, theirRead.latencies)
      )
    }
    run.report.add(
      Row(
        "create a document over HTTP, \(connections) connections",
        against: peer.name,
        creates,
        goal: peer.goal,
        durability: "normal",
        note: latencies.ours.0,
        anchorNote: latencies.theirs.0
      )
    )
    run.report.add(
      Row(
        "read a document over HTTP, again and again, \(connections) connections",
        against: peer.name,
        reads,
        goal: peer.goal,
        note: latencies.ours.1,
        anchorNote: latencies.theirs.1
      )
    )
    run.report.add(
      Row(
        "the same, but Hull is asked something it has no result of",
        against: peer.name,
        firstReads,
        note: latencies.ours.2,
        anchorNote: latencies.theirs.1
      )
    )
  }

  // MARK: Fan-out

  /// From a POST, connection included, to the last of those who are told.
  private func fanOut(_ peer: Peer, _ hull: BackgroundProcess) async throws {
    let count = run.options.subscribers
    run.report.progress("peers: \(count) subscribers")
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    let readers = try await Readers.subscribe(
      count,
      to: "notes:latest",
      { _ in "{}" },
      on: hull.port,
      group
    )
    let streams = try await RecordStreams.open(count, peer, on: group)
    let body = #"{"number":{n},"text":"\#(BenchmarkRun.text)"}"#
    var ourLoad = Load.call("mutation", "notes:add", body, connections: 1, seconds: 0)
    var theirLoad = peer.create(connections: 1, seconds: 0)
    (ourLoad.requests, theirLoad.requests) = (1, 1)
    let rounds = max(1, min(100, run.options.writes) / run.options.repetitions)
    var (median, tail): ([Pair], [Pair]) = ([], [])
    for _ in 0..<run.options.repetitions {
      let theirs = try await times(theirLoad, rounds, peer.server, streams.gathering, group)
      let ours = try await times(ourLoad, rounds, hull, readers.gathering, group)
      median.append(Pair(ours: ours.median, anchor: theirs.median))
      tail.append(Pair(ours: ours.quantile(0.99), anchor: theirs.quantile(0.99)))
    }
    for (part, pairs) in [("p50", median), ("p99", tail)] {
      run.report.add(
        Row(
          "a create over HTTP to the last of \(count) subscribers: \(part)",
          against: "\(peer.name), server-sent events",
          pairs,
          .microseconds,
          durability: "normal"
        )
      )
    }
    try await readers.close()
    try await streams.close()
    try await group.shutdownGracefully()
  }

  /// How long it takes until all are told of a POST, in microseconds, so many times.
  private func times(
    _ load: Load,
    _ rounds: Int,
    _ server: BackgroundProcess,
    _ gathering: Gathering,
    _ group: MultiThreadedEventLoopGroup
  ) async throws -> [Double] {
    var times: [Double] = []
    for _ in 0..<rounds {
      let start = ContinuousClock.now
      let report = try await LoadRun.run(load, port: server.port, on: group)
      guard report.refused == 0 else { throw BenchmarkFailure("\(load.path) was refused") }
      times.append((try await gathering.wait() - start).inSeconds * 1e6)
    }
    return times
  }
}
