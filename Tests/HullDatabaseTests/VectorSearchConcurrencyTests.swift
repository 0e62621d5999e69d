import HullDatabase
import HullPersistence
import HullValues
import TestRandomness
import Testing

/// Searches and commits that happen at the same time.
@Suite struct VectorSearchConcurrencyTests {
  /// All documents have the same vector at any time, so that a result tells which commit it shows.
  private static func fill(_ database: Database, count: Int) async throws -> [DocumentID] {
    try await database.insertVectors((0..<count).map { _ in [1, 0] })
  }

  /// Gives all documents the vector of a round.
  private static func move(
    _ ids: [DocumentID],
    to round: Int,
    in database: Database
  ) async throws {
    _ = try await database.withTransaction(source: "foods:move") { transaction in
      for id in ids {
        _ = try await transaction.patch(id, [("embedding", .vector([1, Double(round)]))])
      }
    }
  }

  private static func round(_ hits: [VectorHit], _ count: Int) throws -> Int {
    let scores = Set(hits.map(\.score))
    #expect(hits.count == count)
    #expect(scores.count == 1, "a search showed parts of commits: \(scores.sorted())")
    // The score of round r is the cosine of [1, r] and [1, 0].
    let score = try #require(scores.first)
    return Int((1 / (score * score) - 1).squareRoot().rounded())
  }

  @Test(arguments: Engine.allCases, [1 << 30, 8_000, 0])
  func `a search shows whole commits, and never older ones than before`(
    engine: Engine,
    budget: Int
  ) async throws {
    var options = DatabaseOptions.test()
    options.vectorIndexBytes = budget
    options.backfillBatchDocuments = 3
    try await engine.withDatabase(
      schema: .foods(dimensions: 2),
      options: options
    ) { database in
      let ids = try await Self.fill(database, count: 20)
      let acknowledged = Shared(0)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          for round in 1...40 {
            try await Self.move(ids, to: round, in: database)
            acknowledged.update { $0 = round }
          }
        }
        for _ in 0..<3 {
          group.addTask {
            var last = 0
            while last < 40 {
              let least = acknowledged.value
              let hits = try await database.vectorSearch(.foods([1, 0], limit: 20))
              let round = try Self.round(hits, 20)
              #expect(round >= max(last, least))
              last = round
              await Task.yield()
            }
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test func `commits between any two pages of a build are in the index`() async throws {
    let seed = randomSeed()
    for round in 0..<5 {
      let store = HookedPersistence()
      var options = DatabaseOptions.test()
      options.backfillBatchDocuments = 10
      let database = try await Database.open(
        persistence: store,
        schema: .foods(dimensions: 2),
        options: options
      )
      let ids = Shared(try await Self.fill(database, count: 60))
      let number = Shared(seed &+ UInt64(round) &* 1_000)
      let isBusy = Shared(false)
      store.onScan { request in
        guard case .byID = request.source, request.wantsDocuments,
          !isBusy.update({ busy in
            defer { busy = true }
            return busy
          })
        else { return }
        defer { isBusy.update { $0 = false } }
        var random = SeededGenerator(
          seed: number.update {
            $0 &+= 1; return $0
          }
        )
        let id = random.element(of: ids.value)
        try await database.patch(id, [("embedding", .vector([1, Double(1 + random.below(9))]))])
        try await database.delete(ids.update { $0.remove(at: random.below($0.count)) })
        let new = try await database.insertVectors([[1, Double(random.below(9))]])
        ids.update { $0 += new }
      }
      let found = try await database.vectorSearch(.foods([1, 0], limit: 256))
      store.onScan(nil)
      let documents = try await database.collect(Query(table: "foods"))
      #expect(
        found == (try nearest(.foods([1, 0], limit: 256), in: documents)),
        "seed \(seed)"
      )
      #expect(database.vectorSearchCounters.builds == 1)
    }
  }

  @Test func `what cannot be written is not found`() async throws {
    let store = HookedPersistence()
    let database = try await Database.open(
      persistence: store,
      schema: .foods(),
      options: .test()
    )
    let ids = try await database.insertVectors([[1, 0, 0]])
    #expect(try await database.vectorSearch(.foods([1, 0, 0])).map(\.id) == ids)
    store.onAppend { _ in .fail }
    await #expect(throws: DatabaseError.self) {
      try await database.insertVectors([[1, 0, 0]])
    }
    #expect(try await database.vectorSearch(.foods([1, 0, 0])).map(\.id) == ids)
    store.onAppend { _ in .write }
    let more = try await database.insertVectors([[1, 0, 0]])
    #expect(try await database.vectorSearch(.foods([1, 0, 0])).map(\.id) == more + ids)
  }

  @Test(arguments: [true, false])
  func `a commit whose outcome is unknown is not found`(isLoaded: Bool) async throws {
    let store = HookedPersistence()
    let database = try await Database.open(
      persistence: store,
      schema: .foods(),
      options: .test()
    )
    let ids = try await database.insertVectors([[1, 0, 0]])
    if isLoaded { _ = try await database.vectorSearch(.foods([1, 0, 0])) }
    store.onAppend { _ in .writeButLoseOutcome }
    await #expect(throws: DatabaseError.self) {
      try await database.insertVectors([[1, 0, 0]])
    }
    #expect(try await database.vectorSearch(.foods([1, 0, 0])).map(\.id) == ids)
    #expect(database.vectorSearchCounters.streamedSearches == (isLoaded ? 0 : 1))
  }

