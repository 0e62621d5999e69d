import Hull
import HullRuntime
import Testing

@Suite struct ActionTests {
  private func fixture(_ running: Locked<(now: Int, most: Int)> = Locked((0, 0))) async throws
    -> BackendFixture
  {
    try await BackendFixture { m in
      m.query("count") { ctx, _ in try await ctx.db.query("things").count() }
      m.mutation("insert") { ctx, args in try await ctx.db.insert("things", args) }
      m.mutation("fail") { ctx, _ in
        _ = try await ctx.db.insert("things", [:])
        throw ConvexError(["code": "FAILED"])
      }
      m.query("who") { ctx, _ in try await ctx.auth.getUserIdentity()?.subject ?? "nobody" }
      m.action("who2") { ctx, _ in try await ctx.runQuery("m:who") }
      m.action("whoEverywhere") { ctx, _ in
        ConvexValue.array([
          try await ctx.runQuery("m:who"), try await ctx.runAction("m:who2"),
        ])
      }
      m.action("insertTwice") { ctx, _ in
        _ = try await ctx.runMutation("m:insert", [:])
        let between = try await ctx.runQuery("m:count")
        _ = try await ctx.runMutation("m:insert", [:])
        return ConvexValue.array([between, try await ctx.runQuery("m:count")])
      }
      m.action("insertAndFail") { ctx, _ in
        _ = try await ctx.runMutation("m:insert", [:])
        throw ConvexError("after")
      }
      m.action("catch") { ctx, _ in
        do {
          _ = try await ctx.runMutation("m:fail", [:])
          return ConvexValue.null
        } catch let error as ConvexError {
          return error.data
        }
      }
      m.action("recurse") { ctx, args in
        let n = args["n"]?.float64 ?? 0
        guard n > 0 else { return ConvexValue.float64(0) }
        let rest = try await ctx.runAction("m:recurse", ["n": .float64(n - 1)])
        return .float64(1 + (rest.float64 ?? 0))
      }
      m.mutation("observed") { ctx, _ in
        running.withLock {
          $0.now += 1
          $0.most = max($0.most, $0.now)
        }
        for _ in 0..<20 { await Task.yield() }
        running.withLock { $0.now -= 1 }
      }
      m.action("many") { ctx, _ in
        try await withThrowingTaskGroup(of: Void.self) { group in
          for _ in 0..<40 { group.addTask { _ = try await ctx.runMutation("m:observed", [:]) } }
          try await group.waitForAll()
        }
      }
      m.action("database") { ctx, _ in
        let forged = QueryContext(host: ctx.host)
        return try await forged.db.query("things").count()
      }
      m.action("leaveWork") { ctx, _ in
        Task {
          for _ in 0..<1000 { _ = try await ctx.runMutation("m:insert", [:]) }
        }
        return "left"
      }
    }
  }

  @Test func `every call of an action is a transaction of its own`() async throws {
    #expect(try await fixture().value("insertTwice", .action) == [1.0, 2.0])
  }

  @Test func `what an action's mutations wrote stays when the action fails`() async throws {
    let backend = try await fixture()
    #expect(try await backend.failure("insertAndFail", .action).data == "after")
    #expect(try await backend.value("count", .query) == 1.0)
  }

  @Test func `an action catches the data of a called function's error`() async throws {
    let backend = try await fixture()
    #expect(try await backend.value("catch", .action) == ["code": "FAILED"])
    #expect(try await backend.value("count", .query) == 0.0)
  }

  @Test func `the caller's identity is known to everything an action calls`() async throws {
    let backend = try await fixture()
    let user = try UserIdentity(issuer: "i", subject: "ada")
    #expect(try await backend.value("whoEverywhere", .action, as: .user(user)) == ["ada", "ada"])
    #expect(try await backend.value("whoEverywhere", .action) == ["nobody", "nobody"])
  }

  @Test func `actions call actions eight deep`() async throws {
    let backend = try await fixture()
    #expect(try await backend.value("recurse", .action, ["n": 8.0]) == 8.0)
    #expect(
      try await backend.failure("recurse", .action, ["n": 9.0]).message
        .contains("call depth limit exceeded")
    )
  }

  @Test func `at most eight operations of one action run at a time`() async throws {
    let running = Locked((now: 0, most: 0))
    _ = try await fixture(running).value("many", .action)
    #expect(running.value.now == 0)
    #expect((1...8).contains(running.value.most))
  }

  @Test func `an action has no database`() async throws {
    #expect(
      try await fixture().failure("database", .action).message
        .contains("An action has no database of its own")
    )
  }

  @Test func `work an action leaves behind ends with it`() async throws {
    let backend = try await fixture()
    #expect(try await backend.value("leaveWork", .action) == "left")
    let count = try await backend.value("count", .query).float64 ?? 0
    #expect(count < 1000)
    #expect(try await backend.value("count", .query).float64 == count)
  }
}
