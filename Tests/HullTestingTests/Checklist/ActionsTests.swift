import Hull
import HullTesting
import Testing

/// spec/testing.md 9, actions.test.ts.
@Suite struct ActionsTests {
  @Test func `an action reads through runQuery and returns the documents`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    try await t.mutation(Messages.$send(author: "sarah", body: "hi"))
    let bodies = try await t.action { ctx in
      try await ctx.runQuery("messages:list").array?.compactMap { $0["body"]?.string }
    }
    #expect(bodies == ["hi"])
  }

  @Test func `an action writes through runMutation, and the write is visible afterwards`()
    async throws
  {
    let t = try await TestBackend(MessageBoard.self)
    try await t.action { ctx in
      _ = try await ctx.runMutation(Messages.$send(author: "sarah", body: "hi"))
    }
    #expect(try await t.query(Messages.$byAuthor(author: "sarah")) == ["hi"])
  }

  @Test func `an action calls itself through runAction and counts the calls`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    #expect(try await t.action(Messages.$recursively(times: 7)) == 7)
  }

  /// A helper that takes the context of an action.
  private static func count(_ ctx: ActionContext, _ times: Int) async throws -> Int {
    try await ctx.runAction(Messages.$recursively(times: times))
  }

  @Test func `a helper with an action's context does the same from an inline action`() async throws
  {
    let t = try await TestBackend(MessageBoard.self)
    #expect(try await t.action { ctx in try await Self.count(ctx, 4) } == 4)
  }

  @Test func `three mutations side by side from one action all commit`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    try await t.action(Messages.$sendThreeAtOnce())
    #expect(try await t.query(Messages.$byAuthor(author: "p")).sorted() == ["a", "b", "c"])
  }
}
