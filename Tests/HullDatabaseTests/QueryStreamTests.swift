import HullDatabase
import HullPersistence
import HullValues
import TestRandomness
import Testing

@Suite struct QueryStreamTests {
  private func database(_ posts: [ConvexObject]) async throws -> Database {
    let database = try await Database.inMemory(schema: .posts)
    try await database.insertPosts(posts)
    return database
  }

  /// The rows of spec/database.md 19.2.
  private static let rows: [ConvexObject] = [
    ["author": "x", "score": 5], ["author": "x", "score": 7], ["author": "x"],
    ["author": "x", "score": .null], ["author": "x", "score": true], ["author": "x", "score": "s"],
    ["author": "x", "score": .float64(.infinity)], ["author": "y", "score": 6], ["score": 1],
  ]

  @Test(
    arguments: [
      ([], [8, 2, 3, 0, 1, 6, 4, 5, 7]),
      ([.init(.eq, "author", "x")], [2, 3, 0, 1, 6, 4, 5]),
      ([.init(.eq, "author", "x"), .init(.gt, "score", 5)], [1, 6, 4, 5]),
      (
        [
          .init(.eq, "author", "x"), .init(.gt, "score", 5),
          .init(.lt, "score", .float64(.infinity)),
        ], [1]
      ),
      ([.init(.eq, "author", "x"), .init(.lte, "score", .null)], [2, 3]),
      ([.init(.eq, "author", nil)], [8]),
      ([.init(.gt, "author", nil)], [2, 3, 0, 1, 6, 4, 5, 7]),
      ([.init(.eq, "score", 5), .init(.eq, "author", "x")], [0]),
      ([.init(.eq, "author", "x"), .init(.gt, "score", 7), .init(.lt, "score", 5)], []),
    ] as [([IndexRangeClause], [Int])]
  )
  func `a range selects rows in index order`(
    range: [IndexRangeClause],
    expected: [Int]
  ) async throws {
    let database = try await database(Self.rows)
    let ids = try await database.collect(Query(table: "posts")).map(\.id)
    var query = Query(table: "posts", source: .index(name: "by_author_score", range: range))
    #expect(try await database.collect(query).map(\.id) == expected.map { ids[$0] })
    query.order = .descending
    #expect(try await database.collect(query).map(\.id) == expected.reversed().map { ids[$0] })
  }

  @Test func `the creation time and the id are trailing fields of every index`() async throws {
    let database = try await database((0..<5).map { _ in ["author": "x", "score": 1] })
    let all = try await database.collect(Query(table: "posts"))
    let start: [IndexRangeClause] = [.init(.eq, "author", "x"), .init(.eq, "score", 1)]
    let byTime = Query(
      table: "posts",
      source: .index(
        name: "by_author_score",
        range: start + [.init(.gt, "_creationTime", .float64(all[2].creationTime))]
      )
    )
    #expect(try await database.collect(byTime) == Array(all[3...]))
    let byID = Query(
      table: "posts",
      source: .index(
        name: "by_author_score",
        range: start + [
          .init(.eq, "_creationTime", .float64(all[2].creationTime)),
          .init(.lte, "_id", .string(all[2].id.string)),
        ]
      )
    )
    #expect(try await database.collect(byID) == [all[2]])
  }

