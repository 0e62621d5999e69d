import Hull
import HullTesting
import Testing

/// What the reference's harness checks of mutations.
@Suite struct MutationsTests {
  private struct Failed: Error {}

  private static let module = Module("things") { m in
    m.mutation("insertAndFail") { ctx, _ in
      _ = try await ctx.db.insert("things", ["a": "child"])
      throw ConvexError("failed")
    }
    m.mutation("insert") { ctx, _ in
      _ = try await ctx.db.insert("things", ["a": "child"])
      return ConvexValue.null
    }
    m.mutation("patch", args: v.object(["id": v.string()])) { ctx, args in
      try await ctx.db.patch(args["id"]?.string ?? "", ["a": "patched"])
      return ConvexValue.null
    }
    m.mutation("delete", args: v.object(["id": v.string()])) { ctx, args in
      try await ctx.db.delete(args["id"]?.string ?? "")
      return ConvexValue.null
    }
    m.mutation("append", args: v.object(["id": v.string(), "x": v.number()])) { ctx, args in
      let id = args["id"]?.string ?? ""
      guard case .array(let list)? = try await ctx.db.get("things", id)?["list"] else {
        throw ConvexError("no list")
      }
      try await ctx.db.patch(id, ["list": .array(list + [args["x"] ?? .null])])
      return ConvexValue.null
    }
    m.query("count") { ctx, _ in
      ConvexValue.float64(Double(try await ctx.db.query("things").count()))
    }
  }

  private let t: TestBackend
  private let id: DocumentID

  init() async throws {
    t = try await TestBackend(modules: [Self.module])
    id = try await t.run { ctx in try await ctx.db.insert("things", ["a": 1, "b": 2]) }
  }

  /// The document's own fields.
  private func fields() async throws -> ConvexObject? {
    let id = id
    return try await t.query { ctx in
      try await ctx.db.get("things", id)?.keepingFields { !$0.hasPrefix("_") }
    }
  }

  private func count() async throws -> Int {
    try await t.query { ctx in try await ctx.db.query("things").count() }
  }

  @Test func `insert`() async throws { #expect(try await fields() == ["a": 1, "b": 2]) }

  @Test func `patch`() async throws {
    let id = id
    try await t.mutation { ctx in try await ctx.db.patch(id, ["a": "x", "c": true]) }
    #expect(try await fields() == ["a": "x", "b": 2, "c": true])
  }

  @Test func `replace`() async throws {
    let id = id
    try await t.mutation { ctx in try await ctx.db.replace(id, with: ["c": true]) }
    #expect(try await fields() == ["c": true])
  }

  @Test func `delete`() async throws {
    let id = id
    try await t.mutation { ctx in try await ctx.db.delete(id) }
    #expect(try await fields() == nil)
  }

  @Test func `a mutation that throws leaves nothing`() async throws {
    let id = id
    await #expect(throws: Failed.self) {
      try await t.mutation { ctx in
        _ = try await ctx.db.insert("things", [:])
        try await ctx.db.patch(id, ["a": "x"])
        throw Failed()
      }
    }
    #expect(try await fields() == ["a": 1, "b": 2])
    #expect(try await count() == 1)
  }

  @Test func `a patch may carry the document's own id and no other`() async throws {
    let id = id
    try await t.mutation { ctx in
      try await ctx.db.patch(id, ["_id": .string(id.string), "a": "x"])
    }
    #expect(try await fields()?["a"] == "x")
    let error = try await functionError {
      try await t.mutation { ctx in try await ctx.db.patch(id, ["_id": "other", "a": "y"]) }
    }
    #expect(error.message.contains("doesn't match '_id' field"))
    #expect(try await fields()?["a"] == "x")
  }

  @Test func `patch after insert in one transaction`() async throws {
    let document = try await t.mutation { ctx in
      let id = try await ctx.db.insert("things", ["a": 1])
      try await ctx.db.patch(id, ["b": 2.0])
      return try await ctx.db.get("things", id)
    }
    #expect(document?["a"] == 1)
    #expect(document?["b"] == 2)
  }

