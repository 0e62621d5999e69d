import Foundation
import Hull
import HullDatabase
import HullPersistence
import HullRuntime
import HullValues
import Testing

/// Jobs that run by themselves, as in a server.
@Suite struct JobExecutorTests {
  /// What jobs tell the test.
  final class Witness: Sendable {
    private let seen = Locked<[String]>([])
    private let stream: AsyncStream<String>
    private let continuation: AsyncStream<String>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func see(_ text: String) {
      seen.withLock { $0.append(text) }
      continuation.yield(text)
    }

    var all: [String] { seen.value }

    /// Waits until jobs have told so many things.
    func wait(for count: Int) async {
      var missing = count
      if missing == 0 { return }
      for await _ in stream {
        missing -= 1
        if missing == 0 { return }
      }
    }
  }

  private func fixture(
    _ witness: Witness,
    persistence: any Persistence = InMemoryPersistence(),
    crons: [CronJob] = [],
    configure: (inout BackendConfiguration) -> Void = { _ in }
  ) async throws -> BackendFixture {
    try await fixture(
      witness,
      persistence: persistence,
      crons: crons,
      configure: configure,
      registering: { _ in }
    )
  }

  private func fixture(
    _ witness: Witness,
    persistence: any Persistence = InMemoryPersistence(),
    crons: [CronJob] = [],
    configure: (inout BackendConfiguration) -> Void = { _ in },
    registering register: @escaping @Sendable (inout ModuleBuilder) -> Void
  ) async throws -> BackendFixture {
    try await BackendFixture(
      persistence: persistence,
      crons: crons,
      configure: {
        $0.time = SystemTimeSource()
        configure(&$0)
      }
    ) { m in
      m.mutation("work", args: v.any()) { ctx, args in
        _ = try await ctx.db.insert("done", args)
      }
      m.action("tell", args: v.any()) { _, args in witness.see("\(args["n"] ?? .null)") }
      m.mutation("schedule", args: v.any()) { ctx, args in
        let name = args["name"]?.string ?? "work"
        for n in 0..<Int(args["count"]?.float64 ?? 1) {
          try await ctx.scheduler.runAfter(
            .milliseconds(Int(args["delay"]?.float64 ?? 0)),
            "m:\(name)",
            ["n": .float64(Double(n))]
          )
        }
      }
      m.query("done") { ctx, _ in try await ctx.db.query("done").count() }
      m.query("states") { ctx, _ in
        let jobs = try await ctx.db.system.query("_scheduled_functions").collect()
        return ConvexValue.array(jobs.map { $0["state"]?.object?["kind"] ?? .null })
      }
      register(&m)
    }
  }

  /// Waits until a query returns a value.
  private func wait(
    _ fixture: BackendFixture,
    until name: String,
    is expected: ConvexValue
  ) async throws {
    try await wait(fixture) { try await fixture.value(name, .query) == expected }
  }

  /// Waits until something is so, by the commits that make it so.
  private func wait(
    _ fixture: BackendFixture,
    until isSo: () async throws -> Bool
  ) async throws {
    let (commits, continuation) = AsyncStream.makeStream(of: Void.self)
    let observation = fixture.backend.database.observeCommits { _ in continuation.yield() }
    defer { fixture.backend.database.removeObserver(observation.observer) }
    continuation.yield()
    for await _ in commits where try await isSo() { return }
  }

  @Test(.timeLimit(.minutes(1)))
  func `what is scheduled runs by itself as soon as it is committed`() async throws {
    let witness = Witness()
    let fixture = try await fixture(witness)
    try await fixture.backend.startJobs()
    _ = try await fixture.value("schedule", .mutation, ["name": "tell", "count": 3])
    await witness.wait(for: 3)
    #expect(witness.all.sorted() == ["0.0", "1.0", "2.0"])
    try await wait(fixture, until: "states", is: ["success", "success", "success"])
    #expect(fixture.backend.jobCounters.succeeded == 3)
    await fixture.backend.close()
  }

