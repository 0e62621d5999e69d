import Hull
import HullTesting
import Testing

/// What the reference's harness checks of the limits on one transaction.
@Suite struct BandwidthTests {
  private func backend(
    documents count: Int = 0,
    _ limit: (inout TransactionLimits) -> Void = { _ in }
  ) async throws -> TestBackend {
    var options = TestOptions()
    limit(&options.transactionLimits)
    let t = try await TestBackend(options)
    for _ in 0..<count {
      try await t.run { ctx in
        _ = try await ctx.db.insert("things", ["text": Self.text])
      }
    }
    return t
  }

  private static let text = ConvexValue.string(String(repeating: "x", count: 1_000))

  private static func readAll(_ ctx: QueryContext) async throws -> Int {
    try await ctx.db.query("things").collect().count
  }

  @Test func `a hundred documents of a thousand bytes are fine`() async throws {
    let t = try await backend()
    try await t.mutation { ctx in
      for _ in 0..<100 { _ = try await ctx.db.insert("things", ["text": Self.text]) }
    }
    #expect(try await t.query { ctx in try await Self.readAll(ctx) } == 100)
  }

  @Test func `reading more bytes than the limit is an error`() async throws {
    let t = try await backend(documents: 3) { $0.bytesRead = 2_500 }
    let error = try await functionError { try await t.query { try await Self.readAll($0) } }
    #expect(
      error.message.contains(
        "Too many bytes read in a single function execution (limit: 2500 bytes)."
      )
    )
  }

  @Test func `reading more documents than the limit is an error`() async throws {
    let t = try await backend(documents: 3) { $0.documentsRead = 2 }
    let error = try await functionError { try await t.query { try await Self.readAll($0) } }
    #expect(
      error.message.contains("Too many documents read in a single function execution (limit: 2).")
    )
  }

  @Test func `writing more bytes than the limit is an error`() async throws {
    let t = try await backend { $0.bytesWritten = 2_500 }
    let error = try await functionError {
      try await t.mutation { ctx in
        for _ in 0..<3 { _ = try await ctx.db.insert("things", ["text": Self.text]) }
      }
    }
    #expect(
      error.message.contains("Too many bytes written in a single function execution (limit: ")
    )
    #expect(try await t.query { ctx in try await Self.readAll(ctx) } == 0)
  }

  @Test func `writing more documents than the limit is an error`() async throws {
    let t = try await backend { $0.documentsWritten = 2 }
    let error = try await functionError {
      try await t.mutation { ctx in
        for _ in 0..<3 { _ = try await ctx.db.insert("things", [:]) }
      }
    }
    #expect(
      error.message.contains("Too many writes in a single function execution (limit: 2)")
    )
  }

  @Test func `one query and two gets exceed a limit of two ranges`() async throws {
    let t = try await backend(documents: 2) { $0.databaseQueries = 2 }
    let ids = try await t.query { ctx in
      try await ctx.db.query("things").collect().compactMap { $0["_id"]?.string }
    }
    let error = try await functionError {
      try await t.query { ctx in
        _ = try await ctx.db.query("things").collect()
        for id in ids { _ = try await ctx.db.get("things", id) }
      }
    }
    #expect(
      error.message.contains("Too many reads in a single function execution (limit: 2).")
    )
  }

  @Test func `what is read adds up within one transaction, also inside a mutation`() async throws {
    let t = try await backend(documents: 3) { $0.documentsRead = 5 }
    let error = try await functionError {
      try await t.mutation { ctx in
        for _ in 0..<2 { _ = try await ctx.db.query("things").collect() }
      }
    }
    #expect(
      error.message.contains("Too many documents read in a single function execution (limit: 5).")
    )
  }

  @Test func `metrics after reading two documents`() async throws {
    let t = try await backend(documents: 2)
    let (documents, metrics) = try await t.query { ctx in
      (
        try await ctx.db.query("things").collect(),
        try await ctx.meta.getTransactionMetrics()
      )
    }
    #expect(metrics.documentsRead == TransactionMetrics.Usage(used: 2, remaining: 31_998))
    let bytes = documents.reduce(0) { $0 + ConvexValue.object($1).size }
    #expect(
      metrics.bytesRead == TransactionMetrics.Usage(used: bytes, remaining: (16 << 20) - bytes)
    )
    #expect(metrics.databaseQueries == TransactionMetrics.Usage(used: 1, remaining: 4_095))
    #expect(metrics.documentsWritten.used == 0)
    #expect(metrics.bytesWritten.used == 0)
  }

  @Test func `metrics after one insert`() async throws {
    let t = try await backend()
    let (document, metrics) = try await t.mutation { ctx in
      let id = try await ctx.db.insert("things", ["text": Self.text])
      let metrics = try await ctx.meta.getTransactionMetrics()
      return (try await ctx.db.get("things", id), metrics)
    }
    let bytes = ConvexValue.object(try #require(document)).size
    #expect(metrics.documentsWritten == TransactionMetrics.Usage(used: 1, remaining: 15_999))
    #expect(
      metrics.bytesWritten == TransactionMetrics.Usage(used: bytes, remaining: (16 << 20) - bytes)
    )
  }
}