  @Test func `the built-in indexes take bounds on their fields`() async throws {
    let database = try await database((0..<4).map { ["score": .float64(Double($0))] })
    let all = try await database.collect(Query(table: "posts"))
    let byTime = Query(
      table: "posts",
      source: .index(
        name: "by_creation_time",
        range: [.init(.gte, "_creationTime", .float64(all[1].creationTime))]
      ),
      order: .descending
    )
    #expect(try await database.collect(byTime) == [all[3], all[2], all[1]])
    let byID = Query(
      table: "posts",
      source: .index(name: "by_id", range: [.init(.lt, "_id", .string(all[2].id.string))])
    )
    #expect(
      try await database.collect(byID).map(\.id)
        == all.map(\.id).sorted().filter {
          $0.string < all[2].id.string
        }
    )
    let one = Query(
      table: "posts",
      source: .index(name: "by_id", range: [.init(.eq, "_id", .string(all[3].id.string))])
    )
    #expect(try await database.collect(one) == [all[3]])
  }

  @Test func `filters and limits apply in the order given`() async throws {
    let database = try await database((0..<10).map { ["score": .float64(Double($0))] })
    let even = QueryOperator.filter(
      .eq(.mod(.field("score"), .literal(2)), .literal(0))
    )
    let all = Query(table: "posts")
    let filtered = try await database.collect(all.then(even).then(.limit(3)))
    #expect(filtered.values("score") == [0, 2, 4])
    let limited = try await database.collect(all.then(.limit(3)).then(even))
    #expect(limited.values("score") == [0, 2])
    let predicate = QueryOperator.predicate { $0.json.field("score") ?? .null > 7 }
    #expect(try await database.collect(all.then(predicate)).values("score") == [8, 9])
    #expect(try await database.collect(all.then(.limit(0))).isEmpty)
  }

  @Test func `a filter finds missing fields and rejects what is no boolean`() async throws {
    let database = try await database([["score": 1], [:]])
    let missing = Query(table: "posts").then(.filter(.eq(.field("score"), .literal(nil))))
    #expect(try await database.collect(missing).count == 1)
    await expectError("EvalError", "Cannot use value 1.0 (type Float64) as a Boolean") {
      _ = try await database.collect(Query(table: "posts").then(.filter(.field("score"))))
    }
  }

  @Test func `what a predicate throws reaches the caller`() async throws {
    struct Refused: Error {}
    let database = try await database([[:]])
    await #expect(throws: Refused.self) {
      try await database.collect(Query(table: "posts").then(.predicate { _ in throw Refused() }))
    }
  }

  @Test func `first, take, unique and count read as much as they return`() async throws {
    let database = try await database((0..<10).map { ["score": .float64(Double($0))] })
    let all = Query(table: "posts")
    let reader = database.begin()
    #expect(try await reader.first(all)?.json.field("score") == 0)
    #expect(try await reader.usage().documentsRead == 1)
    #expect(try await reader.take(4, of: all).count == 4)
    #expect(try await reader.usage().documentsRead == 5)
    #expect(try await reader.count(all) == 10)
    #expect(try await reader.usage().documentsRead == 5)
    #expect(try await reader.count(all.then(.filter(.lt(.field("score"), .literal(3))))) == 3)
    #expect(try await reader.usage().documentsRead == 15)
    #expect(try await reader.first(all.then(.filter(.literal(false)))) == nil)
    #expect(try await reader.take(0, of: all) == [])
    await expectError("InvalidArgument", "Arg 1 `n` to `take` must be a non-negative integer") {
      _ = try await reader.take(-1, of: all)
    }
  }

  @Test func `unique names the first two of several results`() async throws {
    let database = try await database([["author": "a"], ["author": "b"], ["author": "a"]])
    let ids = try await database.collect(Query(table: "posts")).map(\.id.string)
    let reader = database.begin()
    func query(_ author: ConvexValue) -> Query { .byAuthorScore(.init(.eq, "author", author)) }
    #expect(try await reader.unique(query("b"))?.id.string == ids[1])
    #expect(try await reader.unique(query("c")) == nil)
    await expectError(
      "NotUnique",
      """
      unique() query returned more than one result from table posts:
       [\(ids[0]), \(ids[2]), ...]
      """
    ) {
      _ = try await reader.unique(query("a"))
    }
  }

  @Test func `a stream returns rows one by one, in pages, and ends once`() async throws {
    let database = try await database((0..<300).map { ["score": .float64(Double($0))] })
    let stream = try await database.begin().query(Query(table: "posts"))
    #expect(try await stream.next()?.json.field("score") == 0)
    #expect(try await stream.next(upTo: 200).count == 200)
    #expect(try await stream.next(upTo: 200).count == 99)
    #expect(try await stream.next() == nil)
    #expect(try await stream.next() == nil)
  }

  @Test func `a closed stream returns nothing more`() async throws {
    let database = try await database([[:], [:], [:]])
    let stream = try await database.begin().query(Query(table: "posts"))
    _ = try await stream.next()
    await stream.close()
    #expect(try await stream.next() == nil)
  }

  @Test func `own writes are merged in order, with deletes and moved keys`() async throws {
    let database = try await database(
      (0..<5).map { ["author": "x", "score": .float64(Double($0))] }
    )
    let ids = try await database.collect(Query(table: "posts")).map(\.id)
    let writer = database.begin(.readWrite)
    try await writer.patch(ids[0], [("score", 2.5)])
    try await writer.delete(ids[3])
    _ = try await writer.insert("posts", ["author": "x", "score": -1])
    _ = try await writer.insert("posts", ["author": "w", "score": 0])
    let query = Query.byAuthorScore(.init(.eq, "author", "x"))
    #expect(try await writer.collect(query).values("score") == [-1, 1, 2, 2.5, 4])
    var reversed = query
    reversed.order = .descending
    #expect(try await writer.collect(reversed).values("score") == [4, 2.5, 2, 1, -1])
    #expect(try await writer.count(query) == 5)
  }

  // A random table, random ranges: an index scan is a full scan with a filter, sorted. Without NUL
  // in strings and bytes, whose ranges are a little wide in the reference (spec/values.md 13.3).
  @Test(arguments: Engine.allCases, 0..<4)
  func `an index scan equals a filtered full scan`(engine: Engine, seed: UInt64) async throws {
    try await engine.withDatabase(schema: .posts) { database in
      try await Self.compareScans(of: database, seed: seed)
    }
  }

  private static func compareScans(of database: Database, seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let values: [ConvexValue?] = [
      nil, .null, .int64(-1), .int64(300), .float64(-0.0), 0, 1.5, .float64(.nan), .boolean(false),
      .boolean(true), "", "a", "ab", "b", .bytes([]), .bytes([1]), .array([]), .array([1]),
      .object([:]), .object(["a": 1]),
    ]
    let posts = try (0..<80).map { _ in
      var post: ConvexObject = [:]
      for field in ["author", "score"] {
        if let value = random.element(of: values) { try post.set(field, to: value) }
      }
      return post
    }
    try await database.insertPosts(posts)
    let reader = database.begin()
    for _ in 0..<25 {
      var range: [IndexRangeClause] = []
      if random.next() % 4 > 0 {
        range.append(.init(.eq, "author", random.element(of: values)))
      }
      let field = range.isEmpty ? "author" : "score"
      if random.next() % 4 > 0 {
        let op: IndexRangeClause.Comparison = random.next() % 2 == 0 ? .gt : .gte
        range.append(.init(op, field, random.element(of: values)))
      }
      if random.next() % 4 > 0 {
        let op: IndexRangeClause.Comparison = random.next() % 2 == 0 ? .lt : .lte
        range.append(.init(op, field, random.element(of: values)))
      }
      let condition = FilterExpression.and(
        range.map { clause in
          let field = FilterExpression.field(FieldPath(stringLiteral: clause.field))
          let value = FilterExpression.literal(clause.value)
          return switch clause.op {
          case .eq: .eq(field, value)
          case .gt: .gt(field, value)
          case .gte: .gte(field, value)
          case .lt: .lt(field, value)
          case .lte: .lte(field, value)
          }
        }
      )
      let query = Query(table: "posts", source: .index(name: "by_author_score", range: range))
      let scanned = try await reader.collect(query)
      let filtered = try await reader.collect(Query(table: "posts").then(.filter(condition)))
      let fields: [FieldPath] = ["author", "score", .creationTime]
      let sorted = filtered.sorted { left, right in
        IndexKey(fields: fields, of: left) < IndexKey(fields: fields, of: right)
      }
      #expect(scanned.map(\.id) == sorted.map(\.id), "seed \(seed), range \(range)")
    }
  }
}
