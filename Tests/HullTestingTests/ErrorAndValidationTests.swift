import Hull
import HullTesting
import Testing

/// F6–F9 and section 5: what is refused, how a test sees it, and that nothing of it is kept.
@Suite struct ErrorAndValidationTests {
  @Test func `the data of a ConvexError reaches the test as a value`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let data: ConvexValue = ["code": "EMPTY", "details": ["field": "body"]]
    await #expect(throws: ConvexError(data)) {
      try await t.mutation(Messages.$send(author: "a", body: ""))
    }
    let error = try await convexError {
      try await t.mutation(Messages.$send(author: "a", body: ""))
    }
    #expect(error.data["code"] == "EMPTY")
    for data: ConvexValue in ["text", 1.0, true, .null, ["list": [1.0]]] {
      await #expect(throws: ConvexError(data)) {
        try await t.query { _ in throw ConvexError(data) }
      }
    }
  }

  @Test func `a caught error of a nested call has the same data`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let caught = try await t.mutation(Messages.$sendEmptyAndGoOn())
    #expect(caught == ["code": "EMPTY", "details": ["field": "body"]])
    #expect(try await t.query(Messages.$byAuthor(author: "a")) == ["first"])
    let inAction = try await t.action { ctx in
      do {
        _ = try await ctx.runMutation(Messages.$send(author: "a", body: ""))
        return ConvexValue.null
      } catch let error as ConvexError {
        return error.data
      }
    }
    #expect(inAction["code"] == "EMPTY")
  }

  @Test func `the caller's failure takes a nested mutation back`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    await #expect(throws: ConvexError("failed")) {
      try await t.mutation(Messages.$sendTwo(fails: true))
    }
    #expect(try await t.query(Messages.$count()) == 0)
    try await t.mutation(Messages.$sendTwo(fails: false))
    #expect(try await t.query(Messages.$count()) == 2)
  }

  @Test func `arguments are checked with the reference's texts`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let missing = try await functionError { try await t.mutation("messages:send", ["body": "x"]) }
    #expect(missing.isArgumentValidationError)
    #expect(missing.message.contains("Object is missing the required field `author`."))
    let wrong = try await functionError {
      try await t.mutation("messages:send", ["author": "a", "body": 1.0])
    }
    #expect(wrong.validationPath == ".body")
    let extra = try await functionError {
      try await t.mutation("messages:send", ["author": "a", "body": "b", "x": 1.0])
    }
    #expect(extra.message.contains("Object contains extra field `x` that is not in the validator."))
    #expect(extra.validationPath == "")
    #expect(try await t.query("untyped:echo", ["anything": [1.0]]) == ["anything": [1.0]])
    #expect(try await t.query("untyped:oneOf", ["x": 1.0]) == 1.0)
    #expect(try await t.query("untyped:oneOf", ["x": "a"]) == "a")
    let null = try await functionError { try await t.query("untyped:oneOf", ["x": .null]) }
    #expect(null.isArgumentValidationError)
    #expect(try await t.query(Messages.$count()) == 0)
  }

  @Test func `an optional argument may be absent`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    try await t.mutation("messages:send", ["author": "a", "body": "b"])
    try await t.mutation("messages:send", ["author": "a", "body": "c", "likes": 3.0])
    let likes = try await t.query { ctx in
      try await ctx.db.query(Message.self).collect().map(\.likes)
    }
    #expect(likes == [0, 3])
  }

  /// D1.
  @Test func `a result that does not match is an error, and a mutation's writes are undone`()
    async throws
  {
    let t = try await TestBackend(MessageBoard.self)
    let query = try await functionError { try await t.query("untyped:wrongResult") }
    #expect(query.isReturnsValidationError)
    #expect(query.message.hasPrefix("ReturnsValidationError: Object contains extra field `b`"))
    let action = try await functionError { try await t.action("untyped:extraResult") }
    #expect(action.isReturnsValidationError)
    _ = try await functionError { try await t.mutation("untyped:insertWrongResult") }
    #expect(try await t.query { ctx in try await ctx.db.query(Author.self).count() } == 0)
  }

  @Test func `a document that does not match the schema is refused when it is written`()
    async throws
  {
    let t = try await TestBackend(MessageBoard.self)
    func refused(
      _ body: @escaping @Sendable (MutationContext) async throws -> Void
    ) async throws -> FunctionError {
      try await functionError { try await t.mutation(body) }
    }
    let id = try await t.run { ctx in
      try await ctx.db.insert("authors", ["name": "Ada", "tags": ["x"]])
    }
    let extra = try await refused { ctx in
      _ = try await ctx.db.insert("authors", ["name": "x", "age": 1.0])
    }
    #expect(extra.isSchemaValidationError)
    #expect(extra.message.contains("Object contains extra field `age`"))
    let patch = try await refused { ctx in try await ctx.db.patch(id, ["name": 1.0]) }
    #expect(patch.validationPath == ".name")
    let replace = try await refused { ctx in
      try await ctx.db.replace(id, with: ["name": "x", "tags": ["y", 1.0]])
    }
    #expect(replace.validationPath == ".tags[1]")
    #expect(try await t.query { ctx in try await ctx.db.get("authors", id)?["name"] } == "Ada")
  }

  /// D28.
  @Test func `work that is not awaited cannot change what was returned`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    for _ in 0..<20 { #expect(try await t.mutation("untyped:leaveWork") == "returned") }
    let count = try await t.query { ctx in try await ctx.db.query(Author.self).count() }
    #expect((0...20).contains(count))
    #expect(try await t.query { ctx in try await ctx.db.query(Author.self).count() } == count)
  }

  @Test func `what should fail and does not is reported`() async throws {
    await #expect(throws: UnexpectedSuccess.self) { try await convexError { 1 } }
    await #expect(throws: UnexpectedSuccess.self) { try await functionError { 1 } }
  }
}
