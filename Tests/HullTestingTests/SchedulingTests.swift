import Hull
import HullTesting
import HullValues
import Testing

/// Scheduling beyond the reference's checklist: order, limits, cancelling what runs.
@Suite struct SchedulingTests {
  private func backend(
    _ options: TestOptions = TestOptions(),
    _ register: (inout ModuleBuilder) -> Void = { _ in }
  ) async throws -> TestBackend {
    try await TestBackend(
      modules: [
        Module("m") {
          $0.mutation("note", args: v.any()) { ctx, args in
            _ = try await ctx.db.insert("notes", args)
          }
          $0.query("list") { _, _ in 0 }
          $0.mutation("swallow", args: v.any()) { _, _ in }
          $0.internalMutation("secret") { ctx, _ in
            _ = try await ctx.db.insert("notes", ["text": "secret"])
          }
          register(&$0)
        }
      ],
      options
    )
  }

  private func notes(_ t: TestBackend) async throws -> [String] {
    try await t.query { ctx in
      try await ctx.db.query("notes").collect().compactMap { $0["text"]?.string }
    }
  }

  @Test func `jobs run in the order of their times, at those times`() async throws {
    let t = try await backend {
      $0.mutation("stamp", args: v.any()) { ctx, args in
        _ = try await ctx.db.insert("notes", ["text": .string("\(args["n"]!) at \(ctx.now)")])
      }
    }
    let start = t.clock.now
    try await t.mutation { ctx in
      for n in [3, 1, 2] {
        try await ctx.scheduler.runAfter(.seconds(n), "m:stamp", ["n": .float64(Double(n))])
      }
      try await ctx.scheduler.runAt(ctx.now - 5000, "m:stamp", ["n": 0])
    }
    try await t.clock.advance(by: .seconds(10))
    let expected = [0, 1, 2, 3].map { "\(Double($0)) at \(start + Double($0) * 1000)" }
    #expect(try await notes(t) == expected)
    #expect(t.clock.now == start + 10_000)
  }

