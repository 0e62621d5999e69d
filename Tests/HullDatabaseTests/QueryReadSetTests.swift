import HullDatabase
import HullPersistence
import HullValues
import Testing

/// What a query depends on, seen by which commits conflict with it.
@Suite struct QueryReadSetTests {
  /// Whether a commit of `write` makes a transaction that ran `read` before it lose.
  private func conflicts(
    _ posts: [ConvexObject],
    read: (Transaction) async throws -> Void,
    write: @escaping @Sendable (Transaction, [DocumentID]) async throws -> Void
  ) async throws -> Bool {
    let database = try await Database.inMemory(schema: .posts)
    let ids = try await database.insertPosts(posts)
    let reader = database.begin(.readWrite)
    try await read(reader)
    _ = try await reader.insert("other", [:])
    try await database.withTransaction(source: "posts:write") { try await write($0, ids) }
    do {
      try await database.commit(reader, source: "posts:read")
      return false
    } catch let error as DatabaseError where error.kind == .conflict {
      return true
    }
  }

  private func insert(
    _ post: ConvexObject
  ) -> @Sendable (Transaction, [DocumentID]) async throws -> Void {
    { transaction, _ in _ = try await transaction.insert("posts", post) }
  }

  private func patch(
    _ number: Int,
    _ field: String,
    _ value: ConvexValue
  ) -> @Sendable (Transaction, [DocumentID]) async throws -> Void {
    { transaction, ids in _ = try await transaction.patch(ids[number], [(field, value)]) }
  }

  private static let scores: [ConvexObject] = (0..<10).map {
    ["author": "x", "score": .float64(Double($0))]
  }
  private static let byScore = Query.byAuthorScore(.init(.eq, "author", "x"))

  @Test func `a scan that stopped at a row ends there`() async throws {
    func read(_ transaction: Transaction) async throws {
      #expect(try await transaction.take(3, of: Self.byScore).count == 3)
    }
    let scores = Self.scores
    #expect(
      try await conflicts(scores, read: read, write: insert(["author": "x", "score": 1.5]))
    )
    #expect(try await conflicts(scores, read: read, write: patch(2, "body", "changed")))
    #expect(
      try await !conflicts(scores, read: read, write: insert(["author": "x", "score": 2.5]))
    )
    #expect(try await !conflicts(scores, read: read, write: patch(3, "body", "changed")))
  }

  @Test func `a descending scan that stopped at a row ends there`() async throws {
    func read(_ transaction: Transaction) async throws {
      var query = Self.byScore
      query.order = .descending
      #expect(try await transaction.first(query)?.json.field("score") == 9)
    }
    let scores = Self.scores
    #expect(try await conflicts(scores, read: read, write: insert(["author": "x", "score": 10])))
    #expect(
      try await !conflicts(scores, read: read, write: insert(["author": "x", "score": 8.5]))
    )
  }

  @Test func `a stream that is left open depends on what it returned`() async throws {
    func read(_ transaction: Transaction) async throws {
      let stream = try await transaction.query(Self.byScore)
      _ = try await stream.next()
      _ = try await stream.next()
    }
    let scores = Self.scores
    #expect(
      try await conflicts(scores, read: read, write: insert(["author": "x", "score": 0.5]))
    )
    #expect(
      try await !conflicts(scores, read: read, write: insert(["author": "x", "score": 1.5]))
    )
  }

  @Test func `an empty result is protected against phantoms`() async throws {
    func read(_ transaction: Transaction) async throws {
      let query = Query.byAuthorScore(.init(.eq, "author", "y"))
      #expect(try await transaction.collect(query).isEmpty)
    }
    let scores = Self.scores
    #expect(try await conflicts(scores, read: read, write: insert(["author": "y"])))
    #expect(try await conflicts(scores, read: read, write: patch(0, "author", "y")))
    #expect(try await !conflicts(scores, read: read, write: insert(["author": "z"])))
  }

  @Test func `rows a filter rejects count`() async throws {
    func read(_ transaction: Transaction) async throws {
      #expect(try await transaction.collect(Self.byScore.then(.filter(.literal(false)))).isEmpty)
    }
    #expect(try await conflicts(Self.scores, read: read, write: patch(4, "body", "changed")))
  }

  @Test func `contradictory bounds read nothing`() async throws {
    func read(_ transaction: Transaction) async throws {
      let query = Query.byAuthorScore(.init(.gt, "author", "b"), .init(.lt, "author", "a"))
      #expect(try await transaction.collect(query).isEmpty)
      #expect(try await transaction.readSet().ranges.isEmpty)
    }
    #expect(try await !conflicts(Self.scores, read: read, write: insert(["author": "a"])))
  }

  @Test func `a collected table conflicts with any insert into it`() async throws {
    func read(_ transaction: Transaction) async throws {
      _ = try await transaction.collect(Query(table: "posts"))
    }
    #expect(try await conflicts(Self.scores, read: read, write: insert([:])))
  }

  @Test func `a scan of a table that does not exist conflicts with its creation`() async throws {
    func read(_ transaction: Transaction) async throws {
      #expect(try await transaction.collect(Query(table: "later")).isEmpty)
      let byID = Query(table: "later", source: .index(name: "by_id", range: []))
      #expect(try await transaction.first(byID) == nil)
    }
    #expect(
      try await conflicts([], read: read) { transaction, _ in
        _ = try await transaction.insert("later", [:])
      }
    )
  }

  @Test func `a count of keys depends on its range`() async throws {
    func read(_ transaction: Transaction) async throws {
      #expect(try await transaction.count(Self.byScore) == 10)
    }
    #expect(try await conflicts(Self.scores, read: read, write: insert(["author": "x"])))
    #expect(try await !conflicts(Self.scores, read: read, write: insert(["author": "y"])))
  }

  @Test func `every scanned row counts against the limits`() async throws {
    var options = DatabaseOptions.test()
    options.limits.transaction.documentsRead = 5
    let database = try await Database.inMemory(schema: .posts, options: options)
    try await database.insertPosts(Self.scores)
    let reader = database.begin()
    let none = Self.byScore.then(.filter(.literal(false)))
    await expectError(
      "TooManyDocumentsRead",
      """
      Too many documents read in a single function execution (limit: 5). Consider using smaller \
      limits in your queries, paginating your queries, or using indexed queries with a selective \
      index range expressions.
      """
    ) {
      _ = try await reader.collect(none)
    }
  }
}
