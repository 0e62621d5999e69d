import HullDatabase
import HullPersistence
import HullValues
import Testing

@Suite struct PaginationErrorTests {
  private static let invalidCursor = """
    InvalidCursor: Tried to run a query starting from a cursor, but it looks like this cursor is \
    from a different query.
    """

  @Test(arguments: [
    (
      PaginationOptions(numItems: -1), "InvalidArgument",
      "`options.numItems` must be a positive number. Received `-1`."
    ),
    (
      PaginationOptions(numItems: -.infinity), "InvalidArgument",
      "`options.numItems` must be a positive number. Received `-Infinity`."
    ),
    (
      PaginationOptions(numItems: .nan), "InvalidArgument",
      "`options.numItems` must be a positive number. Received `NaN`."
    ),
    (
      PaginationOptions(numItems: 2.5), "InvalidArgument",
      "Invalid argument `numItems` for `paginate`: expected a whole number, got 2.5"
    ),
    (
      PaginationOptions(numItems: 0), "NoDocumentsForPagination",
      "Must request at least 1 document while paginating"
    ),
    (
      PaginationOptions(numItems: 32_001), "PageSizeTooLarge",
      "Requested too many items: 32001"
    ),
    (
      PaginationOptions(numItems: 1, maximumRowsRead: 0), "InvalidPaginationLimit",
      "maximumRowsRead and maximumBytesRead must be greater than 0"
    ),
    (
      PaginationOptions(numItems: 1, maximumBytesRead: 0), "InvalidPaginationLimit",
      "maximumRowsRead and maximumBytesRead must be greater than 0"
    ),
    (
      PaginationOptions(numItems: 1, maximumRowsRead: -3), "InvalidArgument",
      "Invalid argument `maximumRowsRead` for `paginate`: expected a whole number, got -3"
    ),
    (PaginationOptions(numItems: 1, cursor: "x"), "InvalidCursor", "Failed to parse cursor"),
    (PaginationOptions(numItems: 1, endCursor: ""), "InvalidCursor", "Failed to parse cursor"),
  ])
  func `options that make no sense are refused`(
    options: PaginationOptions,
    code: String,
    message: String
  ) async throws {
    let database = try await Database.withScores([1, 2, 3])
    await expectError(code, message) {
      _ = try await LivePage(.byScore, options, in: database)
    }
  }

  @Test func `the largest page is accepted`() async throws {
    let database = try await Database.withScores([1, 2, 3])
    let page = try await LivePage(.byScore, PaginationOptions(numItems: 32_000), in: database)
    #expect(page.scores == [1, 2, 3])
  }

  /// Queries that differ from ``Query/byScore`` in one thing each.
  private static let others: [Query] = [
    Query.byScore.descending,
    .byAuthorScore(.init(.eq, "author", "y")),
    .byAuthorScore(.init(.eq, "author", "x"), .init(.gt, "score", 0)),
    .byAuthorScore(),
    Query(table: "posts"),
    Query(table: "posts", source: .index(name: "by_creation_time", range: [])),
    Query(table: "posts", source: .index(name: "by_id", range: [])),
    Query(table: "other"),
    Query.byScore.then(.filter(.literal(true))),
    Query.byScore.then(.limit(100)),
    Query.byScore.then(.predicate { _ in true }),
    .search("x"),
  ]

  @Test(arguments: others.indices)
  func `a cursor of another query is refused`(number: Int) async throws {
    let database = try await Database.withScores([1, 2, 3])
    let page = try await LivePage(.byScore, PaginationOptions(numItems: 1), in: database)
    let cursor = page.result.continueCursor
    for options in [
      PaginationOptions(numItems: 1, cursor: cursor),
      PaginationOptions(numItems: 1, endCursor: cursor),
    ] {
      await expectError("InvalidCursor", Self.invalidCursor) {
        _ = try await LivePage(Self.others[number], options, in: database)
      }
    }
    await expectError("InvalidCursor", Self.invalidCursor) {
      _ = try await LivePage(
        Self.others[number],
        PaginationOptions(numItems: 1),
        journal: page.journal,
        in: database
      )
    }
  }

  @Test func `the error of a foreign cursor is a ConvexError that clients reset on`() async throws {
    let database = try await Database.withScores([1, 2, 3])
    let page = try await LivePage(.byScore, PaginationOptions(numItems: 1), in: database)
    let error = await #expect(throws: DatabaseError.self) {
      try await LivePage(
        Query(table: "posts"),
        PaginationOptions(numItems: 1, cursor: page.result.continueCursor),
        in: database
      )
    }
    #expect(
      error?.convexErrorData
        == ["isConvexSystemError": true, "paginationError": "InvalidCursor"]
    )
    let other = await #expect(throws: DatabaseError.self) {
      try await LivePage(.byScore, PaginationOptions(numItems: 1, cursor: "zz"), in: database)
    }
    #expect(other?.convexErrorData == nil)
  }

  @Test func `an index with other fields under the same name invalidates cursors`() async throws {
    let persistence = InMemoryPersistence()
    func database(_ fields: [FieldPath]) async throws -> Database {
      try await .open(
        persistence: persistence,
        schema: SchemaDefinition(tables: [
          TableDefinition(name: "posts", indexes: [IndexDefinition(name: "i", fields: fields)])
        ]),
        options: .test()
      )
    }
    let query = Query(table: "posts", source: .index(name: "i", range: []))
    let before = try await database(["a"])
    try await before.insertPosts([["a": 1], ["a": 2]])
    let page = try await LivePage(query, PaginationOptions(numItems: 1), in: before)
    let after = try await database(["a", "b"])
    await expectError("InvalidCursor", Self.invalidCursor) {
      _ = try await page.next(1, in: after)
    }
  }

  @Test func `the order of equalities does not make another query`() async throws {
    let database = try await Database.withScores([1, 2])
    let one = Query.byAuthorScore(.init(.eq, "author", "x"), .init(.eq, "score", 1))
    let two = Query.byAuthorScore(.init(.eq, "score", 1), .init(.eq, "author", "x"))
    let page = try await LivePage(one, PaginationOptions(numItems: 1), in: database)
    let next = try await LivePage(
      two,
      PaginationOptions(numItems: 1, cursor: page.result.continueCursor),
      in: database
    )
    #expect(next.result.page.isEmpty && next.result.isDone)
  }

  @Test func `a function may paginate once`() async throws {
    let database = try await Database.withScores([1, 2, 3])
    let transaction = database.begin()
    let journal = try QueryJournal(codec: LivePage.codec)
    let options = PaginationOptions(numItems: 1)
    _ = try await transaction.paginate(.byScore, options, journal: journal)
    await expectError(
      "MultiplePaginatedDatabaseQueries",
      """
      This query or mutation function ran multiple paginated queries. Convex only supports a \
      single paginated query in each function.
      """
    ) {
      _ = try await transaction.paginate(.byScore, options, journal: journal)
    }
    // A nested call is a function of its own.
    let nested = try QueryJournal(codec: LivePage.codec)
    #expect(try await transaction.paginate(.byScore, options, journal: nested).page.count == 1)
  }

  @Test func `a journal that this instance did not write is refused`() async throws {
    await expectError("InvalidCursor", "Failed to parse cursor") {
      _ = try QueryJournal(codec: LivePage.codec, previous: "00ff")
    }
    let cursor = LivePage.codec.seal(
      QueryCursor(position: .end, fingerprint: QueryFingerprint(digesting: []))
    )
    await expectError("InvalidCursor", "Failed to parse cursor") {
      _ = try QueryJournal(codec: LivePage.codec, previous: cursor)
    }
  }
}
