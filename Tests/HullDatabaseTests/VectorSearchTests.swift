import HullDatabase
import HullPersistence
import HullValues
import Testing

@Suite struct VectorSearchTests {
  private func found(_ database: Database, _ query: VectorQuery) async throws -> [DocumentID] {
    try await database.vectorSearch(query).map(\.id)
  }

  // MARK: Scores and order

  @Test(arguments: Engine.allCases)
  func `the documents with the most similar vectors are found, best first`(
    engine: Engine
  ) async throws {
    try await engine.withDatabase(schema: .foods(dimensions: 2)) { database in
      let ids = try await database.insertVectors([[0, 1], [1, 1], [1, 0], [-1, 0]])
      let hits = try await database.vectorSearch(.foods([2, 0]))
      #expect(hits.map(\.id) == [ids[2], ids[1], ids[0], ids[3]])
      #expect(hits.map(\.score) == [1, 1 / 2.0.squareRoot(), 0, -1])
      #expect(try await found(database, .foods([0, -5], limit: 2)) == [ids[3], ids[2]])
    }
  }

  @Test func `of equal scores the greatest id comes first`() async throws {
    let database = try await Database.inMemory(schema: .foods())
    let ids = try await database.insertVectors([
      [1, 2, 3], [2, 4, 6], [3, 6, 9], [0.5, 1, 1.5], [0, 1, 0],
    ])
    let hits = try await database.vectorSearch(.foods([1, 2, 3], limit: 3))
    #expect(hits.map(\.id) == [ids[3], ids[2], ids[1]])
    #expect(hits.map(\.score) == [1, 1, 1])
  }

  @Test func `a search without a limit finds ten documents, the largest limit 256`() async throws {
    let database = try await Database.inMemory(schema: .foods())
    try await database.insertVectors((0..<300).map { [1, Double($0), 2] })
    #expect(try await found(database, .foods([1, 1, 1])).count == 10)
    #expect(try await found(database, .foods([1, 1, 1], limit: 1)).count == 1)
    #expect(try await found(database, .foods([1, 1, 1], limit: 256)).count == 256)
    #expect(try await found(database, .foods([1, 1, 1], limit: 0)) == [])
  }

  @Test func `vectors without direction have score zero`() async throws {
    let database = try await Database.inMemory(schema: .foods())
    let ids = try await database.insertVectors([[0, 0, 0], [1, 0, 0], [-1, 0, 0], [-0.0, 0, 0]])
    let hits = try await database.vectorSearch(.foods([3, 0, 0]))
    #expect(hits.map(\.id) == [ids[1], ids[3], ids[0], ids[2]])
    #expect(hits.map(\.score) == [1, 0, 0, -1])
    #expect(hits.allSatisfy { $0.score.sign == .plus || $0.score == -1 })
    let all = try await database.vectorSearch(.foods([0, 0, 0]))
    #expect(all.map(\.id) == ids.reversed())
    #expect(all.allSatisfy { $0.score == 0 })
  }

  @Test func `the magnitude of vectors does not matter, however large or small`() async throws {
    let database = try await Database.inMemory(schema: .foods(dimensions: 2))
    let ids = try await database.insertVectors([
      [1e300, 1e300], [1e-300, 0], [5e-324, 5e-324], [-1.7e308, 1.7e308], [3e-320, -3e-320],
    ])
    let hits = try await database.vectorSearch(.foods([1e-310, 1e-310]))
    #expect(hits.map(\.id) == [ids[2], ids[0], ids[1], ids[4], ids[3]])
    for (hit, score) in zip(hits, [1, 1, 1 / 2.0.squareRoot(), 0, 0]) {
      #expect(abs(hit.score - score) < 1e-7)
    }
  }

  // MARK: What is in the index

  @Test func `documents whose vector has another shape are not in the index`() async throws {
    let database = try await Database.inMemory(schema: .foods())
    let ids = try await database.insertFoods([
      ["embedding": [1, 2, 3]],
      [:],
      ["embedding": .null],
      ["embedding": "1, 2, 3"],
      ["embedding": [1, 2]],
      ["embedding": [1, 2, 3, 4]],
      ["embedding": []],
      ["embedding": [1, 2, "3"]],
      ["embedding": [1, 2, .int64(3)]],
      ["embedding": [1, .null, 3]],
      ["embedding": [[1, 2, 3]]],
      ["embedding": ["x": 1]],
      ["embedding": .vector([1, .nan, 3])],
      ["embedding": .vector([1, .infinity, 3])],
      ["embedding": .vector([1, -.infinity, 3])],
      ["embedding": .vector([-0.0, 1e-7, 123_456.789])],
    ])
    #expect(try await Set(found(database, .foods([1, 2, 3]))) == [ids[0], ids[15]])
  }