  @Test func `a patch with a missing value removes the field`() async throws {
    let id = id
    try await t.mutation { ctx in try await ctx.db.patch(id, ["a": nil]) }
    #expect(try await fields() == ["b": 2])
  }

  @Test func `replace after insert in one transaction`() async throws {
    let document = try await t.mutation { ctx in
      let id = try await ctx.db.insert("things", ["a": 1])
      try await ctx.db.replace(id, with: ["b": 2])
      return try await ctx.db.get("things", id)
    }
    #expect(document?["a"] == nil)
    #expect(document?["b"] == 2)
  }

  @Test func `ten concurrent appends all survive`() async throws {
    let list = try await t.run { ctx in try await ctx.db.insert("things", ["list": []]) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<10 {
        group.addTask {
          try await t.mutation(
            "things:append",
            ["id": .string(list.string), "x": .float64(Double(number))]
          )
        }
      }
      try await group.waitForAll()
    }
    let value = try await t.query { ctx in try await ctx.db.get("things", list)?["list"] }
    guard case .array(let elements)? = value else {
      Issue.record("no list")
      return
    }
    #expect(Set(elements) == Set((0..<10).map { .float64(Double($0)) }))
  }

  @Test func `a delete is visible to get and to queries in the same transaction`() async throws {
    let id = id
    let (document, count) = try await t.mutation { ctx in
      try await ctx.db.delete(id)
      return (
        try await ctx.db.get("things", id), try await ctx.db.query("things").collect().count
      )
    }
    #expect(document == nil)
    #expect(count == 0)
  }

  @Test func `a nested mutation that is rolled back leaves the caller's writes`() async throws {
    try await t.mutation { ctx in
      _ = try await ctx.db.insert("things", ["a": "before"])
      _ = try? await ctx.runMutation("things:insertAndFail")
      _ = try await ctx.db.insert("things", ["a": "after"])
    }
    let values = try await t.query { ctx in
      try await ctx.db.query("things").collect().map { $0["a"] }
    }
    #expect(values == [1, "before", "after"])
  }

  @Test func `the failure of the caller undoes a nested mutation that succeeded`() async throws {
    await #expect(throws: Failed.self) {
      try await t.mutation { ctx in
        try await ctx.runMutation("things:insert")
        throw Failed()
      }
    }
    #expect(try await count() == 1)
  }

  @Test func `a nested patch of what the caller has just inserted is visible`() async throws {
    let value = try await t.mutation { ctx in
      let id = try await ctx.db.insert("things", ["a": "new"])
      try await ctx.runMutation("things:patch", ["id": .string(id.string)])
      return try await ctx.db.get("things", id)?["a"]
    }
    #expect(value == "patched")
  }

  @Test func `a nested delete of what the caller has just inserted is visible`() async throws {
    let document = try await t.mutation { ctx in
      let id = try await ctx.db.insert("things", ["a": "new"])
      try await ctx.runMutation("things:delete", ["id": .string(id.string)])
      return try await ctx.db.get("things", id)
    }
    #expect(document == nil)
  }

  @Test func `a query of the snapshot does not see pending writes`() async throws {
    let options = FunctionCallOptions(useStaleSnapshot: true)
    let counts = try await t.mutation { ctx in
      _ = try await ctx.db.insert("things", [:])
      return [
        try await ctx.runQuery("things:count", options: options),
        try await ctx.runQuery("things:count"),
      ]
    }
    #expect(counts == [1, 2])
  }

  @Test func `a query of the snapshot sees earlier commits`() async throws {
    try await t.run { ctx in _ = try await ctx.db.insert("things", [:]) }
    let count = try await t.mutation { ctx in
      try await ctx.runQuery(
        "things:count",
        options: FunctionCallOptions(useStaleSnapshot: true)
      )
    }
    #expect(count == 2)
  }
}
