import Hull
import HullTesting
import Testing

/// What the reference's harness checks of index ranges.
@Suite struct IndexesTests {
  private let t: TestBackend

  init() async throws {
    t = try await TestBackend(
      schema: Schema(tables: [
        TableDefinition(
          name: "things",
          indexes: [
            IndexDefinition(name: "by_a", fields: ["a"]),
            IndexDefinition(name: "by_a_b", fields: ["a", "b"]),
          ]
        )
      ])
    )
    try await t.run { ctx in
      for number in 0..<5 {
        _ = try await ctx.db.insert(
          "things",
          ["a": .float64(Double(number)), "b": .float64(Double(number % 2))]
        )
      }
    }
  }

  private func values(
    _ index: String,
    _ range: @escaping @Sendable (NamedIndexRange) -> NamedIndexRange
  ) async throws -> [Double] {
    try await t.query { ctx in
      try await ctx.db.query("things").withIndex(index, range).collect()
        .compactMap { $0["a"]?.float64 }
    }
  }

  private func refusal(
    _ index: String,
    _ range: @escaping @Sendable (NamedIndexRange) -> NamedIndexRange
  ) async throws -> String {
    try await functionError { _ = try await values(index, range) }.message
  }

  @Test func `a field outside the index in a range is refused`() async throws {
    let message = try await refusal("by_a") { $0.eq("b", 1) }
    #expect(message.contains("doesn't index this field"))
  }

  @Test func `by_id with another field is refused`() async throws {
    #expect(try await refusal("by_id") { $0.eq("a", 1) }.contains("doesn't index this field"))
  }

  @Test func `by_creation_time takes bounds on the creation time and then on the id`()
    async throws
  {
    let message = try await refusal("by_creation_time") { $0.eq("_id", "x") }
    #expect(message.contains("didn't use the index fields in order"))
    #expect(
      try await values("by_creation_time") { $0.gte("_creationTime", 0) } == [0, 1, 2, 3, 4]
    )
  }

  @Test func `an id takes no lower bound after one of the creation time`() async throws {
    let message = try await refusal("by_a") {
      $0.eq("a", 1).gt("_creationTime", 3).gt("_id", "x")
    }
    #expect(message.contains("Already defined lower bound in index range."))
  }

  @Test func `an id takes no upper bound after one of the creation time`() async throws {
    let message = try await refusal("by_a") {
      $0.eq("a", 1).lt("_creationTime", 3).lt("_id", "x")
    }
    #expect(message.contains("Already defined upper bound in index range."))
  }

  @Test func `an id takes no upper bound after a lower one of the creation time`() async throws {
    let message = try await refusal("by_a") {
      $0.eq("a", 1).lt("_creationTime", 3).gt("_id", "x")
    }
    #expect(message.contains("can only be applied to a single index field"))
  }

  @Test func `an id takes no equality after a bound of the creation time`() async throws {
    let message = try await refusal("by_a") {
      $0.eq("a", 1).lt("_creationTime", 3).eq("_id", "x")
    }
    #expect(message.contains("didn't use the index fields in order"))
  }

  @Test func `gt and lt on one field are allowed`() async throws {
    #expect(try await values("by_a") { $0.gt("a", 0).lt("a", 3) } == [1, 2])
    #expect(try await values("by_a_b") { $0.eq("a", 3).gt("b", 0).lt("b", 2) } == [3])
  }

  @Test func `lt before gt is allowed`() async throws {
    #expect(try await values("by_a") { $0.lte("a", 3).gte("a", 2) } == [2, 3])
  }

  @Test func `a third bound after gt and lt is refused`() async throws {
    let message = try await refusal("by_a") { $0.gt("a", 0).lt("a", 3).lte("a", 2) }
    #expect(message.contains("Already defined upper bound in index range."))
  }
}
