import Hull
import HullTesting
import Testing

/// What the reference's harness checks of pages.
@Suite struct PaginationTests {
  private static let schema = Schema(tables: [
    TableDefinition(
      name: "things",
      indexes: [
        IndexDefinition(name: "by_a", fields: ["a"]),
        IndexDefinition(name: "by_a_b", fields: ["a", "b"]),
      ]
    )
  ])

  private func backend(_ documents: [ConvexObject]) async throws -> TestBackend {
    let t = try await TestBackend(schema: Self.schema)
    try await t.run { ctx in
      for fields in documents { _ = try await ctx.db.insert("things", fields) }
    }
    return t
  }

  private static func numbered(_ count: Int) -> [ConvexObject] {
    (0..<count).map { ["a": .float64(Double($0)), "b": .float64(Double($0 % 3))] }
  }

  /// One page, of the whole table or of an index.
  private func page(
    _ t: TestBackend,
    _ options: PaginationOptions,
    index: String? = nil,
    matching filter: (@Sendable (FilterBuilder) -> FilterExpression)? = nil
  ) async throws -> Paginated<ConvexObject> {
    try await t.query { ctx in
      let source = ctx.db.query("things")
      let query = index.map { source.withIndex($0) } ?? source.fullTableScan()
      return try await (filter.map { query.filter(matching: $0) } ?? query).paginate(options)
    }
  }

  private func values(_ page: Paginated<ConvexObject>) -> [Double?] {
    page.page.map { $0["a"]?.float64 }
  }

  @Test func `a filter and pages of two and four`() async throws {
    let t = try await backend(Self.numbered(12))
    let odd: @Sendable (FilterBuilder) -> FilterExpression = { q in
      q.eq(q.mod(q.field("a"), 2), 1)
    }
    let first = try await page(t, PaginationOptions(numItems: 2), matching: odd)
    #expect(values(first) == [1, 3])
    #expect(!first.isDone)
    let second = try await page(
      t,
      PaginationOptions(numItems: 4, cursor: first.continueCursor),
      matching: odd
    )
    #expect(values(second) == [5, 7, 9, 11])
    #expect(!second.isDone)
    let third = try await page(
      t,
      PaginationOptions(numItems: 4, cursor: second.continueCursor),
      matching: odd
    )
    #expect(values(third) == [])
    #expect(third.isDone)
    let again = try await page(
      t,
      PaginationOptions(numItems: 4, cursor: third.continueCursor),
      matching: odd
    )
    #expect(values(again) == [])
    #expect(again.isDone)
  }

  @Test func `maximumRowsRead cuts a page, and pages together cover all`() async throws {
    let t = try await backend(Self.numbered(10))
    var options = PaginationOptions(numItems: 8)
    options.maximumRowsRead = 3
    let first = try await page(t, options)
    #expect(values(first) == [0, 1, 2])
    #expect(first.pageStatus == .splitRequired)
    #expect(first.splitCursor != nil)
    var all = values(first)
    var last = first
    while !last.isDone {
      options.cursor = last.continueCursor
      last = try await page(t, options)
      all += values(last)
    }
    #expect(all == (0..<10).map { Double($0) })
  }

  @Test func `maximumBytesRead of one gives at most one row`() async throws {
    let t = try await backend(Self.numbered(3))
    var options = PaginationOptions(numItems: 8)
    options.maximumBytesRead = 1
    var all: [Double?] = []
    while true {
      let next = try await page(t, options)
      #expect(next.page.count <= 1)
      all += values(next)
      if next.isDone { break }
      options.cursor = next.continueCursor
    }
    #expect(all == [0, 1, 2])
  }

  @Test func `rows dropped by a filter count against maximumRowsRead`() async throws {
    let t = try await backend(Self.numbered(10))
    var options = PaginationOptions(numItems: 8)
    options.maximumRowsRead = 4
    let first = try await page(t, options, matching: { q in q.gte(q.field("a"), 3) })
    #expect(values(first) == [3])
    #expect(first.pageStatus == .splitRequired)
  }

