import Foundation
import Hull
import HullDatabase
import HullRuntime
import HullValues
import Testing

@Suite struct RetryTests {
  /// Lets the first commits lose.
  final class FirstCommits: CommitFaults {
    let remaining: Locked<Int>

    init(_ count: Int) {
      remaining = Locked(count)
    }

    func beforeCommit(of function: FunctionPath, tables: Set<TableName>) throws {
      let mustFail = remaining.withLock { remaining in
        defer { remaining -= 1 }
        return remaining > 0
      }
      guard mustFail else { return }
      throw DatabaseError(
        code: "OptimisticConcurrencyControlFailure",
        message: "lost",
        kind: .conflict
      )
    }
  }

  private func fixture(losing: Int) async throws -> BackendFixture {
    let attempts = Locked(0)
    return try await BackendFixture(configure: {
      $0.faults = FirstCommits(losing)
      $0.database.maximumRetries = 4
    }) { m in
      m.mutation("insert") { ctx, _ in
        let attempt = attempts.withLock { attempts in
          attempts += 1
          return attempts
        }
        ctx.log("attempt", attempt)
        _ = try await ctx.db.insert("things", ["random": .float64(ctx.random.double())])
        return Double(attempt)
      }
      m.query("count") { ctx, _ in try await ctx.db.query("things").count() }
    }
  }

  @Test func `a lost race is run again, and only the last attempt is seen`() async throws {
    let backend = try await fixture(losing: 2)
    let outcome = try await backend.run("insert", .mutation)
    #expect(try outcome.result.get().decoded() == 3.0)
    #expect(outcome.logLines.map(\.text) == ["[LOG] 'attempt' 3"])
    #expect(outcome.retries == 2)
    #expect(try await backend.value("count", .query) == 1.0)
  }

  @Test func `when every attempt loses the caller is told, and nothing is written`() async throws {
    let backend = try await fixture(losing: 100)
    await #expect {
      _ = try await backend.run("insert", .mutation)
    } throws: { error in
      (error as? BackendError)?.code == "OptimisticConcurrencyControlFailure"
        && (error as? BackendError)?.status == 503
    }
    #expect(try await backend.value("count", .query) == 0.0)
  }

  @Test func `racing mutations keep what must hold`() async throws {
    let seed =
      ProcessInfo.processInfo.environment["HULL_SEED"].flatMap { UInt64($0) }
      ?? UInt64.random(in: 0...UInt64.max)
    print("seed \(seed)")
    let accounts = 5
    let backend = try await BackendFixture(seed: seed) { m in
      m.mutation("open") { ctx, args in
        _ = try await ctx.db.insert("accounts", ["balance": 100.0])
      }
      m.mutation("transfer") { ctx, _ in
        let all = try await ctx.db.query("accounts").collect()
        var random = ctx.random
        let from = all[Int.random(in: 0..<all.count, using: &random)]
        let to = all[Int.random(in: 0..<all.count, using: &random)]
        guard from["_id"] != to["_id"], let id = from["_id"], let other = to["_id"],
          let balance = from["balance"]?.float64, let otherBalance = to["balance"]?.float64,
          balance >= 10
        else { return }
        try await ctx.db.patch(id, fields: ["balance": .float64(balance - 10)])
        try await ctx.db.patch(other, fields: ["balance": .float64(otherBalance + 10)])
      }
      m.mutation("increment") { ctx, args in
        if let counter = try await ctx.db.query("counters").first(), let id = counter["_id"] {
          let n = counter["n"]?.float64 ?? 0
          try await ctx.db.patch(id, fields: ["n": .float64(n + 1)])
        } else {
          _ = try await ctx.db.insert("counters", ["n": 1.0])
        }
      }
      m.mutation("createOnce") { ctx, args in
        let existing = try await ctx.db.query("codes").collect()
        guard existing.isEmpty else { throw ConvexError("exists") }
        _ = try await ctx.db.insert("codes", args)
      }
      m.query("total") { ctx, _ in
        try await ctx.db.query("accounts").collect().reduce(0) {
          $0 + ($1["balance"]?.float64 ?? 0)
        }
      }
      m.query("counters") { ctx, _ in
        ConvexValue.array(try await ctx.db.query("counters").collect().map { $0["n"] ?? .null })
      }
      m.query("codes") { ctx, _ in try await ctx.db.query("codes").count() }
    }
    for _ in 0..<accounts { _ = try await backend.value("open", .mutation) }
    let created = Locked(0)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<40 {
        group.addTask { _ = try await backend.value("transfer", .mutation) }
        group.addTask { _ = try await backend.value("increment", .mutation) }
        group.addTask {
          // Whoever looks while money moves sees all of it.
          let total = try await backend.value("total", .query)
          #expect(total == .float64(Double(accounts * 100)))
        }
      }
      for number in 0..<24 {
        group.addTask {
          let outcome = try await backend.run(
            "createOnce",
            .mutation,
            ["n": .float64(Double(number))]
          )
          if case .success = outcome.result { created.withLock { $0 += 1 } }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await backend.value("total", .query) == .float64(Double(accounts * 100)))
    #expect(try await backend.value("counters", .query) == [40.0])
    #expect(try await backend.value("codes", .query) == 1.0)
    #expect(created.value == 1)
  }
}
