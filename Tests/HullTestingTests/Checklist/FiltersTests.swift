import Hull
import HullTesting
import Testing

/// What the reference's harness checks of filters.
@Suite struct FiltersTests {
  /// The numbers of the documents that satisfy a filter.
  private func numbers(
    of documents: [ConvexObject],
    matching filter: @escaping @Sendable (FilterBuilder) -> FilterExpression
  ) async throws -> [Double] {
    let t = try await TestBackend()
    try await t.run { ctx in
      for (number, fields) in documents.enumerated() {
        var fields = fields
        try fields.set("n", to: .float64(Double(number)))
        _ = try await ctx.db.insert("things", fields)
      }
    }
    return try await t.query { ctx in
      try await ctx.db.query("things").filter(matching: filter).collect()
        .compactMap { $0["n"]?.float64 }
    }
  }

  @Test func `equality with a missing field finds the rows without it`() async throws {
    let documents: [ConvexObject] = [["a": 1], [:], ["a": .null], ["b": 1]]
    #expect(
      try await numbers(of: documents) { q in q.eq(q.field("a"), q.literal(nil)) } == [1, 3]
    )
  }

  @Test func `and`() async throws {
    let documents: [ConvexObject] = [["a": 1, "b": 1], ["a": 1, "b": 2], ["a": 2, "b": 1]]
    #expect(
      try await numbers(of: documents) { q in
        q.and(q.eq(q.field("a"), 1), q.eq(q.field("b"), 1))
      } == [0]
    )
  }

  @Test func `or`() async throws {
    let documents: [ConvexObject] = [["a": "x"], ["a": "y"], ["a": "z"]]
    #expect(
      try await numbers(of: documents) { q in
        q.or(q.eq(q.field("a"), "x"), q.eq(q.field("a"), "z"))
      } == [0, 2]
    )
  }

  @Test func `not equal`() async throws {
    let documents: [ConvexObject] = [["a": "x"], ["a": "y"], [:]]
    #expect(try await numbers(of: documents) { q in q.neq(q.field("a"), "x") } == [1, 2])
  }

  @Test func `arithmetic and comparison together`() async throws {
    let documents: [ConvexObject] = [
      ["a": 1, "b": 2], ["a": 5, "b": 5], ["a": 9, "b": 3], ["a": 7, "b": 4],
    ]
    func find(
      _ filter: @escaping @Sendable (FilterBuilder) -> FilterExpression
    ) async throws -> [Double] {
      try await numbers(of: documents, matching: filter)
    }
    #expect(try await find { q in q.gt(q.add(q.field("a"), q.field("b")), 11) } == [2])
    #expect(try await find { q in q.gte(q.add(q.field("a"), q.field("b")), 11) } == [2, 3])
    #expect(try await find { q in q.lt(q.add(q.field("a"), q.field("b")), 10) } == [0])
    #expect(try await find { q in q.lte(q.sub(q.field("a"), q.field("b")), 0) } == [0, 1])
    #expect(
      try await find { q in q.eq(q.mul(q.div(q.field("a"), q.field("b")), 2), 6) } == [2]
    )
    #expect(try await find { q in q.eq(q.mod(q.field("a"), 4), 1) } == [0, 1, 2])
    #expect(try await find { q in q.eq(q.neg(q.field("a")), -9) } == [2])
  }

  @Test func `nested field by dotted path in a filter`() async throws {
    let documents: [ConvexObject] = [
      ["a": ["b": ["c": 1]]], ["a": ["b": ["c": 2]]], ["a": ["b": 1]], [:],
    ]
    #expect(try await numbers(of: documents) { q in q.eq(q.field("a.b.c"), 1) } == [0])
    #expect(
      try await numbers(of: documents) { q in q.eq(q.field("a.b.c"), q.literal(nil)) } == [2, 3]
    )
  }

  @Test func `nested field by dotted path in an index`() async throws {
    let schema = Schema(tables: [
      TableDefinition(
        name: "things",
        indexes: [IndexDefinition(name: "by_c", fields: ["a.b.c"])]
      )
    ])
    let t = try await TestBackend(schema: schema)
    try await t.run { ctx in
      for number in 0..<4 {
        _ = try await ctx.db.insert("things", ["a": ["b": ["c": .float64(Double(number % 2))]]])
      }
      _ = try await ctx.db.insert("things", ["a": 1])
    }
    let (equal, missing) = try await t.query { ctx in
      (
        try await ctx.db.query("things").withIndex("by_c") { $0.eq("a.b.c", 1) }.collect().count,
        try await ctx.db.query("things").withIndex("by_c") { $0.eq("a.b.c", nil) }.collect().count
      )
    }
    #expect(equal == 2)
    #expect(missing == 1)
  }
}