  @Test func `endCursor reads exactly one page again although numItems is larger`() async throws {
    let t = try await backend(Self.numbered(10))
    let first = try await page(t, PaginationOptions(numItems: 4))
    let second = try await page(
      t,
      PaginationOptions(numItems: 2, cursor: first.continueCursor)
    )
    var options = PaginationOptions(numItems: 100, cursor: first.continueCursor)
    options.endCursor = second.continueCursor
    let again = try await page(t, options)
    #expect(values(again) == [4, 5])
    #expect(again.continueCursor == second.continueCursor)
  }

  @Test func `an index with missing values gives the rows without the field first`() async throws {
    let t = try await backend([["a": 3], [:], ["a": 1], ["b": 1], ["a": 2]])
    var all: [Double?] = []
    var options = PaginationOptions(numItems: 2)
    while true {
      let next = try await page(t, options, index: "by_a")
      all += values(next)
      if next.isDone { break }
      options.cursor = next.continueCursor
    }
    #expect(all == [nil, nil, 1, 2, 3])
  }

  /// Reads a page, deletes its last row and reads the next page.
  private func afterDeletion(_ index: String?) async throws -> [[Double?]] {
    let t = try await backend(Self.numbered(6))
    let first = try await page(t, PaginationOptions(numItems: 3), index: index)
    let id = try #require(first.page.last?["_id"]?.string)
    try await t.run { ctx in try await ctx.db.delete(id) }
    let second = try await page(
      t,
      PaginationOptions(numItems: 3, cursor: first.continueCursor),
      index: index
    )
    return [values(first), values(second)]
  }

  @Test func `deleting the last row of a page of a scan does not disturb the next page`()
    async throws
  {
    #expect(try await afterDeletion(nil) == [[0, 1, 2], [3, 4, 5]])
  }

  @Test func `deleting the last row of a page of an index does not disturb the next page`()
    async throws
  {
    #expect(try await afterDeletion("by_a") == [[0, 1, 2], [3, 4, 5]])
  }

  @Test func `deleting the last row of a page of a composite index does not disturb the next page`()
    async throws
  {
    #expect(try await afterDeletion("by_a_b") == [[0, 1, 2], [3, 4, 5]])
  }

  private static let pages = Module("pages") { m in
    m.query("one") { ctx, _ in
      ConvexValue.float64(
        Double(try await ctx.db.query("things").paginate(PaginationOptions(numItems: 2)).page.count)
      )
    }
    m.query("two") { ctx, _ in
      _ = try await ctx.db.query("things").paginate(PaginationOptions(numItems: 2))
      _ = try await ctx.db.query("things").paginate(PaginationOptions(numItems: 2))
      return ConvexValue.null
    }
    m.action("nested") { ctx, _ in
      [try await ctx.runQuery("pages:one"), try await ctx.runQuery("pages:one")]
    }
  }

  @Test func `two pages in one function are refused`() async throws {
    let t = try await TestBackend(modules: [Self.pages])
    let error = try await functionError { try await t.query("pages:two") }
    #expect(error.message.contains("ran multiple paginated queries"))
  }

  @Test func `one page in a function is allowed`() async throws {
    let t = try await TestBackend(modules: [Self.pages])
    #expect(try await t.query("pages:one") == 0)
  }

  @Test func `one page each in two calls is allowed`() async throws {
    let t = try await TestBackend(modules: [Self.pages])
    try await t.run { ctx in _ = try await ctx.db.insert("things", [:]) }
    #expect(try await t.query("pages:one") == 1)
    #expect(try await t.query("pages:one") == 1)
  }

  @Test func `one page each in two queries of an action is allowed`() async throws {
    let t = try await TestBackend(modules: [Self.pages])
    #expect(try await t.action("pages:nested") == [0, 0])
  }
}