  @Test func `a vector may be inside an object`() async throws {
    let schema = SchemaDefinition(tables: [
      TableDefinition(
        name: "foods",
        vectorIndexes: [
          VectorIndexDefinition(name: "by_embedding", vectorField: "a.b", dimensions: 2)
        ]
      )
    ])
    let database = try await Database.inMemory(schema: schema)
    let ids = try await database.insertFoods([
      ["a": ["b": [1, 2]]], ["a": ["c": [1, 2]]], ["a": [1, 2]], ["b": [1, 2]],
    ])
    #expect(try await found(database, .foods([1, 2])) == [ids[0]])
  }

  @Test(arguments: Engine.allCases)
  func `every commit is seen by the next search`(engine: Engine) async throws {
    try await engine.withDatabase(schema: .foods()) { database in
      #expect(try await found(database, .foods([1, 0, 0])) == [])
      let ids = try await database.insertVectors([[1, 0, 0], [0, 1, 0]])
      #expect(try await found(database, .foods([1, 0, 0])) == ids)
      // It moves.
      try await database.patch(ids[0], [("embedding", .vector([0, 0, 1]))])
      #expect(try await found(database, .foods([0, 0, 1], limit: 1)) == [ids[0]])
      #expect(try await database.vectorSearch(.foods([1, 0, 0])).map(\.score) == [0, 0])
      // It gets another length, and the right one again.
      try await database.patch(ids[0], [("embedding", .vector([1, 2, 3, 4]))])
      #expect(try await found(database, .foods([1, 0, 0])) == [ids[1]])
      try await database.patch(ids[0], [("embedding", .vector([1, 0, 0]))])
      #expect(try await found(database, .foods([1, 0, 0])) == ids)
      // It loses the field, and the document goes.
      try await database.patch(ids[0], [("embedding", nil)])
      #expect(try await found(database, .foods([1, 0, 0])) == [ids[1]])
      try await database.delete(ids[1])
      #expect(try await found(database, .foods([1, 0, 0])) == [])
      #expect(database.vectorSearchCounters.builds == 1)
      #expect(database.vectorSearchCounters.loadedVectors == 0)
    }
  }