  @Test func `internal functions can be scheduled, unknown ones and queries cannot run`()
    async throws
  {
    let t = try await backend()
    try await t.mutation { ctx in try await ctx.scheduler.runAfter(.zero, "m:secret") }
    try await t.scheduler.drain()
    #expect(try await notes(t) == ["secret"])
    for (path, message) in [
      ("nowhere:run", "Attempted to schedule function at nonexistent path: nowhere.js"),
      (
        "m:nothing",
        "Attempted to schedule function, but no exported function nothing found in the file: m.js. "
          + "Did you forget to export it?"
      ),
    ] {
      await #expect {
        try await t.mutation { ctx in try await ctx.scheduler.runAfter(.zero, path) }
      } throws: { "\($0)".contains(message) }
    }
    try await t.mutation { ctx in try await ctx.scheduler.runAfter(.zero, "m:list") }
    try await t.scheduler.drain()
    let failed = try await t.scheduler.failures()
    #expect(failed.count == 1)
    #expect("\(failed)".contains("Unsupported function type"))
  }

  @Test func `arguments are validated when the job runs, not before`() async throws {
    let t = try await backend {
      $0.mutation("strict", args: v.object(["n": v.number()])) { _, _ in }
    }
    try await t.mutation { ctx in
      try await ctx.scheduler.runAfter(.zero, "m:strict", ["n": "seven"])
    }
    try await t.scheduler.drain()
    #expect("\(try await t.scheduler.failures())".contains("ArgumentValidationError"))
  }

  @Test(arguments: [
    (Duration.seconds(-1), "`delayMs` must be non-negative"),
    (.seconds(6 * 366 * 86_400), "is more than 5 years in the future"),
  ])
  func `a delay is from nothing to five years`(delay: Duration, message: String) async throws {
    let t = try await backend()
    await #expect {
      try await t.mutation { ctx in try await ctx.scheduler.runAfter(delay, "m:note") }
    } throws: { "\($0)".contains(message) }
    await #expect {
      try await t.action { ctx in try await ctx.scheduler.runAfter(delay, "m:note") }
    } throws: { "\($0)".contains(message) }
  }

  @Test func `times that are none, or long past, are refused`() async throws {
    let t = try await backend()
    await #expect {
      try await t.mutation { ctx in try await ctx.scheduler.runAt(.nan, "m:note") }
    } throws: { "\($0)".contains("finite") }
    await #expect {
      try await t.mutation { ctx in try await ctx.scheduler.runAt(0, "m:note") }
    } throws: { "\($0)".contains("is more than 5 years in the past") }
  }

  @Test func `a mutation schedules a thousand functions and not one more`() async throws {
    let t = try await backend()
    try await t.mutation { ctx in
      for _ in 0..<1000 { try await ctx.scheduler.runAfter(.zero, "m:note") }
      let used = try await ctx.meta.getTransactionMetrics().functionsScheduled
      #expect(used.used == 1000)
      #expect(used.remaining == 0)
    }
    await #expect {
      try await t.mutation { ctx in
        for _ in 0...1000 { try await ctx.scheduler.runAfter(.zero, "m:note") }
      }
    } throws: {
      "\($0)".contains("Too many functions scheduled by this mutation (limit: 1000)")
    }
    #expect(try await t.scheduler.drain() == 1000)
  }

  @Test func `the arguments of one mutation's jobs are 16 MiB at most`() async throws {
    let t = try await backend()
    let text = ConvexValue.string(String(repeating: "x", count: 6 << 20))
    await #expect {
      try await t.mutation { ctx in
        for _ in 0..<3 { try await ctx.scheduler.runAfter(.zero, "m:note", ["text": text]) }
      }
    } throws: {
      "\($0)".contains(
        "Too large total size of the arguments of scheduled functions from this mutation "
          + "(limit: 16777216 bytes)"
      )
    }
  }

  @Test func `a job cannot cancel itself, and a finished one stays what it is`() async throws {
    let t = try await backend {
      $0.mutation("suicide") { ctx, _ in
        let me = try await ctx.meta.getRequestMetadata().scheduledFunctionID
        if let me { try await ctx.scheduler.cancel(me) }
      }
    }
    let id = try await t.mutation { ctx in try await ctx.scheduler.runAfter(.zero, "m:suicide") }
    try await t.scheduler.drain()
    #expect("\(try await t.scheduler.failures())".contains("A mutation cannot cancel itself"))
    try await t.mutation { ctx in try await ctx.scheduler.cancel(id) }
    guard case .failed? = try await t.scheduler.job(id)?.state else {
      Issue.record("a failed job was canceled")
      return
    }
  }

  @Test func `only ids of jobs can be canceled`() async throws {
    let t = try await backend()
    let note = try await t.mutation { ctx in try await ctx.db.insert("notes", [:]) }
    for wrong in [note.string, "nonsense"] {
      await #expect {
        try await t.mutation { ctx in try await ctx.scheduler.cancel(wrong) }
      } throws: {
        "\($0)".contains(
          "Invalid scheduled function ID. The ID must be an ID on the '_scheduled_functions' table."
        )
      }
    }
  }

  @Test func `an action that is canceled goes on, and what it schedules is canceled`() async throws
  {
    let t = try await backend {
      $0.action("long") { ctx, _ in
        try await ctx.sleep(for: .seconds(10))
        try await ctx.scheduler.runAfter(.zero, "m:note", ["text": "direct"])
        _ = try await ctx.runMutation("m:scheduleNote")
        _ = try await ctx.runMutation("m:note", ["text": "written"])
      }
      $0.mutation("scheduleNote") { ctx, _ in
        try await ctx.scheduler.runAfter(.zero, "m:note", ["text": "nested"])
      }
    }
    let id = try await t.mutation { ctx in try await ctx.scheduler.runAfter(.zero, "m:long") }
    try await t.clock.advance(by: .seconds(1))
    try await t.mutation { ctx in try await ctx.scheduler.cancel(id) }
    try await t.clock.advance(by: .seconds(10))
    #expect(try await notes(t) == ["written"])
    let states = try await t.query { ctx in
      try await ctx.db.system.query("_scheduled_functions").collect().map { $0["state"] }
    }
    #expect(states == Array(repeating: ["kind": "canceled"], count: 3))
  }

  @Test func `a job whose commit loses is run again until it wins`() async throws {
    let t = try await backend()
    let id = try await t.mutation { ctx in
      try await ctx.scheduler.runAfter(.zero, "m:note", ["text": "once"])
    }
    t.faults.conflict(next: 40, on: "notes")
    try await t.scheduler.finishInProgress()
    #expect(try await t.scheduler.job(id)?.state == .success)
    #expect(try await notes(t) == ["once"])
    #expect(t.faults.pendingConflicts == 0)
  }

  @Test func `one job can be run before its time`() async throws {
    let t = try await backend()
    let (first, second) = try await t.mutation { ctx in
      (
        try await ctx.scheduler.runAfter(.seconds(60), "m:note", ["text": "first"]),
        try await ctx.scheduler.runAfter(.seconds(30), "m:note", ["text": "second"])
      )
    }
    try await t.scheduler.run(first)
    #expect(try await notes(t) == ["first"])
    #expect(try await t.scheduler.job(second)?.state == .pending)
    try await t.scheduler.drain()
    #expect(try await notes(t) == ["first", "second"])
  }

  @Test func `a subscribed query sees what a job wrote`() async throws {
    let t = try await backend {
      $0.query("texts") { ctx, _ in
        ConvexValue.array(try await ctx.db.query("notes").collect().map { $0["text"] ?? .null })
      }
    }
    let list = try await t.subscribe("m:texts")
    try await t.mutation { ctx in
      try await ctx.scheduler.runAfter(.seconds(1), "m:note", ["text": "later"])
    }
    #expect(try await list.changes().isEmpty)
    try await t.clock.advance(by: .seconds(1))
    #expect(try await list.changes() == [["later"]])
  }

  @Test func `arguments too deep for a row are refused, and never keep other jobs from running`()
    async throws
  {
    let t = try await backend()
    var refused: [Int] = []
    for levels in 50...70 {
      let value: ConvexValue = (0..<levels).reduce("bottom") { value, _ in .array([value]) }
      do {
        try await t.mutation { ctx in
          try await ctx.scheduler.runAfter(.zero, "m:swallow", ["value": value])
        }
        // What was accepted can be read and run.
        #expect(try await t.scheduler.pending.map { $0.arguments["value"] } == [value])
        #expect(try await t.scheduler.drain(throwingFailures: true) == 1)
      } catch let error as FunctionError {
        #expect("\(error)".contains("Invalid argument `args` for `scheduler`"))
        refused.append(levels)
      }
    }
    let first = try #require(refused.first)
    #expect(refused == Array(first...70))
    #expect(first > 55)
  }
}