  @Test func `a build that meets a batch whose outcome is unknown does not show it`() async throws {
    let store = HookedPersistence()
    let database = try await Database.open(
      persistence: store,
      schema: .foods(),
      options: .test()
    )
    let ids = try await database.insertVectors([[1, 0, 0]])
    let (written, latch) = (Latch(), Latch())
    // The batch is on the disk while its writer does not know yet.
    store.onAppend { _ in .writeButLoseOutcome }
    store.afterAppend {
      written.open()
      await latch.wait()
    }
    let lost = Task { try await database.insertVectors([[1, 0, 0]]) }
    await written.wait()
    store.onScan { _ in
      store.onScan(nil)
      latch.open()
    }
    #expect(try await database.vectorSearch(.foods([1, 0, 0])).map(\.id) == ids)
    await #expect(throws: DatabaseError.self) { try await lost.value }
    #expect(try await database.vectorSearch(.foods([1, 0, 0])).map(\.id) == ids)
  }

  @Test func `a commit that is on its way to the disk is not found`() async throws {
    let store = HookedPersistence()
    let database = try await Database.open(
      persistence: store,
      schema: .foods(),
      options: .test()
    )
    let ids = try await database.insertVectors([[1, 0, 0]])
    let (arrived, latch) = (Latch(), Latch())
    store.onAppend { _ in
      arrived.open()
      await latch.wait()
      return .write
    }
    async let more = database.insertVectors([[1, 0, 0]])
    await arrived.wait()
    #expect(try await database.vectorSearch(.foods([1, 0, 0])).map(\.id) == ids)
    latch.open()
    let all = try await more + ids
    #expect(try await database.vectorSearch(.foods([1, 0, 0])).map(\.id) == all)
  }

  @Test func `an index falls behind no further than a few megabytes`() async throws {
    let database = try await Database.inMemory(schema: .foods(dimensions: 4096))
    let vector = ConvexValue.vector((0..<4096).map { 1 / Double($0 + 3) })
    try await database.insertFoods([["embedding": vector]])
    _ = try await database.vectorSearch(.foods(Array(repeating: 1, count: 4096)))
    // About 8 MB of documents that nobody searches for.
    for _ in 0..<10 {
      try await database.insertFoods((0..<10).map { _ in ["embedding": vector] })
    }
    while database.vectorSearchCounters.loadedVectors < 30 { await Task.yield() }
    let found = try await database.vectorSearch(
      .foods(Array(repeating: 1, count: 4096), limit: 256)
    )
    #expect(found.count == 101)
    #expect(database.vectorSearchCounters.builds == 1)
  }
}
