import Hull
import HullTesting
import HullValues
import Testing

/// What the reference's harness checks of scheduled functions.
@Suite struct SchedulerTests {
  enum Jobs: HullApplication {
    static let name = "jobs"
    static let modules = [
      Module("jobs") {
        $0.mutation("add", args: v.object(["n": v.number()])) { ctx, args in
          _ = try await ctx.db.insert("numbers", args)
        }
        $0.mutation("addLater", args: v.object(["n": v.number(), "delay": v.number()])) {
          ctx,
          args -> ID<ScheduledFunction> in
          let delay = args["delay"]?.float64 ?? 0
          return try await ctx.scheduler.runAfter(
            .milliseconds(Int(delay)),
            "jobs:add",
            ["n": args["n"] ?? 0]
          )
        }
        $0.query("count") { ctx, _ in try await ctx.db.query("numbers").count() }
        $0.mutation("cancel", args: v.object(["id": v.id("_scheduled_functions")])) { ctx, args in
          try await ctx.scheduler.cancel(args["id"] ?? .null)
        }
        $0.action("cancelFromAction", args: v.object(["id": v.id("_scheduled_functions")])) {
          ctx,
          args in
          try await ctx.scheduler.cancel(args["id"] ?? .null)
        }
        $0.action("addInAction", args: v.object(["n": v.number()])) { ctx, args in
          _ = try await ctx.runMutation("jobs:add", args)
        }
        $0.action("actionLater", args: v.object(["n": v.number()])) { ctx, args in
          try await ctx.scheduler.runAfter(.seconds(1), "jobs:addInAction", args)
        }
        $0.action("chain", args: v.object(["left": v.number()])) { ctx, args in
          _ = try await ctx.runMutation("jobs:add", ["n": args["left"] ?? 0])
          let left = (args["left"]?.float64 ?? 0) - 1
          if left > 0 {
            try await ctx.scheduler.runAfter(.zero, "jobs:chain", ["left": .float64(left)])
          }
        }
        $0.mutation("forever") { ctx, _ in
          try await ctx.scheduler.runAfter(.zero, "jobs:forever")
        }
        $0.mutation("fail", args: v.object(["n": v.number()])) { ctx, args in
          _ = try await ctx.db.insert("numbers", args)
          throw ConvexError("no")
        }
        $0.mutation("addLaterAndFail") { ctx, _ in
          _ = try await ctx.scheduler.runAfter(.zero, "jobs:add", ["n": 1])
          throw ConvexError("no")
        }
        $0.action("slow") { ctx, _ in
          try await ctx.sleep(for: .seconds(5))
          _ = try await ctx.runMutation("jobs:add", ["n": 5])
        }
        $0.mutation("nested") { ctx, _ in
          _ = try await ctx.runMutation("jobs:addLater", ["n": 1, "delay": 0])
        }
        $0.mutation("whoRuns", args: v.object(["big": v.int64()])) { ctx, args in
          let metadata = try await ctx.meta.getRequestMetadata()
          _ = try await ctx.db.insert(
            "notes",
            [
              "big": args["big"] ?? .null,
              "job": metadata.scheduledFunctionID.map { .string($0.string) } ?? .null,
              "user": try await ctx.auth.getUserIdentity() == nil ? "nobody" : "somebody",
            ]
          )
        }
        $0.mutation("whoRunsLater") { ctx, _ -> ID<ScheduledFunction> in
          try await ctx.scheduler.runAfter(
            .zero,
            "jobs:whoRuns",
            ["big": .int64(9_007_199_254_740_993)]
          )
        }
        $0.action("pollForEffect") { ctx, _ -> Double in
          _ = try await ctx.scheduler.runAfter(.milliseconds(100), "jobs:add", ["n": 1])
          var polls = 0.0
          while try await ctx.runQuery("jobs:count") == 0 {
            polls += 1
            try await ctx.sleep(for: .milliseconds(30))
          }
          return polls
        }
      }
    ]
  }

  private func later(
    _ t: TestBackend,
    _ n: Double,
    after delay: Double
  ) async throws -> ID<ScheduledFunction> {
    try await t.mutation("jobs:addLater", ["n": .float64(n), "delay": .float64(delay)])
  }

  private func count(_ t: TestBackend) async throws -> Double {
    try await t.query("jobs:count")
  }

  @Test func `a job is pending, with its arguments, and has succeeded after its time`() async throws
  {
    let t = try await TestBackend(Jobs.self)
    let id = try await later(t, 7, after: 10_000)
    let pending = try #require(try await t.scheduler.job(id))
    #expect(pending.state == .pending)
    #expect(pending.name == "jobs.js:add")
    #expect(pending.arguments == ["n": 7])
    #expect(pending.scheduledTime == t.clock.now + 10_000)
    #expect(pending.completedTime == nil)

    try await t.clock.advance(by: .seconds(5))
    #expect(try await t.scheduler.job(id)?.state == .pending)
    #expect(try await count(t) == 0)

    try await t.clock.advance(by: .seconds(5))
    let done = try #require(try await t.scheduler.job(id))
    #expect(done.state == .success)
    #expect(done.completedTime == t.clock.now)
    #expect(try await count(t) == 1)
  }