  @Test func `a mutation that fails leaves nothing to be found`() async throws {
    struct Refused: Error {}
    let database = try await Database.inMemory(schema: .foods())
    #expect(try await found(database, .foods([1, 0, 0])) == [])
    await #expect(throws: Refused.self) {
      try await database.withTransaction(source: "foods:fail") { transaction in
        _ = try await transaction.insert("foods", ["embedding": [1, 0, 0]])
        throw Refused()
      }
    }
    #expect(try await found(database, .foods([1, 0, 0])) == [])
  }

  // MARK: Filters

  @Test func `a filter admits documents with any of its values`() async throws {
    let database = try await Database.inMemory(schema: .foods(dimensions: 2))
    let long = String(repeating: "cuisine ", count: 20)
    let ids = try await database.insertFoods([
      ["embedding": [1, 0], "cuisine": "a"],
      ["embedding": [1, 0], "cuisine": "b", "details": ["rating": 5]],
      ["embedding": [1, 0], "cuisine": .string(long)],
      ["embedding": [1, 0], "cuisine": .null],
      ["embedding": [1, 0]],
      ["embedding": [1, 0], "cuisine": 1],
      ["embedding": [1, 0], "cuisine": .int64(1)],
      ["embedding": [1, 0], "cuisine": ["a", "b"]],
      ["cuisine": "a"],
    ])
    func matches(_ filter: (String, ConvexValue?)...) async throws -> Set<DocumentID> {
      var query = VectorQuery.foods([1, 0], limit: 20)
      query.filter = filter.map { VectorFilterClause(field: $0.0, value: $0.1) }
      return try await Set(found(database, query))
    }
    #expect(try await matches(("cuisine", "a")) == [ids[0]])
    #expect(try await matches(("cuisine", "a"), ("cuisine", "b")) == [ids[0], ids[1]])
    #expect(try await matches(("cuisine", .string(long))) == [ids[2]])
    #expect(try await matches(("cuisine", .string(long + "!"))) == [])
    #expect(try await matches(("cuisine", .null)) == [ids[3]])
    #expect(try await matches(("cuisine", nil)) == [ids[4]])
    #expect(try await matches(("cuisine", 1)) == [ids[5]])
    #expect(try await matches(("cuisine", .int64(1))) == [ids[6]])
    #expect(try await matches(("cuisine", ["a", "b"])) == [ids[7]])
    #expect(try await matches(("cuisine", "none")) == [])
    // Conditions on different fields are alternatives, too.
    #expect(try await matches(("details.rating", 5)) == [ids[1]])
    #expect(try await matches(("details.rating", 5), ("cuisine", "a")) == [ids[0], ids[1]])
    #expect(try await matches().count == 8)
  }

  @Test func `a changed filter field is seen by the next search`() async throws {
    let database = try await Database.inMemory(schema: .foods())
    let ids = try await database.insertFoods([["embedding": [1, 2, 3], "cuisine": "a"]])
    #expect(try await found(database, .foods([1, 2, 3], ("cuisine", "a"))) == ids)
    try await database.patch(ids[0], [("cuisine", "b")])
    #expect(try await found(database, .foods([1, 2, 3], ("cuisine", "a"))) == [])
    #expect(try await found(database, .foods([1, 2, 3], ("cuisine", "b"))) == ids)
    try await database.patch(ids[0], [("cuisine", nil)])
    #expect(try await found(database, .foods([1, 2, 3], ("cuisine", nil))) == ids)
    // Other fields do not concern the index.
    try await database.patch(ids[0], [("name", "bread")])
    #expect(try await found(database, .foods([1, 2, 3])) == ids)
  }

  // MARK: Tables and indexes

  @Test func `a search of an unknown table finds nothing`() async throws {
    let database = try await Database.inMemory(schema: .foods())
    let query = VectorQuery(table: "drinks", index: "by_embedding", vector: [1, 2, 3])
    #expect(try await database.vectorSearch(query) == [])
  }

  @Test func `an index added later has the documents that were there`() async throws {
    try await Engine.sqlite.withStore { open in
      let plain = SchemaDefinition(tables: [TableDefinition(name: "foods")])
      let first = try await Database.open(
        persistence: try await open(),
        schema: plain,
        options: .test()
      )
      let ids = try await first.insertVectors([[1, 0, 0], [0, 1, 0]])
      await expectError("IndexNotFoundError", "Index foods.by_embedding not found.") {
        _ = try await first.vectorSearch(.foods([1, 0, 0]))
      }
      await first.close()
      let second = try await Database.open(
        persistence: try await open(),
        schema: .foods(),
        options: .test()
      )
      #expect(try await found(second, .foods([1, 0, 0])) == ids)
      await second.close()
      // Other dimensions make another index.
      let third = try await Database.open(
        persistence: try await open(),
        schema: .foods(dimensions: 2),
        options: .test()
      )
      #expect(try await found(third, .foods([1, 0])) == [])
      await third.close()
      let fourth = try await Database.open(
        persistence: try await open(),
        schema: plain,
        options: .test()
      )
      await expectError("IndexNotFoundError", "Index foods.by_embedding not found.") {
        _ = try await fourth.vectorSearch(.foods([1, 0, 0]))
      }
      await fourth.close()
    }
  }

  @Test(arguments: Engine.allCases)
  func `after a restart the index has what was committed`(engine: Engine) async throws {
    try await engine.withStore { open in
      var ids: [DocumentID] = []
      for round in 0..<3 {
        // Without a schema the catalog of the store decides.
        let database = try await Database.open(
          persistence: try await open(),
          schema: round == 0 ? .foods() : nil,
          options: .test(seed: UInt64(round))
        )
        #expect(try await Set(found(database, .foods([1, 1, 1]))) == Set(ids))
        ids += try await database.insertVectors([[Double(round), 1, 1], [1, 1, 0]])
        #expect(try await Set(found(database, .foods([1, 1, 1]))) == Set(ids))
        await database.close()
      }
    }
  }

  @Test func `a closed database is searched no more`() async throws {
    let database = try await Database.inMemory(schema: .foods())
    try await database.insertVectors([[1, 0, 0]])
    _ = try await database.vectorSearch(.foods([1, 0, 0]))
    await database.close()
    await expectError("DatabaseClosed", "The database is closed.") {
      _ = try await database.vectorSearch(.foods([1, 0, 0]))
    }
  }
}
