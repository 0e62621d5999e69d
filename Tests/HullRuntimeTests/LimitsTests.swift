import Hull
import HullDatabase
import HullRuntime
import Testing

@Suite struct LimitsTests {
  @Test func `a function near a limit is warned, one beyond it fails`() async throws {
    let backend = try await BackendFixture(configure: { $0.limits.transaction.documentsRead = 10 })
    {
      $0.mutation("insert") { ctx, _ in
        for _ in 0..<11 { _ = try await ctx.db.insert("things", [:]) }
      }
      $0.query("take") { ctx, args in
        try await ctx.db.query("things").take(Int(args["n"]?.float64 ?? 0)).count
      }
    }
    _ = try await backend.value("insert", .mutation)
    #expect(try await backend.logs("take", .query, ["n": 8.0]) == [])
    #expect(
      try await backend.logs("take", .query, ["n": 9.0]) == [
        "[WARN] Many documents read in a single function execution (actual: 9, limit: 10). "
          + "Consider using smaller limits in your queries, paginating your queries, or using "
          + "indexed queries with a selective index range expressions."
      ]
    )
    #expect(try await backend.logs("take", .query, ["n": 10.0]).count == 1)
    #expect(
      try await backend.failure("take", .query, ["n": 11.0]).message.hasPrefix(
        "Uncaught Error: Too many documents read in a single function execution (limit: 10)."
      )
    )
  }

  @Test func `a mutation is warned of what it writes, with the code of the limit`() async throws {
    let backend = try await BackendFixture(configure: {
      $0.limits.transaction.documentsWritten = 10
    }) {
      $0.mutation("insert") { ctx, _ in
        for _ in 0..<9 { _ = try await ctx.db.insert("things", [:]) }
      }
    }
    let lines = try await backend.run("insert", .mutation).logLines
    #expect(
      lines.map(\.text) == [
        "[WARN] Many writes in a single function execution (actual: 9, limit: 10)."
      ]
    )
    #expect(lines.first?.systemCode == "warning:TooManyWrites")
  }

  @Test func `large arguments and results are warned of`() async throws {
    let backend = try await BackendFixture(configure: {
      $0.limits.argumentsSizeBytes = 1000
      $0.limits.resultSizeBytes = 1000
    }) {
      $0.query("echo") { _, args in args["text"] }
    }
    let text = ConvexValue.string(String(repeating: "x", count: 950))
    #expect(
      try await backend.logs("echo", .query, ["text": text]) == [
        "[WARN] Large size of the function arguments (actual: 961 bytes, limit: 1000 bytes).",
        "[WARN] Large size of the function return value (actual: 952 bytes, limit: 1000 bytes).",
      ]
    )
  }

  @Test func `a function that took most of its time is told so`() async throws {
    let begun = Locked(ContinuousClock.now)
    let backend = try await BackendFixture(configure: {
      $0.warnsOfDuration = true
      $0.limits.userTimeSeconds = 30
      $0.limits.warningRatio = 0.001
    }) {
      $0.query("spin") { _, _ in
        begun.withLock { $0 = .now }
        while ContinuousClock.now - begun.value < .milliseconds(40) {}
      }
    }
    let lines = try await backend.run("spin", .query).logLines
    #expect(
      lines.first?.text.hasPrefix(
        "[WARN] Function execution took a long time. (maximum duration: 30s, actual duration: "
      ) == true
    )
    #expect(lines.first?.systemCode == "warning:UserTimeout")
  }

  @Test func `budgets of a nested call end with it`() async throws {
    let backend = try await BackendFixture {
      $0.mutation("insert") { ctx, args in
        for _ in 0..<Int(args["n"]?.float64 ?? 0) { _ = try await ctx.db.insert("things", [:]) }
      }
      $0.mutation("bounded") { ctx, args in
        var limits = Hull.TransactionLimits()
        limits.documentsWritten = 2
        var failure = ""
        do {
          try await ctx.runMutation(
            "m:insert",
            args,
            options: FunctionCallOptions(transactionLimits: limits)
          )
        } catch {
          failure = "\(error)"
        }
        try await ctx.runMutation("m:insert", ["n": 3.0])
        let used = try await ctx.meta.getTransactionMetrics().documentsWritten.used
        return ConvexValue.array([.string(failure), .float64(Double(used))])
      }
      $0.query("count") { ctx, _ in try await ctx.db.query("things").count() }
    }
    let fits = try await backend.value("bounded", .mutation, ["n": 2.0]).array ?? []
    #expect(fits == ["", 5.0])
    let exceeds = try await backend.value("bounded", .mutation, ["n": 3.0]).array ?? []
    #expect(exceeds.first?.string?.contains("Too many writes") == true)
    #expect(exceeds.last == 3.0)
    #expect(try await backend.value("count", .query) == 8.0)
  }

  @Test func `who finds no place in time is refused`() async throws {
    let stop = Signal()
    let begun = Signal()
    let backend = try await BackendFixture(configure: {
      $0.concurrency.queries = 1
      $0.concurrency.patience = .milliseconds(30)
    }) {
      $0.query("wait") { _, _ in
        begun.open()
        await stop.wait()
      }
      $0.query("quick") { _, _ in "quick" }
      $0.mutation("other") { _, _ in "other" }
    }
    let first = Task { try await backend.value("wait", .query) }
    await begun.wait()
    await #expect {
      _ = try await backend.run("quick", .query)
    } throws: { error in
      let error = error as? BackendError
      return error?.code == "TooManyConcurrentRequests" && error?.status == 429
        && error?.message.hasPrefix(
          "Too many concurrent requests. Your backend is limited to 1 concurrent querys. "
        ) == true
    }
    #expect(try await backend.value("other", .mutation) == "other")
    stop.open()
    _ = try await first.value
    #expect(try await backend.value("quick", .query) == "quick")
  }

  @Test func `who is patient waits longer than others may, and does not keep them out`()
    async throws
  {
    let stop = Signal()
    let begun = Signal()
    let backend = try await BackendFixture(configure: {
      $0.concurrency.mutations = 1
      $0.concurrency.patience = .milliseconds(30)
    }) {
      $0.mutation("wait") { _, _ in
        begun.open()
        await stop.wait()
      }
      $0.mutation("quick") { _, _ in "quick" }
    }
    let first = Task { try await backend.value("wait", .mutation) }
    await begun.wait()
    var request = backend.request("quick", .mutation)
    request.isPatient = true
    let patient = (0..<3).map { _ in
      Task { [request] in try await backend.backend.run(request).result }
    }
    // The time of those who are not has passed once one of them is refused.
    await #expect(throws: BackendError.self) { try await backend.run("quick", .mutation) }
    stop.open()
    _ = try await first.value
    for task in patient {
      guard case .success = try await task.value else {
        Issue.record("a patient caller was refused")
        continue
      }
    }
    #expect(try await backend.value("quick", .mutation) == "quick")
  }

  @Test func `places are passed on, and everyone gets one`() async throws {
    let backend = try await BackendFixture(configure: {
      $0.concurrency.mutations = 2
      $0.concurrency.patience = .seconds(600)
    }) {
      $0.mutation("insert") { ctx, _ in _ = try await ctx.db.insert("things", [:]) }
      $0.query("count") { ctx, _ in try await ctx.db.query("things").count() }
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<50 { group.addTask { _ = try await backend.value("insert", .mutation) } }
      try await group.waitForAll()
    }
    #expect(try await backend.value("count", .query) == 50.0)
  }

  @Test func `a function that logs too much gets the notice`() async throws {
    let backend = try await BackendFixture {
      $0.query("chatty") { ctx, _ in
        for number in 0..<300 { ctx.log(number) }
      }
    }
    let lines = try await backend.logs("chatty", .query)
    #expect(lines.count == 256)
    #expect(lines.first == "[LOG] 0")
    #expect(lines.last == "[ERROR] Log overflow (maximum 256). Remaining log lines omitted.")
  }
}