  @Test func `functions read the row of a job as the reference shows it`() async throws {
    let t = try await TestBackend(Jobs.self)
    let id = try await later(t, 7, after: 1000)
    let row = try #require(try await t.query { ctx in try await ctx.db.system.get(id) })
    #expect(row["name"] == "jobs.js:add")
    #expect(row["args"] == [["n": 7]])
    #expect(row["state"] == ["kind": "pending"])
    #expect(row["scheduledTime"] == .float64(t.clock.now + 1000))
    #expect(!row.contains("completedTime"))
    try await t.clock.advance(by: .seconds(1))
    let rows = try await t.query { ctx in
      try await ctx.db.system.query("_scheduled_functions").collect()
    }
    #expect(rows.map { $0["state"] } == [["kind": "success"]])
    #expect(rows[0]["completedTime"] == .float64(t.clock.now))
  }

  @Test func `a mutation that fails later changes nothing of a job that is over`() async throws {
    let t = try await TestBackend(Jobs.self)
    let id = try await later(t, 1, after: 0)
    try await t.scheduler.finishInProgress()
    await #expect(throws: ConvexError.self) { try await t.mutation("jobs:fail", ["n": 1]) }
    #expect(try await t.scheduler.job(id)?.state == .success)
  }

  @Test func `a job that a mutation cancels never runs`() async throws {
    let t = try await TestBackend(Jobs.self)
    let id = try await later(t, 1, after: 1000)
    try await t.mutation("jobs:cancel", ["id": .string(id.string)])
    #expect(try await t.scheduler.job(id)?.state == .canceled)
    #expect(try await t.scheduler.job(id)?.completedTime == t.clock.now)
    #expect(try await t.scheduler.drain() == 0)
    #expect(try await count(t) == 0)
  }

  @Test func `a job that an action cancels never runs`() async throws {
    let t = try await TestBackend(Jobs.self)
    let id = try await later(t, 1, after: 1000)
    try await t.action("jobs:cancelFromAction", ["id": .string(id.string)])
    try await t.clock.advance(by: .seconds(2))
    #expect(try await t.scheduler.job(id)?.state == .canceled)
    #expect(try await count(t) == 0)
  }

  @Test func `an action schedules an action`() async throws {
    let t = try await TestBackend(Jobs.self)
    try await t.action("jobs:actionLater", ["n": 3])
    try await t.clock.advance(by: .seconds(1))
    #expect(try await count(t) == 1)
  }

  @Test func `a chain of ten actions that schedule themselves is drained`() async throws {
    let t = try await TestBackend(Jobs.self)
    try await t.action("jobs:chain", ["left": 10])
    #expect(try await t.scheduler.drain() == 9)
    #expect(try await count(t) == 10)
  }

  @Test func `a job that fails keeps its arguments and says why`() async throws {
    let t = try await TestBackend(Jobs.self)
    let id = try await t.mutation { ctx in
      try await ctx.scheduler.runAfter(.zero, "jobs:fail", ["n": 4])
    }
    try await t.scheduler.finishInProgress()
    let failed = try #require(try await t.scheduler.failures().first)
    #expect(failed.id == id)
    #expect(failed.arguments == ["n": 4])
    guard case .failed(let error) = failed.state else {
      Issue.record("\(failed)")
      return
    }
    #expect(error.hasPrefix("Uncaught ConvexError: no\n"))
    #expect(try await count(t) == 0)
    #expect(try await t.scheduler.failures().isEmpty)
  }

