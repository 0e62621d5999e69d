import Hull
import HullDatabase
import HullRuntime
import Testing

@Suite struct TimeLimitTests {
  private func fixture(
    stop: Signal = Signal(),
    begun: Signal = Signal(),
    spinning: Locked<Bool> = Locked(true),
    userTime: Double = 0.05
  ) async throws -> BackendFixture {
    try await BackendFixture(configure: {
      $0.limits.userTimeSeconds = userTime
      $0.actionTime = .milliseconds(50)
    }) { m in
      m.query("quick") { _, _ in "quick" }
      m.query("spin") { _, _ in
        while spinning.value {}
      }
      m.mutation("insertAndSpin") { ctx, _ in
        _ = try await ctx.db.insert("things", [:])
        while spinning.value {}
        _ = try await ctx.db.insert("things", [:])
      }
      m.mutation("insertAndSleep") { ctx, _ in
        _ = try await ctx.db.insert("things", [:])
        begun.open()
        await stop.wait()
        _ = try await ctx.db.insert("things", [:])
      }
      m.mutation("callSleeper") { ctx, _ in
        do {
          _ = try await ctx.runMutation("m:insertAndSleep", [:])
        } catch {}
        return "caught"
      }
      m.mutation("leaveSleeper") { ctx, _ in
        Task { try? await ctx.runMutation("m:insertAndSleep", [:]) }
        await begun.wait()
        return "left"
      }
      m.action("sleep") { _, _ in await stop.wait() }
    }
  }

  private static let timeout = "Function execution timed out (maximum duration: 50ms)"

  @Test func `a function that spins is answered for, and others go on`() async throws {
    let spinning = Locked(true)
    defer { spinning.withLock { $0 = false } }
    let backend = try await fixture(spinning: spinning)
    // More of them than there are cores.
    try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<6 { group.addTask { try await backend.failure("spin", .query).message } }
      for try await message in group { #expect(message == Self.timeout) }
    }
    let patient = try await fixture(userTime: 30)
    #expect(try await patient.value("quick", .query) == "quick")
  }

  @Test(arguments: ["insertAndSpin", "insertAndSleep", "callSleeper", "leaveSleeper"])
  func `a mutation out of time commits nothing, whatever it does later`(
    name: String
  ) async throws {
    let stop = Signal()
    let spinning = Locked(true)
    let backend = try await fixture(stop: stop, spinning: spinning)
    #expect(try await backend.failure(name, .mutation).message == Self.timeout)
    stop.open()
    spinning.withLock { $0 = false }
    let documents = try await backend.backend.database.begin().count(
      Query(table: "things", source: .fullTableScan)
    )
    #expect(documents == 0)
  }

  @Test func `an action out of time is a failed function`() async throws {
    let stop = Signal()
    defer { stop.open() }
    let backend = try await fixture(stop: stop)
    #expect(try await backend.failure("sleep", .action).message == Self.timeout)
  }

  @Test func `time inside operations counts against a limit of its own`() async throws {
    let persistence = BlockingPersistence()
    defer { persistence.gate.open() }
    let backend = try await BackendFixture(
      persistence: persistence,
      configure: {
        $0.limits.userTimeSeconds = 30
        $0.limits.systemTimeSeconds = 0.05
      }
    ) { m in
      m.mutation("insert") { ctx, _ in _ = try await ctx.db.insert("things", [:]) }
      m.query("count") { ctx, _ in try await ctx.db.query("things").count() }
    }
    _ = try await backend.value("insert", .mutation)
    persistence.isBlocked.withLock { $0 = true }
    #expect(
      try await backend.failure("count", .query).message
        == "Your request timed out performing too many system operations."
    )
  }

  @Test func `a caller that goes away ends a query`() async throws {
    let stop = Signal()
    defer { stop.open() }
    let begun = Signal()
    let backend = try await BackendFixture {
      $0.query("sleep") { _, _ in
        begun.open()
        await stop.wait()
      }
    }
    let call = Task { try await backend.run("sleep", .query) }
    await begun.wait()
    call.cancel()
    await #expect {
      _ = try await call.value
    } throws: { error in
      (error as? BackendError)?.status == 408
    }
  }

  @Test func `a caller that goes away does not end an action`() async throws {
    let stop = Signal()
    let begun = Signal()
    let backend = try await BackendFixture {
      $0.action("sleep") { _, _ in
        begun.open()
        await stop.wait()
        return Task.isCancelled ? "canceled" : "done"
      }
    }
    let call = Task { try await backend.value("sleep", .action) }
    await begun.wait()
    call.cancel()
    stop.open()
    #expect(try await call.value == "done")
  }
}
