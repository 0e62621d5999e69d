import Hull
import HullTesting
import Testing

/// What the reference's harness checks of index ranges of missing values.
@Suite struct WithIndexUndefinedTests {
  private func names(
    _ documents: [ConvexObject],
    _ value: ConvexValue?
  ) async throws -> [String] {
    let t = try await TestBackend(
      schema: Schema(tables: [
        TableDefinition(
          name: "things",
          indexes: [IndexDefinition(name: "by_a", fields: ["a"])]
        )
      ])
    )
    try await t.run { ctx in
      for fields in documents { _ = try await ctx.db.insert("things", fields) }
    }
    return try await t.query { ctx in
      try await ctx.db.query("things").withIndex("by_a") { $0.eq("a", value) }.collect()
        .compactMap { $0["name"]?.string }
    }
  }

  @Test
  func `equality with a missing value finds rows without the field, whatever others they have`()
    async throws
  {
    let documents: [ConvexObject] = [
      ["name": "x", "a": 1], ["name": "y"], ["name": "z", "b": 1], ["name": "w", "a": ["b": 1]],
    ]
    #expect(try await names(documents, nil) == ["y", "z"])
  }

  @Test func `missing and null are different`() async throws {
    let documents: [ConvexObject] = [["name": "x", "a": .null], ["name": "y"]]
    #expect(try await names(documents, nil) == ["y"])
    #expect(try await names(documents, .null) == ["x"])
  }
}
