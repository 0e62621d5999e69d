import Hull
import HullTesting
import Testing

/// F20, F21, F24, F25: metrics, limits, determinism, logs.
@Suite struct DeterminismTests {
  private func trace(_ options: TestOptions) async throws -> [String] {
    let t = try await TestBackend(MessageBoard.self, options)
    var trace: [String] = []
    for number in 0..<5 {
      let id = try await t.mutation(Messages.$send(author: "a", body: "\(number)"))
      trace.append(id.string)
      try await t.clock.advance(by: .milliseconds(7))
    }
    trace.append("\(try await t.query("messages:list"))")
    trace.append("\(try await t.query { ctx in ctx.random.next() })")
    return trace + t.logs.map { "\($0) \($0.timestamp) \($0.function)" }
  }

  @Test func `the same seed and calls give the same ids, times, results and logs`() async throws {
    var options = TestOptions()
    options.seed = 99
    let first = try await trace(options)
    #expect(try await trace(options) == first)
    options.seed = 100
    #expect(try await trace(options) != first)
  }

  @Test func `logs tell who wrote them, and for whom`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    try await t.mutation(Messages.$sendTwo(fails: false))
    #expect(t.logs.map(\.description) == ["[LOG] 'sending' 'one'", "[LOG] 'sending' 'two'"])
    #expect(t.logs.map(\.function) == ["messages:send", "messages:send"])
    #expect(t.logs.map(\.caller) == ["messages:sendTwo", "messages:sendTwo"])
    t.clearLogs()
    #expect(t.logs == [])
    try await t.action { ctx in
      ctx.log.warn("from an action", ["a": 1.0] as ConvexObject)
      _ = try await ctx.runMutation(Messages.$send(author: "a", body: "x"))
    }
    #expect(
      t.logs.map(\.description) == [
        "[LOG] 'sending' 'x'", "[WARN] 'from an action' {\n  a: 1\n}",
      ]
    )
    #expect(t.logs.map(\.caller) == ["messages:send", "inline"])
  }

  @Test func `limits hold by default and may be lowered`() async throws {
    var options = TestOptions()
    options.transactionLimits.documentsRead = 2
    options.transactionLimits.documentsWritten = 3
    let t = try await TestBackend(MessageBoard.self, options)
    let insert: @Sendable (Int) -> @Sendable (MutationContext) async throws -> Void = { count in
      { ctx in
        for _ in 0..<count { _ = try await ctx.db.insert(Author(name: "x", tags: nil)) }
      }
    }
    try await t.mutation(insert(3))
    let writes = try await functionError { try await t.mutation(insert(4)) }
    #expect(
      writes.message.contains("Too many writes in a single function execution (limit: 3)")
    )
    let reads = try await functionError {
      try await t.query { ctx in try await ctx.db.query(Author.self).collect().count }
    }
    #expect(
      reads.message.contains("Too many documents read in a single function execution (limit: 2)")
    )
  }

  @Test func `metrics tell what was used and what is left`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    try await t.run { ctx in
      for _ in 0..<2 { _ = try await ctx.db.insert(Author(name: "x", tags: nil)) }
    }
    let metrics = try await t.query { ctx in
      _ = try await ctx.db.query(Author.self).collect()
      return try await ctx.meta.getTransactionMetrics()
    }
    #expect(metrics.documentsRead == TransactionMetrics.Usage(used: 2, remaining: 31_998))
    #expect(metrics.databaseQueries.used == 1)
    #expect(metrics.documentsWritten == TransactionMetrics.Usage(used: 0, remaining: 16_000))
    #expect(metrics.bytesRead.used + metrics.bytesRead.remaining == 16 << 20)
    #expect(metrics.bytesRead.used > 0)
  }

  @Test func `many backends run side by side`() async throws {
    try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 1...50 {
        group.addTask {
          let t = try await TestBackend(MessageBoard.self)
          for _ in 0..<number { try await t.mutation(Messages.$send(author: "a", body: "x")) }
          return try await t.query(Messages.$count()) - number
        }
      }
      for try await difference in group { #expect(difference == 0) }
    }
  }
}
