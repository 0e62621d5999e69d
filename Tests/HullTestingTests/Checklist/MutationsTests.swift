import Hull
import HullTesting
import Testing

/// spec/testing.md 9, mutations.test.ts and explicitTableNames.test.ts.
@Suite struct MutationsTests {
  private func backend() async throws -> (t: TestBackend, id: ID<Message>) {
    let t = try await TestBackend(MessageBoard.self)
    let id = try await t.mutation(Messages.$send(author: "a", body: "first", likes: 1))
    return (t, id)
  }

  @Test func `insert, patch, replace and delete do what they say`() async throws {
    let (t, id) = try await backend()
    try await t.mutation { try await $0.db.patch(id) { $0.set(\.body, "patched") } }
    #expect(try await t.query { try await $0.db.get(id)?.body } == "patched")
    try await t.mutation {
      try await $0.db.replace(id, with: Message(author: "b", body: "replaced", likes: 2))
    }
    #expect(try await t.query { try await $0.db.get(id)?.author } == "b")
    try await t.mutation { try await $0.db.delete(id) }
    #expect(try await t.query(Messages.$count()) == 0)
  }

  @Test func `a patch may carry the document's own id, but no other`() async throws {
    let (t, id) = try await backend()
    let other = try await t.mutation(Messages.$send(author: "b", body: "other"))
    try await t.mutation {
      try await $0.db.patch(id.string, ["_id": .string(id.string), "likes": 5.0])
    }
    #expect(try await t.query { try await $0.db.get(id)?.likes } == 5)
    let error = try await functionError {
      try await t.mutation {
        try await $0.db.patch(id.string, ["_id": .string(other.string)])
      }
    }
    #expect(error.message.contains("_id"), "\(error.message)")
  }

  @Test func `a document may be patched and replaced in the transaction that made it`()
    async throws
  {
    let (t, _) = try await backend()
    let likes = try await t.mutation { ctx in
      let id = try await ctx.db.insert(Message(author: "n", body: "new", likes: 0))
      try await ctx.db.patch(id) { $0.set(\.likes, 9) }
      let patched = try await ctx.db.get(id)?.likes
      try await ctx.db.replace(id, with: Message(author: "n", body: "new", likes: 10))
      return [patched, try await ctx.db.get(id)?.likes]
    }
    #expect(likes == [9, 10])
  }

  @Test func `a patch to nothing removes the field`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let id = try await t.run { try await $0.db.insert(Author(name: "x", tags: ["a"])) }
    try await t.run { try await $0.db.patch(id) { $0.set(\.tags, nil) } }
    let document = try await t.query { try await $0.db.get("authors", id.string) }
    #expect(document?.contains("tags") == false)
    #expect(document?["name"] == "x")
  }

  @Test func `ten concurrent appends all survive`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let id = try await t.run { try await $0.db.insert(Author(name: "x", tags: [])) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<10 {
        group.addTask {
          try await t.mutation { ctx in
            let tags = try await ctx.db.get(id)?.tags ?? []
            try await ctx.db.patch(id) { $0.set(\.tags, tags + ["\(number)"]) }
          }
        }
      }
      try await group.waitForAll()
    }
    let tags = try await t.query { try await $0.db.get(id)?.tags }
    #expect(tags?.sorted() == (0..<10).map(String.init))
  }

  @Test func `a delete is seen by get and by queries of the same transaction`() async throws {
    let (t, id) = try await backend()
    let seen = try await t.mutation { ctx in
      try await ctx.db.delete(id)
      let document = try await ctx.db.get(id)
      return (document == nil, try await ctx.db.query(Message.self).count())
    }
    #expect(seen == (true, 0))
  }

  @Test func `a nested mutation that fails leaves its caller's writes`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    _ = try await t.mutation { ctx in
      _ = try await ctx.db.insert(Message(author: "p", body: "before", likes: 0))
      _ = try? await ctx.runMutation(Messages.$sendTwo(fails: true))
      _ = try await ctx.db.insert(Message(author: "p", body: "after", likes: 0))
    }
    #expect(try await t.query(Messages.$byAuthor(author: "p")) == ["before", "after"])
    #expect(try await t.query(Messages.$count()) == 2)
  }

  @Test func `a caller that fails undoes a nested mutation that returned`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    await #expect(throws: ConvexError("late")) {
      try await t.mutation { ctx in
        _ = try await ctx.runMutation(Messages.$send(author: "c", body: "x"))
        throw ConvexError("late")
      }
    }
    #expect(try await t.query(Messages.$count()) == 0)
  }

  @Test func `a caller sees what a nested mutation patched and deleted of its own insert`()
    async throws
  {
    let t = try await TestBackend(
      schema: MessageBoard.schema,
      modules: MessageBoard.modules + [
        Module("n") { m in
          m.mutation("drop", args: v.object(["id": v.id("messages")])) { ctx, args in
            try await ctx.db.delete(args["id"] ?? .null)
          }
        }
      ]
    )
    let seen = try await t.mutation { ctx in
      let id = try await ctx.db.insert(Message(author: "p", body: "x", likes: 0))
      _ = try await ctx.runMutation(Messages.$like(id: id))
      let likes = try await ctx.db.get(id)?.likes
      _ = try await ctx.runMutation("n:drop", ["id": .string(id.string)])
      let document = try await ctx.db.get(id)
      return (likes, document == nil)
    }
    #expect(seen == (1, true))
  }

  @Test func `a stale query sees earlier commits and not the caller's writes`() async throws {
    let (t, _) = try await backend()
    let counts = try await t.mutation { ctx in
      _ = try await ctx.db.insert(Message(author: "p", body: "pending", likes: 0))
      let options = FunctionCallOptions(useStaleSnapshot: true)
      return [
        try await ctx.runQuery(Messages.$count, options: options),
        try await ctx.runQuery(Messages.$count),
      ]
    }
    #expect(counts == [1, 2])
  }

  @Test func `an id is accepted under its own table's name only`() async throws {
    let (t, id) = try await backend()
    let text = id.string
    #expect(try await t.query { try await $0.db.get("messages", text)?["body"] } == "first")
    try await t.mutation { try await $0.db.patch("messages", text, ["body": "patched"]) }
    let operations: [@Sendable (MutationContext) async throws -> Void] = [
      { _ = try await $0.db.get("authors", text) },
      { try await $0.db.patch("authors", text, ["body": "x"]) },
      { try await $0.db.replace("authors", text, with: ["name": "x"]) },
      { try await $0.db.delete("authors", text) },
    ]
    for operation in operations {
      let error = try await functionError { try await t.mutation(operation) }
      #expect(error.message.contains("authors"), "\(error.message)")
      #expect(error.message.contains("messages"), "\(error.message)")
    }
    try await t.mutation {
      try await $0.db.replace(
        "messages",
        text,
        with: ["author": "r", "body": "replaced", "likes": 0.0]
      )
    }
    try await t.mutation { try await $0.db.delete("messages", text) }
    #expect(try await t.query(Messages.$count()) == 0)
  }
}
