import Hull
import HullTesting
import Testing

/// What the reference's harness checks of limits on nested calls.
@Suite struct NestedLimitsTests {
  private static let module = Module("nested") { m in
    m.query("readAll") { ctx, _ in
      ConvexValue.float64(Double(try await ctx.db.query("things").collect().count))
    }
    m.mutation("write", args: v.object(["count": v.number()])) { ctx, args in
      for _ in 0..<Int(args["count"]?.float64 ?? 0) {
        _ = try await ctx.db.insert("things", [:])
      }
      return ConvexValue.null
    }
    m.mutation("writeAndFail", args: v.object(["count": v.number()])) { ctx, args in
      for _ in 0..<Int(args["count"]?.float64 ?? 0) {
        _ = try await ctx.db.insert("things", [:])
      }
      throw ConvexError("failed")
    }
  }

  private func backend(
    documents count: Int = 0,
    _ limit: (inout TransactionLimits) -> Void = { _ in }
  ) async throws -> TestBackend {
    var options = TestOptions()
    limit(&options.transactionLimits)
    let t = try await TestBackend(modules: [Self.module], options)
    for _ in 0..<count { try await t.run { ctx in _ = try await ctx.db.insert("things", [:]) } }
    return t
  }

  private static func reading(_ documents: Int) -> FunctionCallOptions {
    var limits = TransactionLimits()
    limits.documentsRead = documents
    return FunctionCallOptions(transactionLimits: limits)
  }

  private static func writing(_ documents: Int) -> FunctionCallOptions {
    var limits = TransactionLimits()
    limits.documentsWritten = documents
    return FunctionCallOptions(transactionLimits: limits)
  }

  private func count(_ t: TestBackend) async throws -> Int {
    try await t.query { ctx in try await ctx.db.query("things").collect().count }
  }

  @Test func `a nested query over its own limit fails`() async throws {
    let t = try await backend(documents: 3)
    let error = try await functionError {
      try await t.query { ctx in
        try await ctx.runQuery("nested:readAll", options: Self.reading(2))
      }
    }
    #expect(error.message.contains("Too many documents read"))
  }

  @Test func `a nested query under its own limit succeeds`() async throws {
    let t = try await backend(documents: 3)
    let read = try await t.query { ctx in
      try await ctx.runQuery("nested:readAll", options: Self.reading(3))
    }
    #expect(read == 3)
  }

  @Test func `a nested mutation over its own limit fails`() async throws {
    let t = try await backend()
    let error = try await functionError {
      try await t.mutation { ctx in
        try await ctx.runMutation("nested:write", ["count": 3], options: Self.writing(2))
      }
    }
    #expect(error.message.contains("Too many writes"))
    #expect(try await count(t) == 0)
  }

  @Test func `a nested mutation under its own limit succeeds`() async throws {
    let t = try await backend()
    try await t.mutation { ctx in
      try await ctx.runMutation("nested:write", ["count": 3], options: Self.writing(3))
    }
    #expect(try await count(t) == 3)
  }

  @Test func `a nested limit cannot exceed the global one`() async throws {
    let t = try await backend { $0.documentsWritten = 2 }
    let error = try await functionError {
      try await t.mutation { ctx in
        try await ctx.runMutation("nested:write", ["count": 3], options: Self.writing(100))
      }
    }
    #expect(error.message.contains("Too many writes"))
  }

  @Test func `the global limit applies although the nested one is looser`() async throws {
    let t = try await backend { $0.documentsWritten = 3 }
    let error = try await functionError {
      try await t.mutation { ctx in
        for _ in 0..<2 { _ = try await ctx.db.insert("things", [:]) }
        try await ctx.runMutation("nested:write", ["count": 2], options: Self.writing(2))
      }
    }
    #expect(error.message.contains("Too many writes"))
  }

  @Test func `a nested limit ends with the nested call`() async throws {
    let t = try await backend()
    try await t.mutation { ctx in
      try await ctx.runMutation("nested:write", ["count": 1], options: Self.writing(1))
      for _ in 0..<5 { _ = try await ctx.db.insert("things", [:]) }
      try await ctx.runMutation("nested:write", ["count": 1], options: Self.writing(1))
    }
    #expect(try await count(t) == 7)
  }

  @Test func `nested writes that are rolled back are not in the metrics and not kept`()
    async throws
  {
    let t = try await backend()
    let written = try await t.mutation { ctx in
      _ = try await ctx.db.insert("things", [:])
      _ = try? await ctx.runMutation("nested:writeAndFail", ["count": 3])
      return try await ctx.meta.getTransactionMetrics().documentsWritten.used
    }
    #expect(written == 1)
    #expect(try await count(t) == 1)
  }

  @Test func `nested writes that are rolled back free the budget of the caller`() async throws {
    let t = try await backend { $0.documentsWritten = 4 }
    try await t.mutation { ctx in
      _ = try? await ctx.runMutation("nested:writeAndFail", ["count": 4])
      for _ in 0..<4 { _ = try await ctx.db.insert("things", [:]) }
    }
    #expect(try await count(t) == 4)
  }

  @Test func `the limits of a nested call may be left out`() async throws {
    let t = try await backend(documents: 2)
    let read = try await t.query { ctx in
      try await ctx.runQuery("nested:readAll", options: FunctionCallOptions())
    }
    #expect(read == 2)
  }
}
