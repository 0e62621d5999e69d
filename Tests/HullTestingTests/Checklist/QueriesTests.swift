import Hull
import HullTesting
import Testing

/// What the reference's harness checks of queries.
@Suite struct QueriesTests {
  private func backend(_ documents: [ConvexObject] = []) async throws -> TestBackend {
    let t = try await TestBackend(
      schema: Schema(tables: [
        TableDefinition(
          name: "things",
          indexes: [IndexDefinition(name: "by_a", fields: ["a"])]
        )
      ]),
      modules: [
        Module("main") { m in m.query("default") { _, _ in "the default" as ConvexValue } }
      ]
    )
    try await t.run { ctx in
      for fields in documents { _ = try await ctx.db.insert("things", fields) }
    }
    return t
  }

  private func values(
    _ t: TestBackend,
    _ query: @escaping @Sendable (QueryInitializer<ConvexObject>) -> DocumentQuery<ConvexObject>
  ) async throws -> [ConvexValue?] {
    try await t.query { ctx in
      try await query(ctx.db.query("things")).collect().map { $0["a"] }
    }
  }

  @Test func `collect is in order of creation`() async throws {
    let t = try await backend([["a": 3], ["a": 1], ["a": 2]])
    #expect(try await values(t) { $0.fullTableScan() } == [3, 1, 2])
  }

  @Test func `count`() async throws {
    let t = try await backend([["a": 3], ["a": 1]])
    #expect(try await t.query { ctx in try await ctx.db.query("things").count() } == 2)
  }

  @Test func `withIndex equality`() async throws {
    let t = try await backend([["a": 3], ["a": 1], ["a": 3]])
    #expect(try await values(t) { $0.withIndex("by_a") { $0.eq("a", 3) } } == [3, 3])
  }

  @Test func `withIndex on a missing value`() async throws {
    let t = try await backend([["a": 3], [:]])
    #expect(try await values(t) { $0.withIndex("by_a") { $0.eq("a", nil) } } == [nil])
  }

  @Test func `by_creation_time across a change of the clock`() async throws {
    let t = try await backend()
    var times: [Double] = []
    for number in 0..<3 {
      times.append(
        try await t.mutation { ctx in
          let id = try await ctx.db.insert("things", ["a": .float64(Double(number))])
          return try await ctx.db.get("things", id)?["_creationTime"]?.float64 ?? 0
        }
      )
      try await t.clock.advance(by: .seconds(60))
    }
    #expect(times == times.sorted())
    #expect(times[2] - times[0] >= 120_000)
    let (first, second) = (times[0], times[1])
    #expect(
      try await values(t) {
        $0.withIndex("by_creation_time") { $0.gt("_creationTime", .float64(first)) }
      } == [1, 2]
    )
    #expect(
      try await values(t) {
        $0.withIndex("by_creation_time") { $0.lte("_creationTime", .float64(second)) }
      } == [0, 1]
    )
  }

  @Test func `by_id`() async throws {
    let t = try await backend([["a": 1], ["a": 2]])
    let ids = try await t.query { ctx in
      try await ctx.db.query("things").withIndex("by_id").collect()
        .compactMap { $0["_id"]?.string }
    }
    #expect(ids == ids.sorted())
    #expect(ids.count == 2)
    let id = ids[1]
    let found = try await t.query { ctx in
      try await ctx.db.query("things").withIndex("by_id") { $0.eq("_id", .string(id)) }
        .unique()?["_id"]
    }
    #expect(found == .string(id))
  }

  @Test func `order over all types, descending`() async throws {
    let ascending: [ConvexValue?] = [
      nil, .null, .int64(-5), .int64(7), -2.5, 0, 1e9, false, true, "", "a", "b", .bytes([]),
      .bytes([1]), [], [1], ["a"], [:], ["a": 1],
    ]
    let t = try await backend(
      ascending.indices.map { ascending[$0 * 7 % ascending.count] }
        .map { value in value.map { ["a": $0] } ?? [:] }
    )
    #expect(
      try await values(t) { $0.withIndex("by_a").order(.descending) } == ascending.reversed()
    )
  }

  @Test func `descending order with take across several transactions`() async throws {
    let t = try await backend()
    for number in 0..<5 {
      try await t.run { ctx in
        _ = try await ctx.db.insert("things", ["a": .float64(Double(number))])
      }
    }
    let newest = try await t.query { ctx in
      try await ctx.db.query("things").order(.descending).take(3).map { $0["a"] }
    }
    #expect(newest == [4, 3, 2])
  }

  @Test func `index order descending`() async throws {
    let t = try await backend([["a": 3], ["a": 1], ["a": 2]])
    #expect(
      try await values(t) { $0.withIndex("by_a") { $0.gte("a", 2) }.order(.descending) } == [3, 2]
    )
  }

  @Test func `normalizeId of a good and a bad id`() async throws {
    let t = try await backend([["a": 1]])
    let id = try await t.query { ctx in
      try await ctx.db.query("things").first()?["_id"]?.string ?? ""
    }
    let normalized = try await t.query { ctx in
      [
        try await ctx.db.normalizeID("things", id)?.string,
        try await ctx.db.normalizeID("things", "bad")?.string,
      ]
    }
    #expect(normalized == [id, nil])
  }

  @Test func `a default export is called by the name of its module`() async throws {
    let t = try await backend()
    #expect(try await t.query("main") == "the default")
    #expect(try await t.query("main:default") == "the default")
  }
}
