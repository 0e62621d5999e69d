import Hull
import HullTesting
import Testing

/// spec/testing.md 9, inlineFunctions.test.ts, helpers.test.ts and runtime.test.ts.
@Suite struct InlineAndHelperTests {
  // MARK: Inline functions

  @Test func `an inline query reads`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    try await t.mutation(Messages.$send(author: "a", body: "x"))
    #expect(try await t.query { ctx in try await ctx.db.query(Message.self).count() } == 1)
  }

  @Test func `an inline mutation inserts, patches and deletes`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let id = try await t.mutation { ctx in
      try await ctx.db.insert(Message(author: "a", body: "x", likes: 0))
    }
    try await t.mutation { ctx in try await ctx.db.patch(id) { $0.set(\.likes, 3) } }
    #expect(try await t.query { ctx in try await ctx.db.get(id)?.likes } == 3)
    try await t.mutation { ctx in try await ctx.db.delete(id) }
    #expect(try await t.query { ctx in try await ctx.db.get(id)?.likes } == nil)
  }

  @Test func `an inline mutation that throws leaves nothing`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    await #expect(throws: ConvexError("no")) {
      try await t.mutation { ctx in
        _ = try await ctx.db.insert(Message(author: "a", body: "x", likes: 0))
        throw ConvexError("no")
      }
    }
    #expect(try await t.query(Messages.$count()) == 0)
  }

  @Test func `data of a caller with an identity is the anonymous caller's, too`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let sarah = try t.withIdentity(["name": "Sarah"])
    try await sarah.mutation { ctx in
      let name = try await ctx.auth.getUserIdentity()?["name"]?.string ?? "nobody"
      _ = try await ctx.db.insert(Message(author: name, body: "x", likes: 0))
    }
    #expect(try await t.query(Messages.$byAuthor(author: "Sarah")) == ["x"])
  }

  @Test func `an inline function returns any Swift value`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    #expect(try await t.query { _ in (1...4).reduce(0, +) } == 10)
    #expect(try await t.action { _ in "text" } == "text")
    #expect(try await t.action { _ in ["key": [1, 2]] } == ["key": [1, 2]])
  }

  @Test func `an inline action calls a query and a mutation by reference`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let count = try await t.action { ctx in
      _ = try await ctx.runMutation(Messages.$send(author: "a", body: "x"))
      return try await ctx.runQuery(Messages.$count())
    }
    #expect(count == 1)
  }

  // MARK: Helpers

  private static func bodies(_ ctx: QueryContext, of author: String) async throws -> [String] {
    try await ctx.db.query(Message.self).withIndex(Message.byAuthor) { $0.eq(author) }
      .collect().map(\.body)
  }

  private static func total(_ ctx: QueryContext) async throws -> Int {
    try await bodies(ctx, of: "a").count + bodies(ctx, of: "b").count
  }

  private static func post(_ ctx: MutationContext, _ body: String) async throws -> ID<Message> {
    let author = try await ctx.auth.getUserIdentity()?["name"]?.string ?? "a"
    return try await ctx.db.insert(Message(author: author, body: body, likes: 0))
  }

  private static func postThree(_ ctx: MutationContext) async throws -> [ID<Message>] {
    [try await post(ctx, "1"), try await post(ctx, "2"), try await post(ctx, "3")]
  }

  @Test func `a helper is called through an inline query`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    try await t.mutation(Messages.$send(author: "a", body: "from a"))
    try await t.mutation(Messages.$send(author: "b", body: "from b"))
    #expect(try await t.query { try await Self.bodies($0, of: "a") } == ["from a"])
    #expect(try await t.query { try await Self.bodies($0, of: "b") } == ["from b"])
  }

  @Test func `a helper that calls a helper counts`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    #expect(try await t.query { try await Self.total($0) } == 0)
    try await t.mutation { _ = try await Self.postThree($0) }
    #expect(try await t.query { try await Self.total($0) } == 3)
  }

  @Test func `helpers insert one and several, and give their ids`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let one = try await t.mutation { try await Self.post($0, "one") }
    #expect(try await t.query { try await $0.db.get(one)?.body } == "one")
    let three = try await t.mutation { try await Self.postThree($0) }
    #expect(Set(three).count == 3)
  }

  @Test func `a helper mixes with inline code, under an identity`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let count = try await t.withIdentity(["name": "Lee"]).mutation { ctx in
      _ = try await Self.post(ctx, "by helper")
      _ = try await ctx.db.insert(Message(author: "Lee", body: "inline", likes: 0))
      return try await Self.bodies(ctx.reading, of: "Lee").count
    }
    #expect(count == 2)
  }

  // MARK: What functions may use

  @Test func `random numbers, ids and bytes come from the seed`() async throws {
    func draw() async throws -> [UInt64] {
      let t = try await TestBackend(MessageBoard.self)
      return try await t.mutation { ctx in
        var random = ctx.random
        return (0..<4).map { _ in UInt64.random(in: 0...UInt64.max, using: &random) }
      }
    }
    let (first, second) = (try await draw(), try await draw())
    #expect(first == second)
    #expect(Set(first).count == 4)
  }

  @Test func `bytes go through a function unchanged`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let bytes = ConvexValue.bytes((0...255).map { UInt8($0) })
    #expect(try await t.query("untyped:echo", ["bytes": bytes])["bytes"] == bytes)
  }
}
