// Clients of one event loop that are told the same.

import Hull
import HullDatabase
import HullPersistence
import HullTesting
import HullValues
import Testing

@testable import HullRuntime
@testable import HullSync

@Suite(.timeLimit(.minutes(1))) struct SharedTransitionTests {
  private let notes = Notes()

  /// What some client is subscribed to and says of its clock.
  private struct Client {
    var queries: [(id: Int, path: String)]
    var clientTime = "null"
    /// Queries it gives up while the loop is busy with the news.
    var removes: [Int] = []
  }

  /// Clients whose update is one thing for all: each must get its own, though they share what they can.
  @Test func `clients that are told of one commit each get what is theirs`() async throws {
    let server = try await SyncBackend(notes.register)
    let alike = (0..<5)
      .map { Client(queries: [(0, "m:list")], clientTime: "\($0 * 1_000_000_000)") }
    let clients =
      alike + [
        Client(queries: [(7, "m:list")]), Client(queries: [(0, "m:list"), (1, "m:count")]),
        Client(queries: [(0, "m:count"), (1, "m:list")]),
        Client(queries: [(0, "m:list"), (3, "m:count")], removes: [3]),
      ] + alike
    var wires: [Wire] = []
    for client in clients {
      let wire = await server.wire(beside: wires.first)
      await wire.send(
        #"{"type":"Connect","sessionId":"7b5f7c1e-6a0d-4b7e-9a53-0c3f6f1f2d11","#
          + #""connectionCount":0,"lastCloseReason":null,"clientTs":\#(client.clientTime)}"#
      )
      await wire.modify(client.queries.map { Wire.add($0.id, $0.path) }.joined(separator: ","))
      _ = try await wire.transition { $0.end.querySet == 1 }
      wires.append(wire)
    }
    // The loop is busy until the news for all of them are there.
    let barrier = Barrier()
    wires[0].loop.execute { barrier.wait() }
    let changes = Task { [wires] in
      for (wire, client) in zip(wires, clients) where !client.removes.isEmpty {
        await wire.modify(client.removes.map(Wire.remove).joined(separator: ","))
      }
    }
    try await server.run("add", .mutation, ["body": "new"])
    while wires[0].mailbox.undelivered < wires.count { await Task.yield() }
    barrier.open()
    await changes.value
    for (wire, client) in zip(wires, clients) {
      var left = client.queries.filter { !client.removes.contains($0.id) }
      var skews: Set<Int64?> = []
      while !left.isEmpty {
        let transition = try await wire.transition()
        skews.insert(transition.json["clientClockSkew"]?.integer)
        for modification in transition.modifications
        where modification["type"]?.string == "QueryUpdated" {
          let id = try #require(modification["queryId"]?.integer)
          let path = try #require(client.queries.first { $0.id == Int(id) }?.path)
          let isNew = modification["value"] == (path == "m:list" ? ["new"] : 1.0)
          if isNew { left.removeAll { $0.id == Int(id) } }
        }
      }
      // Each is told of its own clock.
      let now = server.backend.configuration.time.now().rawValue / 1_000_000
      let expected = client.clientTime == "null" ? nil : Int64(client.clientTime).map { $0 - now }
      #expect(skews.allSatisfy { ($0 == nil) == (expected == nil) })
      if let expected {
        #expect(skews.allSatisfy { abs(($0 ?? 0) - expected) < 300_000 })
      }
      #expect(wire.violations.isEmpty)
    }
  }

  /// A result that holds no longer than it takes to send it.
  private func result(_ value: ConvexValue, _ backend: Backend) -> QueryResult {
    QueryResult(
      FunctionOutcome(result: .success(EncodedValue(value)), logLines: [], timestamp: .zero),
      subscription: backend.database.subscribeToChanged(since: .zero),
      journal: nil
    )
  }

  private func version(_ timestamp: Int64) -> StateVersion {
    StateVersion(querySet: 1, identity: 0, timestamp: Timestamp(rawValue: timestamp))
  }

  @Test func `a text is kept from the second client on, for the same step with the same results`()
    async throws
  {
    let server = try await SyncBackend(notes.register)
    let (one, other) = (result(1.0, server.backend), result(1.0, server.backend))
    let shared = SharedTransitions()
    func isKnown(
      _ start: Int64,
      _ end: Int64,
      _ changed: [(id: QueryID, result: QueryResult)]
    ) -> String {
      switch shared.lookUp(from: version(start), to: version(end), changed) {
      case .hit(let text): String(decoding: text, as: UTF8.self)
      case .miss(let isRepeated): isRepeated ? "again" : "new"
      }
    }
    shared.beginNews()
    #expect(isKnown(1, 2, [(0, one)]) == "new")
    #expect(isKnown(1, 2, [(0, one)]) == "again")
    shared.insert(Array("text".utf8), from: version(1), to: version(2), [(0, one)])
    #expect(isKnown(1, 2, [(0, one)]) == "text")
    #expect(isKnown(1, 3, [(0, one)]) == "new")
    #expect(isKnown(0, 2, [(0, one)]) == "new")
    #expect(isKnown(1, 2, [(1, one)]) == "new")
    #expect(isKnown(1, 2, [(0, other)]) == "new")
    #expect(isKnown(1, 2, [(0, one), (1, one)]) == "new")
    #expect(isKnown(1, 2, []) == "new")
    // More than it keeps: the oldest one gives way, the others stay.
    #expect(isKnown(1, 2, [(0, one)]) == "text")
    #expect(isKnown(5, 6, [(0, one)]) == "new")
    #expect(isKnown(5, 7, [(0, one)]) == "new")
    #expect(isKnown(1, 3, [(0, one)]) == "again")
    #expect(isKnown(1, 2, [(0, one)]) == "new")
    // What is long is not kept: it is mostly results.
    #expect(isKnown(8, 9, [(0, one)]) == "new")
    let long = [UInt8](repeating: UInt8(ascii: "x"), count: 256 * 1024 + 1)
    shared.insert(long, from: version(8), to: version(9), [(0, one)])
    #expect(isKnown(8, 9, [(0, one)]) == "again")
    shared.endNews()
    #expect(isKnown(1, 3, [(0, one)]) == "new")
    shared.beginNews()
    #expect(isKnown(1, 3, [(0, one)]) == "new")
  }

  /// A session brought from one version to the next by a change of its query set and one result.
  private func step(
    _ session: inout SyncSession,
    to version: UInt32,
    _ modifications: String,
    _ result: QueryResult
  ) throws -> WireTransition {
    let change =
      #"{"type":"ModifyQuerySet","baseVersion":\#(version - 1),"newVersion":\#(version),"#
      + #""modifications":[\#(modifications)]}"#
    let timestamp = Timestamp(rawValue: Int64(version))
    session.receive(
      try ClientMessage(json: Array(change.utf8)),
      bytes: change.utf8.count,
      now: timestamp,
      latest: timestamp
    )
    session.beginUpdate(at: timestamp, now: timestamp)
    for case .fetch(let fetch) in session.effects {
      session.fetched(fetch, .success(result), now: timestamp)
    }
    defer { session.effects = [] }
    for case .send(let message) in session.effects {
      return try WireTransition(JSONParser().json(message))
    }
    throw Wire.Unexpected(description: "nothing was sent")
  }

  @Test func `who gives up a query is told so, though others take the same step without`()
    async throws
  {
    let server = try await SyncBackend(notes.register)
    let shared = SharedTransitions()
    shared.beginNews()
    let (add, other, remove) = (Wire.add(0, "m:list"), Wire.add(3, "m:count"), Wire.remove(3))
    let (first, second) = (result(1.0, server.backend), result(2.0, server.backend))
    // Those that give up a query come first, between and last.
    let givesUp = [true, false, false, false, true, false, true]
    var sessions: [SyncSession] = []
    for givesUp in givesUp {
      var session = SyncSession(
        takesChunks: false,
        isRedacted: false,
        uptime: .zero,
        makeRequestID: { RequestID("test") },
        shared: shared
      )
      let modifications = givesUp ? "\(add),\(other)" : add
      #expect(try step(&session, to: 1, modifications, first)[0]?["value"] == 1.0)
      sessions.append(session)
    }
    for (position, givesUp) in givesUp.enumerated() {
      // Nobody's result holds any more; the change of the query set is due with the new one.
      let transition = try step(&sessions[position], to: 2, givesUp ? remove : "", second)
      #expect(transition[0]?["value"] == 2.0)
      #expect(transition[3]?["type"]?.string == (givesUp ? "QueryRemoved" : nil))
    }
  }
}