  @Test func `a job that schedules itself for ever is reported by its name`() async throws {
    let t = try await TestBackend(Jobs.self)
    try await t.mutation("jobs:forever")
    await #expect {
      try await t.scheduler.drain(maxRounds: 20)
    } throws: { error in
      "\(error)".contains("jobs.js:forever")
    }
  }

  @Test func `draining counts the jobs and throws what failed if told to`() async throws {
    let t = try await TestBackend(Jobs.self)
    for n in 0..<150 { _ = try await later(t, Double(n), after: Double(n) * 1000) }
    #expect(try await t.scheduler.drain() == 150)
    try await t.mutation { ctx in
      try await ctx.scheduler.runAfter(.zero, "jobs:fail", ["n": 4])
    }
    await #expect {
      try await t.scheduler.drain(throwingFailures: true)
    } throws: { error in
      "\(error)".contains("jobs.js:fail")
    }
  }

  @Test func `an action that sleeps in a job completes when the clock is moved`() async throws {
    let t = try await TestBackend(Jobs.self)
    let id = try await t.mutation { ctx in try await ctx.scheduler.runAfter(.zero, "jobs:slow") }
    try await t.clock.advance(by: .seconds(4))
    #expect(try await t.scheduler.job(id)?.state == .inProgress)
    #expect(try await t.scheduler.inProgress.map(\.id) == [id])
    try await t.clock.advance(by: .seconds(1))
    #expect(try await t.scheduler.job(id)?.state == .success)
    #expect(try await count(t) == 1)
  }

  @Test func `a job left running does not disturb the next backend`() async throws {
    do {
      let t = try await TestBackend(Jobs.self)
      try await t.mutation { ctx in try await ctx.scheduler.runAfter(.zero, "jobs:slow") }
      try await t.scheduler.finishInProgress()
      #expect(try await t.scheduler.inProgress.count == 1)
    }
    let next = try await TestBackend(Jobs.self)
    #expect(try await next.scheduler.drain() == 0)
    #expect(try await count(next) == 0)
  }

  @Test func `only the job whose time has come runs`() async throws {
    let t = try await TestBackend(Jobs.self)
    let soon = try await later(t, 1, after: 1000)
    let late = try await later(t, 2, after: 60_000)
    try await t.clock.advance(by: .seconds(2))
    #expect(try await t.scheduler.job(soon)?.state == .success)
    #expect(try await t.scheduler.job(late)?.state == .pending)
    #expect(try await t.scheduler.pending.map(\.id) == [late])
  }

  @Test func `nothing runs until the clock is moved`() async throws {
    let t = try await TestBackend(Jobs.self)
    let id = try await later(t, 1, after: 0)
    #expect(try await t.scheduler.job(id)?.state == .pending)
    #expect(try await count(t) == 0)
    try await t.clock.advance(by: .zero)
    #expect(try await count(t) == 1)
  }

  @Test func `a job without delay runs after the mutation that scheduled it`() async throws {
    let t = try await TestBackend(Jobs.self)
    try await t.mutation { ctx in
      try await ctx.scheduler.runAfter(.zero, "jobs:add", ["n": 1])
      let seen = try await ctx.db.query("numbers").count()
      #expect(seen == 0)
    }
    try await t.scheduler.finishInProgress()
    #expect(try await count(t) == 1)
  }

  @Test func `a mutation that fails leaves neither effect nor job`() async throws {
    let t = try await TestBackend(Jobs.self)
    await #expect(throws: ConvexError.self) { try await t.mutation("jobs:addLaterAndFail") }
    #expect(try await t.scheduler.pending.isEmpty)
    let rows = try await t.query { ctx in
      try await ctx.db.system.query("_scheduled_functions").count()
    }
    #expect(rows == 0)
    #expect(try await t.scheduler.drain() == 0)
  }

  @Test func `a nested mutation that is undone takes its jobs with it`() async throws {
    let t = try await TestBackend(Jobs.self)
    try await t.mutation { ctx in
      do {
        try await ctx.runMutation("jobs:addLaterAndFail")
      } catch is ConvexError {}
      try await ctx.scheduler.runAfter(.zero, "jobs:add", ["n": 2])
    }
    #expect(try await t.scheduler.pending.map(\.arguments) == [["n": 2]])
  }

  @Test func `what a nested mutation schedules runs as a function of its own`() async throws {
    let t = try await TestBackend(Jobs.self)
    try await t.mutation("jobs:nested")
    try await t.scheduler.finishInProgress()
    #expect(try await count(t) == 1)
    #expect(t.logs.isEmpty)
  }

  @Test func `large integers survive, nobody is signed in, and a job knows its own id`()
    async throws
  {
    let t = try await TestBackend(Jobs.self)
    let sarah = try t.withIdentity(["name": "Sarah"])
    let id: ID<ScheduledFunction> = try await sarah.mutation("jobs:whoRunsLater")
    try await t.scheduler.finishInProgress()
    let note = try #require(try await t.query { try await $0.db.query("notes").first() })
    #expect(note["big"] == .int64(9_007_199_254_740_993))
    #expect(note["job"] == .string(id.string))
    #expect(note["user"] == "nobody")
  }

  @Test func `an action that schedules a mutation and polls sees its effect`() async throws {
    let t = try await TestBackend(Jobs.self)
    async let polls: Double = t.action("jobs:pollForEffect")
    await t.clock.waitForSleepers()
    try await t.clock.advance(by: .seconds(1))
    #expect(try await polls == 4)
  }

  @Test func `jobs start by themselves if the test wants it, and can be waited for`() async throws {
    var options = TestOptions()
    options.runsDueJobs = true
    let t = try await TestBackend(Jobs.self, options)
    let id = try await later(t, 1, after: 0)
    try await t.scheduler.finishInProgress()
    #expect(try await t.scheduler.job(id)?.state == .success)
    #expect(try await count(t) == 1)
  }
}
