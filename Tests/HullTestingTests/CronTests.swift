import Hull
import HullTesting
import HullValues
import Testing

/// Cron jobs on the clock of a test; when runs are due is tested with `CronSchedule`.
@Suite struct CronTests {
  private static let modules = [
    Module("m") {
      $0.mutation("beat", args: v.object(["k": v.optional(v.number())])) { ctx, args in
        ctx.log("beating")
        _ = try await ctx.db.insert(
          "beats",
          ["at": .float64(ctx.now), "k": args["k"] ?? .null]
        )
        return "done"
      }
      $0.mutation("fail") { ctx, _ in
        _ = try await ctx.db.insert("beats", ["at": 0])
        throw ConvexError("broken")
      }
      $0.action("slow") { ctx, _ in
        try await ctx.sleep(for: .seconds(90))
        _ = try await ctx.runMutation("m:beat")
      }
      $0.mutation("who") { ctx, _ in
        let user = try await ctx.auth.getUserIdentity()
        _ = try await ctx.db.insert(
          "beats",
          ["at": 0, "user": user == nil ? "nobody" : "somebody"]
        )
      }
    }
  ]

  private func backend(
    _ crons: [CronJob],
    _ options: TestOptions = TestOptions()
  ) async throws -> TestBackend {
    try await TestBackend(modules: Self.modules, crons: crons, options)
  }

  private func beats(_ t: TestBackend) async throws -> [Double] {
    try await t.query { ctx in
      try await ctx.db.query("beats").collect().compactMap { $0["at"]?.float64 }
    }
  }

  @Test func `an interval runs at once and then again and again`() async throws {
    let t = try await backend([.interval("beat", .seconds(30), "m:beat", ["k": 7])])
    let start = t.clock.now
    #expect(try await beats(t).isEmpty)
    try await t.clock.advance(by: .seconds(65))
    #expect(try await beats(t) == [start, start + 30_000, start + 60_000])
    let job = try #require(try await t.crons.job("beat"))
    #expect(job.function == "m:beat")
    #expect(job.arguments == ["k": 7])
    #expect(job.schedule == .interval(seconds: 30))
    #expect(job.nextRun == start + 90_000)
    #expect(job.runs.count == 3)
    #expect(job.runs[0].outcome == .success("\"done\""))
    #expect(job.runs[0].logLines == ["[LOG] 'beating'"])
  }

  @Test func `a daily job runs once a day, within the minute it names`() async throws {
    let t = try await backend([.daily("nightly", hourUTC: 17, minuteUTC: 0, "m:beat")])
    let start = t.clock.now
    try await t.clock.advance(by: .seconds(3 * 86_400))
    let beats = try await beats(t)
    #expect(beats.count == 3)
    let first = try #require(beats.first)
    #expect((17 * 3_600_000..<17 * 3_600_000 + 60_000).contains(first - start))
    #expect(beats == [first, first + 86_400_000, first + 2 * 86_400_000])
  }

  @Test func `only the last five runs are remembered`() async throws {
    let t = try await backend([.interval("beat", .minutes(1), "m:beat")])
    try await t.clock.advance(by: .seconds(600))
    #expect(try await t.crons.job("beat")?.runs.count == 5)
    #expect(try await beats(t).count == 11)
  }

  @Test func `a run that throws is written down, changes nothing, and the next one comes`()
    async throws
  {
    let t = try await backend([.interval("broken", .seconds(10), "m:fail")])
    try await t.clock.advance(by: .seconds(10))
    let job = try #require(try await t.crons.job("broken"))
    #expect(job.runs.count == 2)
    for run in job.runs {
      guard case .failure(let error) = run.outcome else {
        Issue.record("\(run)")
        continue
      }
      #expect(error.hasPrefix("Uncaught ConvexError: broken"))
    }
    #expect(try await beats(t).isEmpty)
  }

  @Test func `an action runs once at a time, and the runs it misses are left out`() async throws {
    let t = try await backend([.interval("slow", .seconds(30), "m:slow")])
    let start = t.clock.now
    try await t.clock.advance(by: .seconds(60))
    #expect(try await t.crons.job("slow")?.isRunning == true)
    #expect(try await beats(t).isEmpty)
    try await t.clock.advance(by: .seconds(30))
    let job = try #require(try await t.crons.job("slow"))
    #expect(try await beats(t) == [start + 90_000])
    #expect(job.runs.map(\.outcome).contains(.skipped(2)))
    #expect(
      job.runs.first?.logLines == [
        "[WARN] 'Skipping 2 run(s) of job slow because multiple scheduled runs are in the past'"
      ]
    )
    #expect(job.isRunning)
  }

  @Test func `a job runs for nobody`() async throws {
    let t = try await backend([.interval("who", .hours(1), "m:who")])
    try await t.clock.advance(by: .zero)
    let user = try await t.query { try await $0.db.query("beats").first()?["user"] }
    #expect(user == "nobody")
  }

  @Test func `a job can be run by hand, and runs at its time all the same`() async throws {
    let t = try await backend([.daily("nightly", hourUTC: 17, minuteUTC: 0, "m:beat")])
    let before = try #require(try await t.crons.job("nightly"))
    let after = try await t.crons.run("nightly")
    #expect(try await beats(t) == [t.clock.now])
    #expect(after.nextRun == before.nextRun)
    #expect(after.runs.count == 1)
    await #expect(throws: TestSchedulerError.self) { try await t.crons.run("daily") }
  }

  @Test func `jobs can be switched off, and draining does not run them`() async throws {
    var options = TestOptions()
    options.runsCrons = false
    let off = try await backend([.interval("beat", .seconds(1), "m:beat")], options)
    try await off.clock.advance(by: .seconds(10))
    #expect(try await beats(off).isEmpty)
    #expect(try await off.crons.jobs.map(\.name) == ["beat"])

    let t = try await backend([.interval("beat", .seconds(1), "m:beat")])
    try await t.mutation { ctx in
      try await ctx.scheduler.runAfter(.seconds(5), "m:beat", ["k": 1])
    }
    #expect(try await t.scheduler.drain() == 1)
    #expect(try await beats(t).count == 1)
  }

  @Test func `jobs and crons run in the order of their times`() async throws {
    let t = try await backend([.interval("beat", .seconds(10), "m:beat", ["k": 0])])
    let start = t.clock.now
    try await t.mutation { ctx in
      for n in [5, 15] {
        try await ctx.scheduler.runAfter(.seconds(n), "m:beat", ["k": .float64(Double(n))])
      }
    }
    try await t.clock.advance(by: .seconds(20))
    #expect(try await beats(t) == [0, 5, 10, 15, 20].map { start + $0 * 1000 })
  }

  @Test func `a run whose commit loses is run again until it wins`() async throws {
    let t = try await backend([.interval("beat", .hours(1), "m:beat")])
    t.faults.conflict(next: 40, on: "beats")
    try await t.clock.advance(by: .zero)
    #expect(try await beats(t).count == 1)
    #expect(try await t.crons.job("beat")?.runs.count == 1)
  }
}
