import Hull
import HullDatabase
import HullPersistence
import HullRuntime
import Testing

@Suite struct DeterminismTests {
  private func fixture(
    seed: UInt64 = 1,
    configure: (inout BackendConfiguration) -> Void = { _ in }
  ) async throws -> BackendFixture {
    try await BackendFixture(seed: seed, configure: configure) { m in
      m.query("now") { ctx, _ in ctx.now }
      m.mutation("times") { ctx, _ in
        let before = ctx.now
        let nested = try await ctx.runQuery("m:now")
        return ConvexValue.array([.float64(before), nested, .float64(ctx.now)])
      }
      m.query("random") { ctx, _ in
        ConvexValue.array([.float64(ctx.random.double()), .float64(ctx.random.double())])
      }
      m.query("nestedRandom") { ctx, _ in
        ConvexValue.array([try await ctx.runQuery("m:random"), try await ctx.runQuery("m:random")])
      }
      m.mutation("insert") { ctx, _ in try await ctx.db.insert("things", ["at": .float64(ctx.now)])
      }
      m.query("plain") { _, _ in 1.0 }
      m.query("who") { ctx, _ in try await ctx.auth.getUserIdentity()?.subject ?? "nobody" }
      m.query("whoNested") { ctx, _ in try await ctx.runQuery("m:who") }
    }
  }

  @Test func `time stands still in a transaction and moves between them`() async throws {
    let backend = try await fixture()
    let start = backend.time.now().milliseconds
    #expect(
      try await backend.value("times", .mutation)
        == .array([.float64(start), .float64(start), .float64(start)])
    )
    backend.time.advance(by: .seconds(5))
    #expect(try await backend.value("now", .query) == .float64(start + 5000))
  }

  @Test func `every execution has random numbers of its own, nested ones too`() async throws {
    // With a cache the second call would be answered with the first one's result.
    let backend = try await fixture { $0.queryCacheBytes = 0 }
    let first = try await backend.value("random", .query)
    let second = try await backend.value("random", .query)
    #expect(first != second)
    let nested = try await backend.value("nestedRandom", .query).array ?? []
    #expect(nested.count == 2)
    #expect(nested.first != nested.last)
  }

  @Test func `the same seed and the same calls give the same results`() async throws {
    func trace(seed: UInt64) async throws -> [ConvexValue] {
      let backend = try await fixture(seed: seed)
      return [
        try await backend.value("random", .query),
        try await backend.value("insert", .mutation),
        try await backend.value("nestedRandom", .query),
        try await backend.value("insert", .mutation),
      ]
    }
    let first = try await trace(seed: 42)
    #expect(try await trace(seed: 42) == first)
    #expect(try await trace(seed: 43) != first)
  }

  @Test func `an outcome tells what a query depends on`() async throws {
    let backend = try await fixture()
    let plain = try #require(try await backend.run("plain", .query).dependencies)
    #expect(!plain.observedTime && !plain.observedRandom && !plain.observedIdentity)
    #expect(plain.readSet?.isEmpty ?? true)
    #expect(try await backend.run("now", .query).dependencies?.observedTime == true)
    #expect(try await backend.run("random", .query).dependencies?.observedRandom == true)
    #expect(try await backend.run("who", .query).dependencies?.observedIdentity == true)
    #expect(try await backend.run("whoNested", .query).dependencies?.observedIdentity == true)
    #expect(try await backend.run("insert", .mutation).dependencies == nil)
  }
}
