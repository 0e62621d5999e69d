// The records that make a client's mutations happen once.

import HullPersistence
import HullValues
import Testing

@testable import HullDatabase

@Suite struct SessionRequestTests {
  private func request(_ number: UInt32, session: UInt64 = 7) -> SessionRequestID {
    SessionRequestID(session: .init(high: session, low: 1), number: number)
  }

  private let outcome = RecordedOutcome(
    result: EncodedValue(.array([.int64(1), "ü", .float64(.infinity)])),
    logLines: ["[LOG] one", ["level": "WARN"]]
  )

  /// Runs a mutation that counts itself, unless it has run before.
  private func run(
    _ request: SessionRequestID,
    in database: Database
  ) async throws -> (RecordedOutcome, Timestamp) {
    let result = try await database.withTransaction(source: "test") { transaction in
      if let recorded = try await transaction.outcome(of: request) { return Optional(recorded) }
      _ = try await transaction.insert("runs", ["n": .float64(Double(request.number))])
      try await transaction.record(outcome, of: request)
      return nil
    }
    if let recorded = result.value { return (recorded.outcome, recorded.committedAt) }
    return (outcome, result.timestamp)
  }

  @Test(arguments: Engine.allCases)
  func `a mutation that was committed is found with its outcome and timestamp`(
    engine: Engine
  ) async throws {
    try await engine.withStore { open in
      var committed: [UInt32: Timestamp] = [:]
      for round in 0..<2 {
        let database = try await Database.open(persistence: try await open(), schema: nil)
        for number in 0..<5 as Range<UInt32> {
          let (found, timestamp) = try await run(request(number), in: database)
          #expect(found == outcome)
          if round == 0 { committed[number] = timestamp }
          #expect(timestamp == committed[number])
        }
        #expect(try await database.begin().documents(of: "runs").count == 5)
        await database.close()
      }
    }
  }

  @Test func `requests of different sessions and numbers are different`() async throws {
    let database = try await Database.inMemory()
    for (number, session) in [(1, 1), (1, 2), (2, 1), (2, 2)] as [(UInt32, UInt64)] {
      _ = try await run(request(number, session: session), in: database)
    }
    #expect(try await database.begin().documents(of: "runs").count == 4)
  }

  @Test func `of racing requests with one number one commits`() async throws {
    let database = try await Database.inMemory()
    let timestamps = try await withThrowingTaskGroup(of: Timestamp.self) { group in
      for _ in 0..<20 { group.addTask { try await run(request(3), in: database).1 } }
      return try await group.reduce(into: Set<Timestamp>()) { $0.insert($1) }
    }
    #expect(timestamps.count == 1)
    #expect(try await database.begin().documents(of: "runs").count == 1)
  }

  @Test func `a request whose transaction failed leaves no record`() async throws {
    struct Failure: Error {}
    let database = try await Database.inMemory()
    await #expect(throws: Failure.self) {
      try await database.withTransaction(source: "test") { transaction in
        try await transaction.record(outcome, of: request(1))
        throw Failure()
      }
    }
    let transaction = database.begin()
    #expect(try await transaction.outcome(of: request(1)) == nil)
  }

  @Test func `functions see nothing of the records`() async throws {
    let database = try await Database.inMemory()
    _ = try await run(request(1), in: database)
    let id = request(1).recordID
    let transaction = database.begin(.readWrite)
    #expect(try await transaction.get(id) == nil)
    #expect(try await transaction.get(id, scope: .system) == nil)
    #expect(
      try await transaction.normalizeID(id.string, in: "_session_requests", scope: .system) == nil
    )
    let query = Query(table: "_session_requests", source: .fullTableScan)
    #expect(try await transaction.collect(query, scope: .system).isEmpty)
    await #expect(throws: DatabaseError.self) { try await transaction.delete(id) }
    #expect(try await transaction.usage().documentsRead == 0)
  }

  @Test func `a large result is recorded whole`() async throws {
    let database = try await Database.inMemory()
    let large = RecordedOutcome(
      result: EncodedValue(.string(String(repeating: "x", count: 2 << 20))),
      logLines: []
    )
    try await database.withTransaction(source: "test") { transaction in
      try await transaction.record(large, of: request(1))
    }
    #expect(try await database.begin().outcome(of: request(1))?.outcome == large)
  }

  @Test func `records are forgotten once they are old`() async throws {
    let time = ManualTimeSource()
    let database = try await Database.inMemory(options: .test(time: time))
    for number in 0..<7 as Range<UInt32> { _ = try await run(request(number), in: database) }
    time.advance(by: .seconds(60))
    let cutoff = time.now()
    time.advance(by: .seconds(60))
    for number in 7..<10 as Range<UInt32> { _ = try await run(request(number), in: database) }
    try await database.removeSessionRequests(before: cutoff, batch: 3)
    let transaction = database.begin()
    for number in 0..<10 as Range<UInt32> {
      #expect((try await transaction.outcome(of: request(number)) != nil) == (number >= 7))
    }
  }

  @Test func `who forgets records and is cancelled leaves the rest`() async throws {
    let time = ManualTimeSource()
    let database = try await Database.inMemory(options: .test(time: time))
    for number in 0..<10 as Range<UInt32> { _ = try await run(request(number), in: database) }
    time.advance(by: .seconds(60))
    let cutoff = time.now()
    await Task {
      withUnsafeCurrentTask { $0?.cancel() }
      try? await database.removeSessionRequests(before: cutoff, batch: 3)
    }.value
    let transaction = database.begin()
    var left = 0
    for number in 0..<10 as Range<UInt32> {
      if try await transaction.outcome(of: request(number)) != nil { left += 1 }
    }
    #expect(left >= 7)
  }

  @Test func `a file made before there were records gets their table`() async throws {
    // What an older version wrote: a catalog without the table.
    let store = HookedPersistence()
    let first = try await Database.open(persistence: store, schema: nil)
    try await first.insert("runs", ["n": 0])
    await first.close()
    let key = try #require(
      try await store.metadata(prefix: "").first { entry in
        String(decoding: entry.value, as: UTF8.self).contains("_session_requests")
      }?.key
    )
    try await store.append([
      CommitRecord(
        timestamp: store.lastTimestamp.successor,
        metadata: [key: nil] as [String: [UInt8]?]
      )
    ])
    let second = try await Database.open(persistence: store, schema: nil)
    _ = try await run(request(1), in: second)
    #expect(try await second.begin().outcome(of: request(1)) != nil)
    await second.close()
  }
}
