// A disk that cannot be read is nobody's function's fault.

import Hull
import HullRuntime
import HullValues
import Testing

@Suite struct StoreFailureTests {
  private func fixture(_ store: BlockingPersistence) async throws -> BackendFixture {
    try await BackendFixture(persistence: store) { m in
      m.mutation("add") { ctx, _ in
        // Takes a failure for an empty table, as careless code may.
        let count = (try? await ctx.db.query("things").count()) ?? 0
        _ = try? await ctx.db.insert("things", ["number": .float64(Double(count))])
        return Double(count)
      }
      m.query("count") { ctx, _ in try await ctx.db.query("things").count() }
    }
  }

  @Test func `a read that fails is no result of the query, and is not kept as one`() async throws {
    let store = BlockingPersistence()
    let backend = try await fixture(store)
    _ = try await backend.value("add", .mutation)
    store.isUnreadable.withLock { $0 = true }
    await #expect(throws: BackendError.internal) { _ = try await backend.run("count", .query) }
    store.isUnreadable.withLock { $0 = false }
    #expect(try await backend.value("count", .query) == 1.0)
  }

  @Test func `a mutation whose read failed commits nothing, even if it goes on`() async throws {
    let store = BlockingPersistence()
    let backend = try await fixture(store)
    _ = try await backend.value("add", .mutation)
    store.isUnreadable.withLock { $0 = true }
    await #expect(throws: BackendError.internal) { _ = try await backend.run("add", .mutation) }
    store.isUnreadable.withLock { $0 = false }
    #expect(try await backend.value("count", .query) == 1.0)
    #expect(try await backend.value("add", .mutation) == 1.0)
  }

  @Test func `a query whose read failed is left to return before its caller is told`() async throws
  {
    let store = BlockingPersistence()
    let hasReturned = Locked(false)
    let backend = try await BackendFixture(persistence: store) { m in
      m.mutation("add") { ctx, _ in _ = try await ctx.db.insert("things", ["number": 1]) }
      m.query("careless") { ctx, _ in
        _ = try? await ctx.db.query("things").count()
        // It goes on until the monitor of deadlines has looked at it several times.
        let end = ContinuousClock.now + .milliseconds(100)
        while ContinuousClock.now < end { await Task.yield() }
        hasReturned.withLock { $0 = true }
      }
    }
    _ = try await backend.value("add", .mutation)
    store.isUnreadable.withLock { $0 = true }
    await #expect(throws: BackendError.internal) { _ = try await backend.run("careless", .query) }
    #expect(hasReturned.withLock { $0 })
  }
}
