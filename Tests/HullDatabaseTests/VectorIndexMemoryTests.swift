import HullDatabase
import HullPersistence
import HullValues
import Testing

/// When vector indexes are built, kept and given up.
@Suite struct VectorIndexMemoryTests {
  private static func schema(tables: Int) -> SchemaDefinition {
    SchemaDefinition(
      tables: (0..<tables).map { number in
        TableDefinition(
          name: TableName(stringLiteral: "table\(number)"),
          vectorIndexes: [
            VectorIndexDefinition(name: "by_vector", vectorField: "vector", dimensions: 2)
          ]
        )
      }
    )
  }

  private func search(_ database: Database, _ table: Int) async throws -> [DocumentID] {
    try await database.vectorSearch(
      VectorQuery(table: "table\(table)", index: "by_vector", vector: [1, 0])
    ).map(\.id)
  }

  private func insert(_ count: Int, into table: Int, of database: Database) async throws {
    _ = try await database.withTransaction(source: "insert") { transaction in
      for number in 0..<count {
        _ = try await transaction.insert(
          "table\(table)",
          ["vector": .vector([1, Double(number)])]
        )
      }
    }
  }

  @Test func `an index is built when it is first searched, and once`() async throws {
    let database = try await Database.inMemory(schema: Self.schema(tables: 2))
    try await insert(20, into: 0, of: database)
    try await insert(20, into: 1, of: database)
    #expect(database.vectorSearchCounters == VectorSearchCounters())
    for _ in 0..<5 { _ = try await search(database, 0) }
    #expect(database.vectorSearchCounters.builds == 1)
    #expect(database.vectorSearchCounters.loadedVectors == 20)
    #expect(database.vectorSearchCounters.loadedIndexes == 1)
    #expect(database.vectorSearchCounters.searches == 5)
    #expect(database.vectorSearchCounters.streamedSearches == 0)
  }

