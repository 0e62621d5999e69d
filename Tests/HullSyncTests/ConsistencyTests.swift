// The oracle: whatever clients are sent is what their queries return, through everything.

import Foundation
import Hull
import HullPersistence
import HullRuntime
import TestRandomness
import Testing

@testable import HullSync
@testable import HullTesting

@Suite(.timeLimit(.minutes(10))) struct ConsistencyTests {
  /// What one random client does, from a seed of its own.
  private struct Script {
    var random: SeededGenerator

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

    mutating func room() -> ConvexValue { .string("room\(below(4))") }

    mutating func word() -> String { ["apple", "pear", "plum", "fig", "apricot"][below(5)] }

    mutating func query(_ ids: [String]) -> (path: String, arguments: ConvexValue) {
      switch below(10) {
      case 0: return ("notes:room", ["room": room()])
      case 1:
        let low = Double(below(50))
        return ("notes:between", ["low": .float64(low), "high": .float64(low + 30)])
      case 2:
        return (
          "notes:page",
          ["paginationOpts": ["numItems": .float64(Double(1 + below(4))), "cursor": .null]]
        )
      case 3: return ("notes:search", ["word": .string(word())])
      case 4: return ("notes:get", ["id": .string(ids.randomElement(using: &random) ?? "none")])
      case 5: return ("notes:strict", ["room": room()])
      case 6: return ("later:list", [:])
      case 7: return ("people:me", [:])
      case 8: return ("nowhere:nothing", [:])
      default: return ("counter:read", [:])
      }
    }

    mutating func mutation() -> (path: String, arguments: ConvexValue) {
      switch below(12) {
      case 0: return ("notes:bump", ["room": room()])
      case 1, 2: return ("notes:drop", ["room": room()])
      case 3: return ("notes:refuse", [:])
      case 4: return ("counter:add", [:])
      case 5: return ("later:add", [:])
      default:
        return (
          "notes:add",
          [
            "room": room(), "rank": .float64(Double(below(80))),
            "text": .string("\(word()) \(word())"),
          ]
        )
      }
    }
  }

  /// The seed of a run, which `HULL_SEED` repeats.
  private static func seed() -> UInt64 {
    ProcessInfo.processInfo.environment["HULL_SEED"].flatMap { UInt64($0) }
      ?? UInt64.random(in: 0...UInt64.max)
  }

  @Test(arguments: [(TestOptions.Store.memory, 200, 12), (.temporaryFile, 40, 25)])
  func `random clients always have what their queries return`(
    store: TestOptions.Store,
    clients: Int,
    steps: Int
  ) async throws {
    let seed = Self.seed()
    print("seed \(seed)")
    let t = try await Board.backend {
      $0.seed = seed
      $0.store = store
    }
    var ids: [String] = []
    for number in 0..<30 {
      ids.append(
        try await t.mutation(
          BoardNotes.$add,
          [
            "room": .string("room\(number % 4)"), "rank": .float64(Double(number * 3)),
            "text": "apple",
          ]
        ).string
      )
    }
    let known = ids
    let connections = try await withThrowingTaskGroup(
      of: (TestConnection, [TestLiveQuery]).self
    ) { group in
      for number in 0..<clients {
        group.addTask {
          try await Self.play(number, steps, seed, on: t, ids: known)
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    // Everyone is brought up to the newest commit; settling compares all that was sent.
    for (connection, _) in connections {
      await connection.reconnect()
      try await connection.settle()
    }
    let findings = t.findings
    #expect(findings.discrepancies == [], "seed \(seed)")
    #expect(findings.checks > clients * 5, "seed \(seed)")
    for (number, (connection, queries)) in connections.enumerated() {
      #expect(await connection.violations == [], "client \(number), seed \(seed)")
      for query in queries {
        let direct = try await connection.ask(query)
        #expect(query.results.last.map(Outcome.init) == direct, "client \(number), seed \(seed)")
      }
    }
  }

  /// Lives the life of one client.
  private static func play(
    _ number: Int,
    _ steps: Int,
    _ seed: UInt64,
    on t: TestBackend,
    ids: [String]
  ) async throws -> (TestConnection, [TestLiveQuery]) {
    var script = Script(random: SeededGenerator(seed: seed &+ UInt64(number) &* 0x9E37_79B9))
    let connection = await t.connect()
    var queries: [TestLiveQuery] = []
    for _ in 0..<steps {
      switch script.below(10) {
      case 0...2:
        let (path, arguments) = script.query(ids)
        queries.append(await connection.subscribeLater(path, arguments))
      case 3:
        if !queries.isEmpty { await queries.remove(at: script.below(queries.count)).unsubscribe() }
      case 4:
        await connection.disconnect()
        await connection.reconnect()
      case 5:
        await connection.become(
          script.below(2) == 0 ? nil : try .test(["subject": .string("user\(script.below(3))")])
        )
      default:
        let (path, arguments) = script.mutation()
        // What is refused is refused; that, too, is answered.
        _ = try? await connection.mutation(path, arguments)
      }
    }
    return (connection, queries)
  }

  @Test func `the oracle notices a result that is not what the query returns`() async throws {
    let t = try await Board.backend()
    let backend = t.session.backend
    let timestamp = backend.latestTimestamp
    func result(of query: PreparedQuery) async throws -> QueryResult {
      try await withCheckedThrowingContinuation { continuation in
        let result = backend.fetch(query, journal: nil, at: timestamp) {
          continuation.resume(with: $0.mapError { $0 as any Error })
        }
        if let result { continuation.resume(returning: result) }
      }
    }
    let counter = backend.prepareQuery("counter:read", .values([[:]]), identity: .anonymous)
    let person = backend.prepareQuery("people:me", .values([[:]]), identity: .anonymous)
    let auditor = TransitionAuditor(backend)
    auditor.check([(counter, try await result(of: counter))], at: timestamp)
    await auditor.settle()
    #expect(auditor.findings.discrepancies.isEmpty)
    auditor.check([(counter, try await result(of: person))], at: timestamp)
    await auditor.settle()
    #expect(auditor.findings.checks == 2)
    let discrepancy = try #require(auditor.findings.discrepancies.first)
    #expect(discrepancy.sent.contains("nobody") && discrepancy.recomputed.contains("0.0"))
  }
}

/// A result as far as it can be compared: error texts carry ids of their requests.
private struct Outcome: Equatable {
  var value: ConvexValue?
  var data: ConvexValue?
  var isFailure: Bool

  init(_ result: Result<ConvexValue, ClientError>) {
    switch result {
    case .success(let value): (self.value, data, isFailure) = (value, nil, false)
    case .failure(let error): (value, data, isFailure) = (nil, error.data, true)
    }
  }
}

extension TestConnection {
  /// What a query of this client returns when it is subscribed to anew.
  ///
  /// A page is asked for with the journal, so that it ends where the live one does.
  fileprivate func ask(_ query: TestLiveQuery) async throws -> Outcome? {
    if query.path == "notes:page" { return query.results.last.map(Outcome.init) }
    let fresh = try await subscribe(query.path, query.arguments)
    defer { Task { await fresh.unsubscribe() } }
    return fresh.results.last.map(Outcome.init)
  }
}
