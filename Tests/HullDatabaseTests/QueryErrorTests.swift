import HullDatabase
import HullPersistence
import HullValues
import Testing

@Suite struct QueryErrorTests {
  private func expect(
    _ code: String,
    _ message: String,
    of query: Query,
    scope: DatabaseScope = .user,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let database = try await Database.inMemory(schema: .posts)
    await expectError(code, message, sourceLocation: sourceLocation) {
      _ = try await database.begin().collect(query, scope: scope)
    }
  }

  private func index(_ name: String, of table: String = "posts") -> Query {
    Query(table: table, source: .index(name: name, range: []))
  }

  @Test func `an unknown index is named with its table`() async throws {
    try await expect("IndexNotFoundError", "Index posts.by_x not found.", of: index("by_x"))
    try await expect(
      "IndexNotFoundError",
      "Index nowhere.by_x not found.",
      of: index("by_x", of: "nowhere")
    )
    try await expect(
      "IndexNotFoundError",
      "Index nowhere.search_body not found.",
      of: Query(
        table: "nowhere",
        source: .search(name: "search_body", clauses: [.search(field: "body", text: "a")])
      )
    )
  }

  @Test func `an index of the other kind says which kind was expected`() async throws {
    try await expect(
      "IndexNotADatabaseIndex",
      "Index posts.search_body is not a database index",
      of: index("search_body")
    )
    try await expect(
      "IndexNotASearchIndexError",
      "Index posts.by_author_score is not a search index",
      of: Query(
        table: "posts",
        source: .search(name: "by_author_score", clauses: [.search(field: "body", text: "a")])
      )
    )
  }

  @Test func `a staged index cannot be queried`() async throws {
    let database = try await Database.inMemory(
      schema: SchemaDefinition(tables: [
        TableDefinition(
          name: "posts",
          stagedIndexes: [IndexDefinition(name: "by_author", fields: ["author"])]
        )
      ])
    )
    await expectError(
      "IndexStagedError",
      """
      Index posts.by_author is currently staged and not available to query until it is enabled.
      """
    ) {
      _ = try await database.collect(index("by_author"))
    }
  }

  @Test func `tables of the other scope are refused`() async throws {
    try await expect(
      "SystemTableError",
      "System tables can only be accessed from db.system.query().",
      of: Query(table: "_storage")
    )
    try await expect(
      "SystemTableError",
      "User tables can only be accessed from db.query().",
      of: Query(table: "posts"),
      scope: .system
    )
  }

  @Test func `system tables can be queried through their own scope`() async throws {
    let database = try await Database.inMemory()
    for table in ["_storage", "_scheduled_functions", "_no_such_table"] {
      let documents = try await database.begin().collect(Query(table: table), scope: .system)
      #expect(documents.isEmpty)
    }
  }

  @Test func `256 operators are accepted and 257 refused`() async throws {
    let database = try await Database.inMemory(schema: .posts)
    var query = Query(table: "posts")
    query.operators = Array(repeating: .filter(.literal(true)), count: 256)
    #expect(try await database.collect(query).isEmpty)
    query.operators.append(.filter(.literal(true)))
    await expectError(
      "TooManyOperators",
      "Can't construct query with more than 256 operators"
    ) {
      _ = try await database.collect(query)
    }
  }

  @Test func `a range must use the fields of the index in order`() async throws {
    func range(_ clauses: IndexRangeClause...) -> Query {
      Query(table: "posts", source: .index(name: "by_author_score", range: clauses))
    }
    let codes: [(String, Query)] = [
      ("InvalidIndexRange", range(.init(.eq, "score", 1))),
      ("InvalidIndexRange", range(.init(.gt, "author", "a"), .init(.eq, "score", 1))),
      ("FieldNotInIndex", range(.init(.eq, "other", 1))),
      (
        "BoundsOnMultipleFields",
        range(
          .init(.eq, "author", "x"),
          .init(.gt, "score", 1),
          .init(.lt, "_creationTime", 9e12)
        )
      ),
      ("AlreadyDefinedBound", range(.init(.eq, "author", "x"), .init(.eq, "author", "y"))),
      ("AlreadyDefinedBound", range(.init(.eq, "author", "x"), .init(.gt, "author", "a"))),
    ]
    let database = try await Database.inMemory(schema: .posts)
    for (code, query) in codes {
      let error = await #expect(throws: DatabaseError.self) {
        try await database.collect(query)
      }
      #expect(error?.code == code)
      #expect(error?.kind == .badRequest)
      #expect(error?.message.contains("posts.by_author_score") == (code != "AlreadyDefinedBound"))
    }
  }

  @Test func `the built-in indexes check their ranges on tables that do not exist too`()
    async throws
  {
    let database = try await Database.inMemory()
    let query = Query(
      table: "nowhere",
      source: .index(name: "by_creation_time", range: [.init(.eq, "author", "x")])
    )
    let error = await #expect(throws: DatabaseError.self) { try await database.collect(query) }
    #expect(error?.code == "FieldNotInIndex")
  }

  @Test func `a table name that is none is refused`() async throws {
    let database = try await Database.inMemory()
    let error = await #expect(throws: DatabaseError.self) {
      try await database.collect(Query(table: "no-table"))
    }
    #expect(error?.code == "InvalidArgument")
    #expect(error?.message.hasPrefix("Invalid argument `table` for `db.query`: ") == true)
  }
}