  @Test func `searches that come at once build an index once`() async throws {
    let database = try await Database.inMemory(schema: Self.schema(tables: 1))
    try await insert(2_000, into: 0, of: database)
    let results = try await withThrowingTaskGroup(of: [DocumentID].self) { group in
      for _ in 0..<8 { group.addTask { try await search(database, 0) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(results).count == 1)
    #expect(results[0].count == 10)
    #expect(database.vectorSearchCounters.builds == 1)
  }

  @Test func `documents are read a batch at a time`() async throws {
    let store = HookedPersistence()
    var options = DatabaseOptions.test()
    options.backfillBatchDocuments = 10
    let database = try await Database.open(
      persistence: store,
      schema: Self.schema(tables: 1),
      options: options
    )
    try await insert(95, into: 0, of: database)
    let before = store.scans
    _ = try await search(database, 0)
    #expect(store.scans - before == 10)
    _ = try await search(database, 0)
    #expect(store.scans - before == 10)
  }

  @Test func `the index searched longest ago makes room and is built again`() async throws {
    var options = DatabaseOptions.test()
    // 100 rows of 128 bytes and their places; two of three indexes fit.
    options.vectorIndexBytes = 60_000
    let database = try await Database.inMemory(schema: Self.schema(tables: 3), options: options)
    var expected: [[DocumentID]] = []
    for table in 0..<3 {
      try await insert(100, into: table, of: database)
      expected.append(try await search(database, table))
      #expect(expected[table].count == 10)
    }
    #expect(database.vectorSearchCounters.builds == 3)
    #expect(database.vectorSearchCounters.evictions == 1)
    #expect(database.vectorSearchCounters.loadedIndexes == 2)
    #expect(database.vectorSearchCounters.loadedBytes <= 60_000)
    // The second is still there; the first takes the place of the third, which was used before.
    #expect(try await search(database, 1) == expected[1])
    #expect(database.vectorSearchCounters.builds == 3)
    #expect(try await search(database, 0) == expected[0])
    #expect(database.vectorSearchCounters.builds == 4)
    #expect(try await search(database, 1) == expected[1])
    #expect(database.vectorSearchCounters.builds == 4)
    // What was written meanwhile is in the index that is built again.
    try await insert(1, into: 2, of: database)
    let found = try await search(database, 2)
    #expect(found[0] != expected[2][0])
    #expect(found[1] == expected[2][0])
    #expect(database.vectorSearchCounters.streamedSearches == 0)
  }

  @Test(arguments: Engine.allCases)
  func `an index without room is searched by reading the documents`(
    engine: Engine
  ) async throws {
    var options = DatabaseOptions.test()
    options.vectorIndexBytes = 10_000
    options.backfillBatchDocuments = 10
    try await engine.withDatabase(schema: Self.schema(tables: 2), options: options) { database in
      try await insert(100, into: 0, of: database)
      try await insert(10, into: 1, of: database)
      let small = try await search(database, 1)
      let found = try await search(database, 0)
      #expect(found.count == 10)
      #expect(database.vectorSearchCounters.streamedSearches == 1)
      #expect(try await search(database, 0) == found)
      #expect(database.vectorSearchCounters.streamedSearches == 2)
      // It is known not to fit, and leaves the others alone.
      let builds = database.vectorSearchCounters.builds
      #expect(try await search(database, 1) == small)
      #expect(try await search(database, 0) == found)
      #expect(try await search(database, 1) == small)
      #expect(database.vectorSearchCounters.builds <= builds + 1)
      // New commits are seen.
      try await insert(1, into: 0, of: database)
      #expect(try await search(database, 0)[1] == found[0])
    }
  }

  @Test func `an index that has become small enough is kept again`() async throws {
    var options = DatabaseOptions.test()
    options.vectorIndexBytes = 10_000
    let database = try await Database.inMemory(schema: Self.schema(tables: 1), options: options)
    try await insert(100, into: 0, of: database)
    _ = try await search(database, 0)
    #expect(database.vectorSearchCounters.streamedSearches == 1)
    _ = try await database.withTransaction(source: "delete") { transaction in
      for document in try await transaction.collect(Query(table: "table0")).dropLast(10) {
        try await transaction.delete(document.id)
      }
    }
    _ = try await search(database, 0)
    #expect(database.vectorSearchCounters.streamedSearches == 2)
    #expect(try await search(database, 0).count == 10)
    #expect(database.vectorSearchCounters.streamedSearches == 2)
    #expect(database.vectorSearchCounters.loadedIndexes == 1)
  }

  @Test func `an index that outgrows the bound by commits is given up`() async throws {
    var options = DatabaseOptions.test()
    options.vectorIndexBytes = 20_000
    let database = try await Database.inMemory(schema: Self.schema(tables: 1), options: options)
    try await insert(10, into: 0, of: database)
    _ = try await search(database, 0)
    #expect(database.vectorSearchCounters.loadedIndexes == 1)
    try await insert(300, into: 0, of: database)
    #expect(try await search(database, 0).count == 10)
    #expect(database.vectorSearchCounters.loadedIndexes == 0)
    #expect(try await search(database, 0).count == 10)
    #expect(database.vectorSearchCounters.streamedSearches == 1)
  }

  @Test func `replaced and deleted vectors leave no memory behind`() async throws {
    let database = try await Database.inMemory(schema: Self.schema(tables: 1))
    try await insert(1_000, into: 0, of: database)
    _ = try await search(database, 0)
    let bytes = database.vectorSearchCounters.loadedBytes
    let documents = try await database.collect(Query(table: "table0"))
    for round in 1...10 {
      _ = try await database.withTransaction(source: "patch") { transaction in
        for (number, document) in documents.enumerated() {
          let vector = ConvexValue.vector([Double(round), Double(number)])
          _ = try await transaction.patch(document.id, [("vector", vector)])
        }
      }
      #expect(try await search(database, 0)[0] == documents[0].id)
    }
    #expect(database.vectorSearchCounters.loadedVectors == 1_000)
    #expect(database.vectorSearchCounters.loadedBytes <= 3 * bytes)
    _ = try await database.withTransaction(source: "delete") { transaction in
      for document in documents { try await transaction.delete(document.id) }
    }
    #expect(try await search(database, 0) == [])
    #expect(database.vectorSearchCounters.loadedBytes <= bytes)
  }

  @Test func `a store that fails fails the search, and the next one builds anew`() async throws {
    let store = HookedPersistence()
    let database = try await Database.open(
      persistence: store,
      schema: Self.schema(tables: 1),
      options: .test()
    )
    try await insert(10, into: 0, of: database)
    store.onScan { _ in throw PersistenceError(code: .diskFull, message: "The disk is full.") }
    await #expect(throws: PersistenceError.self) { _ = try await search(database, 0) }
    store.onScan(nil)
    #expect(try await search(database, 0).count == 10)
    #expect(database.vectorSearchCounters.builds == 2)
  }
}
