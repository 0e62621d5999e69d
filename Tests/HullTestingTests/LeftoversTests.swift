import Hull
import HullTesting
import HullValues
import Testing

/// What a test left behind fails it, unless it said so.
@Suite struct LeftoversTests {
  enum App: HullApplication {
    static let name = "leftovers"
    static let modules = [
      Module("m") {
        $0.mutation("fail") { _, _ in throw ConvexError("no") }
        $0.action("sleep") { ctx, _ in try await ctx.sleep(for: .seconds(10)) }
        $0.action("ask") { ctx, _ in
          do {
            _ = try await ctx.fetch("https://example.org/")
          } catch is FetchError {}
        }
        $0.mutation("schedule", args: v.object(["name": v.string()])) { ctx, args in
          try await ctx.scheduler.runAfter(.seconds(1), "m:\(args["name"]?.string ?? "")")
        }
      }
    ]
  }

  private func left(
    leaving expected: Set<TestLeftover> = [],
    _ body: (TestBackend) async throws -> Void
  ) async throws -> String? {
    do {
      try await withTestBackend(App.self, leaving: expected, body)
      return nil
    } catch let error as TestLeftoversError {
      return error.description
    }
  }

  @Test func `a job that never ran`() async throws {
    let body: (TestBackend) async throws -> Void = {
      try await $0.mutation("m:schedule", ["name": "fail"])
    }
    #expect(try await left(body)?.contains("A job that never ran: m.js:fail") == true)
    #expect(try await left(leaving: [.pendingJobs], body) == nil)
  }

  @Test func `a job that still sleeps`() async throws {
    let body: (TestBackend) async throws -> Void = {
      try await $0.mutation("m:schedule", ["name": "sleep"])
      try await $0.clock.advance(by: .seconds(2))
    }
    #expect(try await left(body)?.contains("A job that still sleeps: m.js:sleep") == true)
    #expect(try await left(leaving: [.runningJobs], body) == nil)
  }

  @Test func `a job that failed, unless the test has looked`() async throws {
    let body: (TestBackend) async throws -> Void = {
      try await $0.mutation("m:schedule", ["name": "fail"])
      try await $0.scheduler.drain()
    }
    #expect(try await left(body)?.contains("A job that failed unseen: m.js:fail") == true)
    #expect(try await left(leaving: [.failedJobs], body) == nil)
    let looked = try await left { t in
      try await body(t)
      #expect(try await t.scheduler.failures().count == 1)
    }
    #expect(looked == nil)
  }

  @Test func `a request that no stub answered`() async throws {
    let body: (TestBackend) async throws -> Void = { try await $0.action("m:ask") }
    #expect(
      try await left(body)?.contains("A request no stub answered: GET https://example.org/") == true
    )
    #expect(try await left(leaving: [.unansweredRequests], body) == nil)
    let stubbed = try await left { t in
      t.http.stub(.get, "https://example.org/", .text("hi"))
      try await body(t)
    }
    #expect(stubbed == nil)
  }

  @Test func `what the test itself throws comes first`() async throws {
    await #expect(throws: ConvexError.self) {
      try await withTestBackend(App.self) { t in
        try await t.mutation("m:schedule", ["name": "fail"])
        try await t.mutation("m:fail")
      }
    }
  }
}
