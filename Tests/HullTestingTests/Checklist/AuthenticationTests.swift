import Hull
import HullTesting
import Testing

/// spec/testing.md 9, authentication.test.ts.
@Suite struct AuthenticationTests {
  private static let module = Module("who") { m in
    m.query("query") { ctx, _ in try await ctx.auth.getUserIdentity()?["name"] }
    m.mutation("mutation") { ctx, _ in try await ctx.auth.getUserIdentity()?["name"] }
    m.action("action") { ctx, _ in try await ctx.auth.getUserIdentity()?["name"] }
    m.mutation("mutationQuery") { ctx, _ in try await ctx.runQuery("who:query") }
    m.mutation("mutationMutation") { ctx, _ in try await ctx.runMutation("who:mutation") }
    m.mutation("mutationMutationQuery") { ctx, _ in
      try await ctx.runMutation("who:mutationQuery")
    }
    m.query("queryQuery") { ctx, _ in try await ctx.runQuery("who:query") }
    m.action("actionQuery") { ctx, _ in try await ctx.runQuery("who:query") }
    m.action("actionMutation") { ctx, _ in try await ctx.runMutation("who:mutation") }
    m.action("actionAction") { ctx, _ in try await ctx.runAction("who:action") }
    m.action("actionActionQuery") { ctx, _ in try await ctx.runAction("who:actionQuery") }
  }

  @Test func `an identity with only a name has the texts every identity has`() async throws {
    let t = try await TestBackend(modules: [Self.module])
    let identity = try await t.withIdentity(["name": "Sarah"]).query { ctx in
      try await ctx.auth.getUserIdentity()
    }
    #expect(identity?.subject.isEmpty == false)
    #expect(identity?.issuer == "https://convex.test")
    #expect(identity?.tokenIdentifier == "https://convex.test|\(identity?.subject ?? "")")
  }

  @Test(arguments: ["query", "queryQuery"])
  func `a query sees the identity, directly and nested`(name: String) async throws {
    let t = try await TestBackend(modules: [Self.module])
    #expect(try await t.query("who:\(name)") == .null)
    #expect(try await t.withIdentity(["name": "Sarah"]).query("who:\(name)") == "Sarah")
  }

  @Test(arguments: ["mutation", "mutationQuery", "mutationMutation", "mutationMutationQuery"])
  func `a mutation sees the identity, directly and nested`(name: String) async throws {
    let t = try await TestBackend(modules: [Self.module])
    #expect(try await t.withIdentity(["name": "Sarah"]).mutation("who:\(name)") == "Sarah")
  }

  @Test(arguments: [
    "action", "actionQuery", "actionMutation", "actionAction", "actionActionQuery",
  ])
  func `an action sees the identity, directly and nested`(name: String) async throws {
    let t = try await TestBackend(modules: [Self.module])
    #expect(try await t.withIdentity(["name": "Sarah"]).action("who:\(name)") == "Sarah")
  }

  @Test func `inline functions see the identity`() async throws {
    let t = try await TestBackend(modules: [Self.module])
    let sarah = try t.withIdentity(["name": "Sarah"])
    #expect(try await sarah.query { try await $0.auth.getUserIdentity()?["name"] } == "Sarah")
    #expect(try await sarah.mutation { try await $0.auth.getUserIdentity()?["name"] } == "Sarah")
    #expect(try await sarah.action { try await $0.auth.getUserIdentity()?["name"] } == "Sarah")
  }
}