  @Test(.timeLimit(.minutes(1)))
  func `a job waits for its time, and an earlier one that comes later goes first`() async throws {
    let witness = Witness()
    let fixture = try await fixture(witness)
    try await fixture.backend.startJobs()
    _ = try await fixture.value("schedule", .mutation, ["name": "tell", "delay": 3_600_000])
    _ = try await fixture.value("schedule", .mutation, ["name": "work", "delay": 100])
    try await wait(fixture, until: "done", is: 1)
    #expect(witness.all.isEmpty)
    let rows = try await fixture.backend.database.begin().scheduledJobs(in: .success, upTo: 1)
    let worked = try #require(rows.first)
    #expect(try #require(worked.completedTime) >= worked.scheduledTime)
    await fixture.backend.close()
  }

  @Test(.timeLimit(.minutes(1)))
  func `jobs that were due while nobody ran them run when the backend starts`() async throws {
    let folder = URL.temporaryDirectory.appending(path: "hull-test-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "data").path
    let witness = Witness()
    let before = try await fixture(witness, persistence: SQLitePersistence.open(path: path))
    _ = try await before.value("schedule", .mutation, ["count": 700])
    _ = try await before.value("schedule", .mutation, ["count": 2, "delay": 3_600_000])
    await before.backend.close()

    let after = try await fixture(witness, persistence: SQLitePersistence.open(path: path))
    #expect(try await after.value("done", .query) == 0)
    try await after.backend.startJobs()
    try await wait(after, until: "done", is: 700)
    await after.backend.close()
  }

  @Test(.timeLimit(.minutes(1)))
  func `an action that was running when the process ended has failed and does not run again`()
    async throws
  {
    let store = InMemoryPersistence()
    let witness = Witness()
    let stuck = Signal()
    let before = try await fixture(witness, persistence: store) { m in
      m.action("hang", args: v.any()) { _, _ in
        witness.see("hanging")
        await stuck.wait()
      }
    }
    try await before.backend.startJobs()
    _ = try await before.value("schedule", .mutation, ["name": "hang"])
    await witness.wait(for: 1)
    try await wait(before, until: "states", is: ["inProgress"])

    // The store as the process left it: another backend opens it while the first one is stuck.
    let after = try await fixture(witness, persistence: store) { m in
      m.action("hang", args: v.any()) { _, _ in witness.see("again") }
    }
    try await after.backend.startJobs()
    #expect(try await after.value("states", .query) == ["failed"])
    let row = try await after.backend.database.begin().scheduledJobs(in: .failed(""), upTo: 1).first
    #expect(row?.state == .failed("Transient error while executing action"))
    #expect(witness.all == ["hanging"])
    stuck.open()
  }

  @Test(.timeLimit(.minutes(1)))
  func `no more jobs run at a time than the configuration says`() async throws {
    let witness = Witness()
    let (running, most) = (Locked(0), Locked(0))
    let fixture = try await fixture(witness, configure: { $0.concurrency.jobs = 4 }) { m in
      m.action("count", args: v.any()) { ctx, _ in
        let now = running.withLock { running in
          running += 1
          return running
        }
        most.withLock { $0 = max($0, now) }
        // Others get a chance to start while this one runs.
        for _ in 0..<5 { _ = try await ctx.runQuery("m:done") }
        running.withLock { $0 -= 1 }
        witness.see("counted")
      }
    }
    try await fixture.backend.startJobs()
    _ = try await fixture.value("schedule", .mutation, ["name": "count", "count": 60])
    await witness.wait(for: 60)
    #expect((1...4).contains(most.value))
    await fixture.backend.close()
  }

  @Test(.timeLimit(.minutes(1)))
  func `a job whose commit cannot be written is tried again`() async throws {
    /// Lets the first commits of the work fail as if the server were at fault.
    final class Trouble: CommitFaults {
      let remaining = Locked(2)

      func beforeCommit(of function: FunctionPath, tables: Set<TableName>) throws {
        guard function.name == "work" else { return }
        let fails = remaining.withLock { remaining in
          remaining -= 1
          return remaining >= 0
        }
        if fails { throw DatabaseError(code: "Trouble", message: "no disk", kind: .overloaded) }
      }
    }
    let fixture = try await fixture(Witness(), configure: { $0.faults = Trouble() })
    try await fixture.backend.startJobs()
    _ = try await fixture.value("schedule", .mutation)
    try await wait(fixture, until: "done", is: 1)
    #expect(fixture.backend.jobCounters.retries == 2)
    await fixture.backend.close()
  }

  @Test(.timeLimit(.minutes(1)))
  func `what came of jobs is forgotten after a week`() async throws {
    let time = ManualTimeSource()
    let fixture = try await fixture(Witness(), configure: { $0.time = time })
    _ = try await fixture.value("schedule", .mutation, ["count": 3])
    for job in try await fixture.backend.database.begin().scheduledJobs(in: .pending, upTo: 9) {
      _ = try await fixture.backend.run(scheduled: job.id)
    }
    _ = try await fixture.value("schedule", .mutation, ["count": 1, "delay": 100_000_000_000])
    time.advance(by: .seconds(7 * 86_400 - 1))
    let cutoff = { time.now().advanced(by: .seconds(-7 * 86_400)).milliseconds }
    try await fixture.backend.database.removeScheduledJobs(completedBefore: cutoff(), batch: 2)
    let kept = try await fixture.value("states", .query).array?.compactMap(\.string)
    #expect(kept?.sorted() == ["pending", "success", "success", "success"])
    time.advance(by: .seconds(2))
    try await fixture.backend.database.removeScheduledJobs(completedBefore: cutoff(), batch: 2)
    #expect(try await fixture.value("states", .query) == ["pending"])
  }

  @Test(.timeLimit(.minutes(1)))
  func `a mutation that is canceled while it runs does not commit`() async throws {
    let (begun, goOn) = (Signal(), Signal())
    let fixture = try await fixture(Witness()) { m in
      m.mutation("slow", args: v.any()) { ctx, _ in
        begun.open()
        await goOn.wait()
        _ = try await ctx.db.insert("done", [:])
      }
      m.mutation("cancelAll") { ctx, _ in
        for job in try await ctx.db.system.query("_scheduled_functions").collect() {
          try await ctx.scheduler.cancel(job["_id"] ?? .null)
        }
      }
    }
    _ = try await fixture.value("schedule", .mutation, ["name": "slow"])
    let pending = try await fixture.backend.database.begin().scheduledJobs(in: .pending, upTo: 1)
    let job = try #require(pending.first)
    async let end = fixture.backend.run(scheduled: job.id)
    await begun.wait()
    _ = try await fixture.value("cancelAll", .mutation)
    goOn.open()
    #expect(try await end == nil)
    #expect(try await fixture.value("done", .query) == 0)
    #expect(try await fixture.value("states", .query) == ["canceled"])
  }

  /// Sleeps until the test lets it go on, and tells how long it was to sleep.
  final class Naps: Sleeping {
    let asked: AsyncStream<Duration>
    private let continuation: AsyncStream<Duration>.Continuation
    private let woken = Locked<[Signal]>([])

    init() { (asked, continuation) = AsyncStream.makeStream() }

    func sleep(for duration: Duration) async throws {
      let signal = Signal()
      woken.withLock { $0.append(signal) }
      continuation.yield(duration)
      await signal.wait()
    }

    func end() { woken.withLock { $0.popLast() }?.open() }
  }

  @Test(.timeLimit(.minutes(1)))
  func `a wall clock that is stepped is noticed within five seconds`() async throws {
    let (time, naps, witness) = (ManualTimeSource(), Naps(), Witness())
    let fixture = try await fixture(
      witness,
      configure: {
        $0.time = time
        $0.sleeping = naps
      }
    )
    var asked = naps.asked.makeAsyncIterator()
    try await fixture.backend.startJobs()
    _ = try await fixture.value("schedule", .mutation, ["name": "tell", "delay": 3_600_000])
    #expect(await asked.next() == .seconds(5))
    // Back by a day: the job's time is further away, and nothing runs.
    time.set(time.now().advanced(by: .seconds(-86_400)))
    naps.end()
    #expect(await asked.next() == .seconds(5))
    #expect(witness.all.isEmpty)
    time.set(time.now().advanced(by: .seconds(86_400 + 3600)))
    naps.end()
    await witness.wait(for: 1)
    // Back by two hours: what is scheduled then is due before the time that was waited for.
    time.set(time.now().advanced(by: .seconds(-7200)))
    _ = try await fixture.value("schedule", .mutation, ["name": "tell", "delay": 3000])
    #expect(await asked.next() == .seconds(3))
    time.advance(by: .seconds(3))
    naps.end()
    await witness.wait(for: 1)
    await fixture.backend.close()
  }

  @Test(.timeLimit(.minutes(1)))
  func `what came of an action is written down although the store refuses at first`() async throws {
    let store = BlockingPersistence()
    let witness = Witness()
    let fixture = try await fixture(witness, persistence: store) { m in
      m.action("last", args: v.any()) { _, _ in
        witness.see("ran")
        store.refusals.withLock { $0 = 2 }
      }
    }
    try await fixture.backend.startJobs()
    _ = try await fixture.value("schedule", .mutation, ["name": "last"])
    try await wait(fixture, until: "states", is: ["success"])
    #expect(witness.all == ["ran"])
    await fixture.backend.close()
  }

  @Test(.timeLimit(.minutes(1)))
  func `a closed backend no longer asks a store that refuses what came of an action`() async throws
  {
    let store = BlockingPersistence()
    let witness = Witness()
    let fixture = try await fixture(
      witness,
      persistence: store,
      configure: { $0.jobPatience = .seconds(120) }
    ) { m in
      m.action("last", args: v.any()) { _, _ in
        store.refusals.withLock { $0 = .max }
        witness.see("ran")
      }
    }
    try await fixture.backend.startJobs()
    _ = try await fixture.value("schedule", .mutation, ["name": "last"])
    await witness.wait(for: 1)
    // It waits for the jobs that run, and this one would never end.
    await fixture.backend.close()
  }

  @Test(.timeLimit(.minutes(1)))
  func `a cron's action is over although the store refuses at first, and has run once`()
    async throws
  {
    let store = BlockingPersistence()
    let witness = Witness()
    let fixture = try await fixture(
      witness,
      persistence: store,
      crons: [.interval("last", .hours(1), "m:last")]
    ) { m in
      m.action("last", args: v.any()) { _, _ in
        witness.see("ran")
        store.refusals.withLock { $0 = 2 }
      }
    }
    try await fixture.backend.startJobs()
    try await wait(fixture) {
      try await fixture.backend.cronStates().contains { $0.previous != nil && !$0.isRunning }
    }
    #expect(witness.all == ["ran"])
    #expect(try await fixture.backend.cronStates().map(\.runs.count) == [1])
    await fixture.backend.close()
  }

  @Test(.timeLimit(.minutes(1)))
  func `cron jobs run by themselves, and a changed declaration is applied at the start`()
    async throws
  {
    let store = InMemoryPersistence()
    let witness = Witness()
    let first = try await fixture(
      witness,
      persistence: store,
      crons: [
        .interval("tell", .hours(1), "m:tell", ["n": 1]),
        .daily("old", hourUTC: 3, "m:tell", ["n": 2]),
        .daily("moved", hourUTC: 4, minuteUTC: 0, "m:tell", ["n": 3]),
      ]
    )
    try await first.backend.startJobs()
    await witness.wait(for: 1)
    #expect(witness.all == ["1.0"])
    try await wait(first) {
      try await first.backend.cronStates().contains { $0.previous != nil && !$0.isRunning }
    }
    let before = try await first.backend.cronStates()
    #expect(Set(before.map(\.spec.name)) == ["tell", "old", "moved"])

    let second = try await fixture(
      witness,
      persistence: store,
      crons: [
        .interval("tell", .hours(1), "m:tell", ["n": 10]),
        .daily("moved", hourUTC: 5, minuteUTC: 0, "m:tell", ["n": 3]),
        .daily("new", hourUTC: 6, "m:tell", ["n": 4]),
      ]
    )
    let after = try await second.backend.applyCrons()
    #expect(after.map(\.spec.name) == ["tell", "moved", "new"])
    #expect(after[0].spec.arguments == ["n": 10])
    #expect(after[0].next == before.first { $0.spec.name == "tell" }?.next)
    #expect(after[1].next != before.first { $0.spec.name == "moved" }?.next)
    #expect(try await second.backend.cronStates() == after)
  }
}
