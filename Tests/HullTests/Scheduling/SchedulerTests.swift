import HullValues
import Testing

@testable import Hull

/// What `ctx.scheduler` asks of the engine.
@Suite struct SchedulerTests {
  let host = FakeHost()
  var ctx: MutationContext { MutationContext(host: HostHandle(host)) }

  enum Jobs: FunctionModule {
    static let modulePath = "jobs"
    static let functions: [FunctionDefinition] = []
    static let send = FunctionReference<MutationContext, Void>(procedure: "send", in: Jobs.self) {
      _,
      _ in
    }
  }

  @Test func `a reference, a call and a path ask for the same`() async throws {
    try await ctx.scheduler.runAt(5000, Jobs.send, ["to": "ada"])
    try await ctx.scheduler.runAt(5000, Jobs.send(to: "ada"))
    try await ctx.scheduler.runAt(5000, "jobs:send", ["to": "ada"])
    let calls = host.with { $0.scheduled }
    #expect(calls.map(\.path) == ["jobs:send", "jobs:send", "jobs:send"])
    #expect(calls.map(\.arguments) == Array(repeating: ["to": "ada"], count: 3))
    #expect(calls.map(\.time) == [5000, 5000, 5000])
  }

  @Test func `arguments given beside a call win`() async throws {
    try await ctx.scheduler.runAt(0, Jobs.send(to: "ada", copies: 1), ["copies": 2])
    #expect(host.with { $0.scheduled }.first?.arguments == ["to": "ada", "copies": 2])
  }

  @Test func `a delay counts from the time of the context, fractions included`() async throws {
    try await ctx.scheduler.runAfter(.microseconds(1500), Jobs.send)
    #expect(host.with { $0.scheduled }.first?.time == host.now() + 1.5)
  }

  @Test func `negative delays and times that are no numbers do not reach the engine`() async throws
  {
    await #expect(throws: HullError.self) {
      try await ctx.scheduler.runAfter(.milliseconds(-1), Jobs.send)
    }
    for time in [Double.nan, .infinity] {
      await #expect(throws: HullError.self) { try await ctx.scheduler.runAt(time, Jobs.send) }
    }
    #expect(host.with { $0.scheduled }.isEmpty)
  }

  @Test func `ids are canceled by themselves and by their text, those of other tables are not`()
    async throws
  {
    let job = try await ctx.scheduler.runAt(0, Jobs.send)
    try await ctx.scheduler.cancel(job)
    try await ctx.scheduler.cancel(job.string)
    #expect(host.with { $0.canceled } == [job.documentID, job.documentID])
    await #expect(throws: HullError.self) {
      try await ctx.scheduler.cancel(ID<Customer>(unchecked: job.documentID))
    }
    await #expect(throws: HullError.self) { try await ctx.scheduler.cancel("nonsense") }
  }

  @Test func `an action sleeps by its host`() async throws {
    try await ActionContext(host: HostHandle(host)).sleep(for: .seconds(3))
    #expect(host.with { $0.slept } == [.seconds(3)])
  }
}
