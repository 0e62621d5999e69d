import HullDatabase
import HullPersistence
import HullValues
import TestRandomness
import Testing

@Suite struct SearchStatisticsTests {
  private func statistics(_ database: Database) async throws -> SearchStatistics? {
    try await database.begin().searchStatistics(of: "search_body", in: "posts")
  }

  /// The statistics of the documents as they are.
  private func recounted(_ database: Database) async throws -> SearchStatistics {
    var statistics = SearchStatistics()
    for body in try await database.collect(Query(table: "posts")).values("body") {
      statistics.documents += 1
      if let text = body?.string { statistics.terms += SearchTokenizer.terms(of: text).count }
    }
    return statistics
  }

  @Test(arguments: Engine.allCases, 0..<4)
  func `the counters follow every commit and survive reopening`(
    engine: Engine,
    seed: UInt64
  ) async throws {
    try await engine.withStore { open in
      try await run(seed: seed) {
        try await .open(persistence: try await open(), schema: .posts, options: .test(seed: seed))
      }
    }
  }

  private func run(seed: UInt64, open: () async throws -> Database) async throws {
    var random = SeededGenerator(seed: seed)
    var database = try await open()
    var ids: [DocumentID] = []
    for _ in 0..<40 {
      let words = (0..<random.below(5)).map { _ in String(random.below(9)) }
      let body = ConvexValue.string(words.joined(separator: " "))
      let writer = database.begin(.readWrite)
      switch random.below(5) {
      case 0, 1:
        ids.append(try await writer.insert("posts", ["body": body]))
        ids.append(try await writer.insert("posts", [:]))
      case 2:
        if let id = ids.randomElement(using: &random) {
          try await writer.patch(id, [("body", body)])
        }
      case 3:
        if let id = ids.randomElement(using: &random) {
          try await writer.delete(id)
          ids.removeAll { $0 == id }
        }
      default:
        guard random.below(3) == 0 else { continue }
        await database.close()
        database = try await open()
        continue
      }
      try await database.commit(writer, source: "posts:random")
      let counted = try await recounted(database)
      #expect(try await statistics(database) == counted, "seed \(seed)")
    }
    await database.close()
  }

  @Test func `a transaction counts its own writes`() async throws {
    let database = try await Database.inMemory(schema: .posts)
    try await database.insertPosts([["body": "a b"], ["body": "c"]])
    let ids = try await database.collect(Query(table: "posts")).map(\.id)
    let writer = database.begin(.readWrite)
    _ = try await writer.insert("posts", ["body": "d e f"])
    try await writer.patch(ids[0], [("body", "g")])
    try await writer.delete(ids[1])
    #expect(
      try await writer.searchStatistics(of: "search_body", in: "posts")
        == SearchStatistics(documents: 2, terms: 4)
    )
  }

  @Test func `an index added later counts the documents that were there`() async throws {
    let persistence = InMemoryPersistence()
    var database = try await Database.open(
      persistence: persistence,
      schema: SchemaDefinition(tables: [TableDefinition(name: "posts")]),
      options: .test()
    )
    try await database.insertPosts([["body": "a b"], ["body": "c"], [:]])
    for _ in 0..<2 {
      database = try await Database.open(
        persistence: persistence,
        schema: .posts,
        options: .test()
      )
      #expect(try await statistics(database) == SearchStatistics(documents: 3, terms: 3))
      #expect(try await database.collect(.search("a")).count == 1)
    }
  }

  @Test func `an index added before any document has text counts those that get some`()
    async throws
  {
    let persistence = InMemoryPersistence()
    var database = try await Database.open(
      persistence: persistence,
      schema: SchemaDefinition(tables: [TableDefinition(name: "posts")]),
      options: .test()
    )
    try await database.insertPosts([[:], [:], [:]])
    database = try await Database.open(persistence: persistence, schema: .posts, options: .test())
    #expect(try await statistics(database) == SearchStatistics(documents: 3, terms: 0))
    let ids = try await database.collect(Query(table: "posts")).map(\.id)
    let writer = database.begin(.readWrite)
    try await writer.patch(ids[0], [("body", "a b")])
    try await writer.delete(ids[1])
    try await database.commit(writer, source: "posts:write")
    database = try await Database.open(persistence: persistence, schema: .posts, options: .test())
    #expect(try await statistics(database) == SearchStatistics(documents: 2, terms: 2))
  }

  /// Opens a database whose stored counters for two documents with two terms are replaced by a text.
  private func reopened(replacingCountersBy text: String) async throws -> Database {
    let persistence = InMemoryPersistence()
    func open() async throws -> Database {
      try await Database.open(persistence: persistence, schema: .posts, options: .test())
    }
    try await open().insertPosts([["body": "a b"], [:]])
    let entries = try await persistence.metadata(prefix: "search/statistics/")
    #expect(entries.count == 1)
    let timestamp = persistence.lastTimestamp.successor
    let metadata = entries.mapValues { _ in Optional(Array(text.utf8)) }
    try await persistence.append([CommitRecord(timestamp: timestamp, metadata: metadata)])
    let database = try await open()
    #expect(try await persistence.metadata(prefix: "search/statistics/") == entries)
    return database
  }

  @Test func `counters of a former version are counted anew`() async throws {
    let database = try await reopened(replacingCountersBy: "0 2")
    #expect(try await statistics(database) == SearchStatistics(documents: 2, terms: 2))
  }

  @Test(arguments: ["2 1 x", "1 1 1", "", "2 1 1 1"])
  func `counters that are none are refused`(text: String) async throws {
    let error = try await #require(throws: DatabaseError.self) {
      _ = try await reopened(replacingCountersBy: text)
    }
    #expect(error.code == "CatalogCorrupt")
  }

  @Test func `an index of vectors has no such counters`() async throws {
    let persistence = InMemoryPersistence()
    let schema = SchemaDefinition(tables: [
      TableDefinition(
        name: "posts",
        vectorIndexes: [
          VectorIndexDefinition(name: "by_vector", vectorField: "vector", dimensions: 2)
        ]
      )
    ])
    let database = try await Database.open(
      persistence: persistence,
      schema: schema,
      options: .test()
    )
    try await database.insertPosts([["vector": .array([.float64(1), .float64(2)])]])
    #expect(try await persistence.metadata(prefix: "search/statistics/").isEmpty)
  }
}
