@testable import Hull
import Testing

@Suite struct QueryTests {
  let host = FakeHost()
  var ctx: QueryContext { QueryContext(host: HostHandle(host)) }

  func range(_ query: DocumentQuery<Document<Customer>>) async throws -> [IndexRangeClause] {
    _ = try await query.collect()
    guard case .index(_, let range) = host.with({ $0.queries.last?.source }) else { return [] }
    return range
  }

  @Test func `typed equalities name the index's fields in order and nil means missing`()
    async throws
  {
    let range = try await range(
      ctx.db.query(Customer.self).withIndex(Customer.byDeletedActive) { $0.eq(nil).eq(true) }
    )
    #expect(range == [.init(.eq, "deletedAt", nil), .init(.eq, "isActive", true)])
  }

  @Test func `a typed range ends in one lower and one upper bound of one field`() async throws {
    let range = try await range(
      ctx.db.query(Customer.self).withIndex(Customer.byDeletedActive) { $0.gte(5).lt(nil) }
    )
    #expect(range == [.init(.gte, "deletedAt", 5), .init(.lt, "deletedAt", nil)])
  }

  @Test func `the creation time follows the declared fields`() async throws {
    let range = try await range(
      ctx.db.query(Customer.self).withIndex(Customer.byCode) { $0.eq("A").lte(7).gt(1) }
    )
    #expect(
      range == [
        .init(.eq, "code", "A"), .init(.lte, "_creationTime", 7), .init(.gt, "_creationTime", 1),
      ]
    )
  }

  @Test func `a field of a nested struct is named by its path`() async throws {
    let range = try await range(
      ctx.db.query(Customer.self).withIndex(Customer.byCity) { $0.eq("Bogor") }
    )
    #expect(range == [.init(.eq, "address.city", "Bogor")])
  }

  @Test(arguments: [
    ("CU", "CV"), ("a\u{D7FF}", "a\u{E000}"), ("a\u{10FFFF}", "b"),
  ]) func `a prefix range ends before the next string`(prefix: String, end: String) async throws {
    let range = try await range(
      ctx.db.query(Customer.self).withIndex(Customer.byCode) { $0.hasPrefix(prefix) }
    )
    #expect(range == [.init(.gte, "code", .string(prefix)), .init(.lt, "code", .string(end))])
  }

  @Test func `the empty prefix means every string`() async throws {
    let range = try await range(
      ctx.db.query(Customer.self).withIndex(Customer.byCode) { $0.hasPrefix("") }
    )
    #expect(range == [.init(.gte, "code", ""), .init(.lt, "code", .bytes([]))])
  }

  @Test func `a search names the field, the text and the filters`() async throws {
    _ = try await ctx.db.query(Customer.self)
      .withSearchIndex(Customer.searchCode, matching: "gold") {
        $0.eq(\.isActive, true).eq(\.deletedAt, nil)
      }
      .collect()
    #expect(
      host.with { $0.queries.last?.source }
        == .search(
          name: "search_code",
          clauses: [
            .search(field: "code", text: "gold"), .eq(field: "isActive", value: true),
            .eq(field: "deletedAt", value: nil),
          ]
        )
    )
  }

  @Test func `named ranges tell missing from null`() async throws {
    _ = try await ctx.db.query("messages")
      .withIndex("by_x") { $0.eq("a", nil).gt("b", .null) }.collect()
    #expect(
      host.with { $0.queries.last?.source }
        == .index(name: "by_x", range: [.init(.eq, "a", nil), .init(.gt, "b", .null)])
    )
  }

  @Test func `order may be given once`() async throws {
    _ = try await ctx.db.query("messages").order(.descending).collect()
    #expect(host.with { $0.queries.last?.order } == .descending)
    let error = await #expect(throws: HullError.self) {
      try await ctx.db.query("messages").order(.descending).order(.ascending).first()
    }
    #expect(error?.message == "Queries may only specify order at most once")
  }

  @Test func `a search has no order`() async {
    let error = await #expect(throws: HullError.self) {
      try await ctx.db.query("messages").withSearchIndex("s") { $0.search("body", "x") }
        .order(.ascending).collect()
    }
    #expect(
      error?.message
        == "Search queries must always be in relevance order. Can not set order manually."
    )
  }

  @Test func `take refuses a negative number`() async {
    let error = await #expect(throws: HullError.self) {
      try await ctx.db.query("messages").take(-1)
    }
    #expect(error?.message == "Arg 1 `n` to `take` must be a non-negative integer")
  }

  @Test func `a query has at most 256 operators`() async throws {
    var query = ctx.db.query("messages").fullTableScan()
    for _ in 0..<256 { query = query.filter(matching: true) }
    _ = try await query.collect()
    let error = await #expect(throws: HullError.self) {
      try await query.filter { _ in true }.collect()
    }
    #expect(error?.message == "Can't construct query with more than 256 operators")
  }

  @Test func `unique names the documents it found too many of`() async throws {
    host.with { $0.results = (1...3).map { TestData.document(number: $0, [:]) } }
    let error = await #expect(throws: HullError.self) {
      try await ctx.db.query("messages").unique()
    }
    #expect(
      error?.message
        == "unique() query returned more than one result from table messages:\n "
        + "[\(TestData.id(1)), \(TestData.id(2)), ...]"
    )
    host.with { $0.results = [TestData.document(number: 1, ["a": 1])] }
    #expect(try await ctx.db.query("messages").unique()?["a"] == 1)
    host.with { $0.results = [] }
    #expect(try await ctx.db.query("messages").unique() == nil)
  }

  @Test func `a Swift filter reads no further than it must`() async throws {
    host.with {
      $0.results = (1...9).map { TestData.document(number: $0, ["n": .float64(Double($0))]) }
    }
    let odd = ctx.db.query("numbers").filter {
      ($0["n"]?.float64 ?? 0).remainder(dividingBy: 2) != 0
    }
    #expect(try await odd.take(2).map { $0["n"] } == [1, 3])
    #expect(host.with { $0.read } == 3)
    #expect(try await odd.count() == 5)
  }

  @Test func `iteration stops where the loop does`() async throws {
    host.with { $0.results = (1...9).map { TestData.document(number: $0, [:]) } }
    var seen = 0
    for try await _ in ctx.db.query("numbers") {
      seen += 1
      if seen == 4 { break }
    }
    #expect(host.with { $0.read } == 4)
  }

  @Test func `a page keeps cursors and applies Swift filters in the engine`() async throws {
    host.with {
      $0.results = (1...4).map { TestData.document(number: $0, ["n": .float64(Double($0))]) }
    }
    let page = try await ctx.db.query("numbers").filter { ($0["n"]?.float64 ?? 0) > 2 }
      .paginate(PaginationOptions(numItems: 10))
    #expect(page.page.map { $0["n"] } == [3, 4])
    #expect(page.isDone && page.continueCursor == "end" && page.splitCursor == "half")
  }

  @Test func `each half of the database refuses the other's tables`() async {
    let user = await #expect(throws: HullError.self) {
      try await ctx.db.query("_storage").collect()
    }
    #expect(user?.message == "System tables can only be accessed from db.system.query().")
    let system = await #expect(throws: HullError.self) {
      try await ctx.db.system.normalizeID("messages", "x")
    }
    #expect(system?.message == "User tables can only be accessed from db.normalizeId().")
  }

  @Test func `an id that is none is refused with the method's name`() async {
    let error = await #expect(throws: HullError.self) { try await ctx.db.get("nonsense") }
    #expect(
      error?.message
        == "Invalid argument `id` for `db.get`: Unable to decode ID: Invalid ID length 8"
    )
  }

  @Test func `a page has no negative number of items`() async {
    let error = await #expect(throws: HullError.self) {
      try await ctx.db.query("numbers").paginate(PaginationOptions(numItems: -1))
    }
    #expect(error?.message == "`options.numItems` must be a positive number. Received `-1`.")
  }
}
