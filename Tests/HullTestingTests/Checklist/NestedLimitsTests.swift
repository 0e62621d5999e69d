import Hull
import HullTesting
import Testing

/// spec/testing.md 9, nestedLimits.test.ts.
@Suite struct NestedLimitsTests {
  private static let module = Module("n") { m in
    m.query("read") { ctx, _ in try await ctx.db.query("rows").collect().count }
    m.mutation("write", args: v.object(["count": v.number()])) { ctx, args in
      guard case .float64(let count)? = args["count"] else { return }
      for number in 0..<Int(count) {
        _ = try await ctx.db.insert("rows", ["n": .float64(Double(number))])
      }
    }
  }

  private func backend(
    rows: Int = 0,
    _ change: (inout TestOptions) -> Void = { _ in }
  ) async throws -> TestBackend {
    var options = TestOptions()
    change(&options)
    let t = try await TestBackend(modules: [Self.module], options)
    if rows > 0 { try await t.mutation("n:write", ["count": .float64(Double(rows))]) }
    return t
  }

  private static func options(
    _ change: (inout TransactionLimits) -> Void
  ) -> FunctionCallOptions {
    var limits = TransactionLimits()
    change(&limits)
    return FunctionCallOptions(transactionLimits: limits)
  }

  @Test(arguments: [(2, false), (3, true), (4, true)])
  func `a nested query has a limit of its own`(limit: Int, passes: Bool) async throws {
    let t = try await backend(rows: 3)
    let options = Self.options { $0.documentsRead = limit }
    let read: @Sendable (QueryContext) async throws -> ConvexValue = {
      try await $0.runQuery("n:read", options: options)
    }
    if passes {
      #expect(try await t.query(read) == 3.0)
    } else {
      let error = try await functionError { try await t.query(read) }
      #expect(error.message.contains("Too many documents read"), "\(error.message)")
    }
  }

  @Test(arguments: [(2, false), (3, true)])
  func `a nested mutation has a limit of its own`(limit: Int, passes: Bool) async throws {
    let t = try await backend()
    let options = Self.options { $0.documentsWritten = limit }
    let write: @Sendable (MutationContext) async throws -> ConvexValue = {
      try await $0.runMutation("n:write", ["count": 3.0], options: options)
    }
    if passes {
      try await t.mutation(write)
      #expect(try await t.query("n:read") == 3.0)
    } else {
      let error = try await functionError { try await t.mutation(write) }
      #expect(error.message.contains("Too many writes"), "\(error.message)")
      #expect(try await t.query("n:read") == 0.0)
    }
  }

  @Test func `a looser nested limit does not lift the caller's`() async throws {
    let t = try await backend { $0.transactionLimits.documentsWritten = 2 }
    let options = Self.options { $0.documentsWritten = 100 }
    let error = try await functionError {
      try await t.mutation {
        _ = try await $0.runMutation("n:write", ["count": 3.0], options: options)
      }
    }
    #expect(error.message.contains("Too many writes"), "\(error.message)")
  }

  @Test func `a nested limit ends with its call`() async throws {
    let t = try await backend()
    let options = Self.options { $0.documentsWritten = 1 }
    try await t.mutation { ctx in
      _ = try await ctx.runMutation("n:write", ["count": 1.0], options: options)
      _ = try await ctx.runMutation("n:write", ["count": 5.0])
    }
    #expect(try await t.query("n:read") == 6.0)
  }

  @Test func `writes taken back are in no metric and free the caller's budget`() async throws {
    let t = try await backend { $0.transactionLimits.documentsWritten = 3 }
    let options = Self.options { $0.documentsWritten = 1 }
    let used = try await t.mutation { ctx in
      _ = try? await ctx.runMutation("n:write", ["count": 2.0], options: options)
      let used = try await ctx.meta.getTransactionMetrics().documentsWritten.used
      _ = try await ctx.runMutation("n:write", ["count": 3.0])
      return used
    }
    #expect(used == 0)
    #expect(try await t.query("n:read") == 3.0)
  }

  @Test func `reads taken back count`() async throws {
    let t = try await backend(rows: 3)
    let options = Self.options { $0.documentsWritten = 0 }
    let used = try await t.mutation { ctx in
      let before = try await ctx.meta.getTransactionMetrics().documentsRead.used
      _ = try await ctx.runQuery("n:read")
      _ = try? await ctx.runMutation("n:write", ["count": 1.0], options: options)
      return try await ctx.meta.getTransactionMetrics().documentsRead.used - before
    }
    #expect(used == 3)
  }
}
