import HullDatabase
import HullPersistence
import HullValues
import Testing

/// The codes and texts of vector searches that are refused.
@Suite struct VectorSearchErrorTests {
  private func expectRefusal(
    _ code: String,
    _ message: String,
    of query: VectorQuery,
    schema: SchemaDefinition = .foods(),
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let database = try await Database.inMemory(schema: schema)
    await expectError(code, message, sourceLocation: sourceLocation) {
      _ = try await database.vectorSearch(query)
    }
  }

  @Test func `the vector has as many components as the index has dimensions`() async throws {
    try await expectRefusal(
      "VectorDimensionsMismatch",
      "Expected a vector with dimensions 3, received 2.",
      of: .foods([1, 2])
    )
    try await expectRefusal(
      "VectorDimensionsMismatch",
      "Expected a vector with dimensions 4096, received 4097.",
      of: .foods(Array(repeating: 1, count: 4097))
    )
  }

  @Test func `at most 256 documents may be asked for`() async throws {
    try await expectRefusal(
      "VectorLimitTooLargeError",
      "Vector queries can fetch at most 256 results, requested 257.",
      of: .foods([1, 2, 3], limit: 257)
    )
    try await expectRefusal(
      "InvalidArgument",
      "Invalid argument `limit` for `vectorSearch`: -1 is less than zero",
      of: .foods([1, 2, 3], limit: -1)
    )
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func `the vector has no infinite components and none that is NaN`(number: Double) async throws {
    try await expectRefusal(
      "InvalidArgument",
      """
      Invalid argument `vector` for `vectorSearch`: the component at position 1 is not a finite \
      number
      """,
      of: .foods([1, number, 3])
    )
  }

  @Test func `filters are on filter fields of the index`() async throws {
    try await expectRefusal(
      "IncorrectVectorFilterField",
      """
      Vector query against foods.by_embedding contains a filter on "name" but that field isn't \
      indexed for filtering in `filterFields`.
      """,
      of: .foods([1, 2, 3], ("name", "x"))
    )
    // Of two such fields the one with fewer values is named.
    try await expectRefusal(
      "IncorrectVectorFilterField",
      """
      Vector query against foods.by_embedding contains a filter on "z" but that field isn't \
      indexed for filtering in `filterFields`.
      """,
      of: .foods([1, 2, 3], ("a", "x"), ("a", "y"), ("z", "x"), ("z", "x"))
    )
  }

  @Test func `a filter has at most 64 different values`() async throws {
    var query = VectorQuery.foods([1, 2, 3])
    query.filter = (0..<40).map { number in
      VectorFilterClause(field: "cuisine", value: .float64(Double(number)))
    }
    query.filter += query.filter
    query.filter += (0..<24).map { number in
      VectorFilterClause(field: "details.rating", value: .float64(Double(number)))
    }
    let database = try await Database.inMemory(schema: .foods())
    #expect(try await database.vectorSearch(query) == [])
    query.filter.append(VectorFilterClause(field: "cuisine", value: nil))
    await expectError(
      "TooManyElementsInVectorQueryError",
      "Vector query against foods.by_embedding has too many conditions. Max: 64 Actual: 65"
    ) {
      _ = try await database.vectorSearch(query)
    }
  }

  @Test func `what is asked is checked in the reference's order`() async throws {
    var query = VectorQuery.foods([1, 2], limit: 300, ("name", nil))
    let database = try await Database.inMemory(schema: .foods())
    func code() async -> String? {
      do {
        _ = try await database.vectorSearch(query)
        return nil
      } catch { return (error as? DatabaseError)?.code }
    }
    #expect(await code() == "VectorLimitTooLargeError")
    query.limit = 5
    #expect(await code() == "IncorrectVectorFilterField")
    query.filter = []
    #expect(await code() == "VectorDimensionsMismatch")
    query.vector = [1, 2, 3]
    #expect(await code() == nil)
  }

  @Test func `the index exists, is a vector index and is enabled`() async throws {
    try await expectRefusal(
      "IndexNotFoundError",
      "Index foods.other not found.",
      of: VectorQuery(table: "foods", index: "other", vector: [1, 2, 3])
    )
    for name in ["by_cuisine", "by_creation_time"] {
      try await expectRefusal(
        "IndexNotAVectorIndexError",
        "Index foods.\(name) is not a vector index",
        of: VectorQuery(table: "foods", index: name, vector: [1, 2, 3])
      )
    }
    let index = VectorIndexDefinition(name: "later", vectorField: "embedding", dimensions: 3)
    try await expectRefusal(
      "IndexStagedError",
      """
      Index foods.later is currently staged and not available to query until it is enabled.
      """,
      of: VectorQuery(table: "foods", index: "later", vector: [1, 2, 3]),
      schema: SchemaDefinition(tables: [
        TableDefinition(name: "foods", stagedVectorIndexes: [index])
      ])
    )
  }

  @Test func `a vector index is no database index and no search index`() async throws {
    let database = try await Database.inMemory(schema: .foods())
    await expectError(
      "IndexNotADatabaseIndex",
      "Index foods.by_embedding is not a database index"
    ) {
      _ = try await database.collect(
        Query(table: "foods", source: .index(name: "by_embedding", range: []))
      )
    }
    await expectError(
      "IndexNotASearchIndexError",
      "Index foods.by_embedding is not a search index"
    ) {
      _ = try await database.collect(
        Query(
          table: "foods",
          source: .search(
            name: "by_embedding",
            clauses: [.search(field: "embedding", text: "x")]
          )
        )
      )
    }
  }

  @Test func `the errors of a search are the function's own`() async throws {
    let database = try await Database.inMemory(schema: .foods())
    let error = await #expect(throws: DatabaseError.self) {
      try await database.vectorSearch(.foods([1]))
    }
    #expect(error?.kind == .badRequest)
  }
}
