import Hull
import HullTesting
import Testing

/// spec/testing.md 9, argumentsValidation.test.ts and returnsValidation.test.ts.
@Suite struct ArgumentsAndReturnsTests {
  private let shape: ObjectSchema = v.object(["a": v.string()])

  private func backend() async throws -> TestBackend {
    let shape = shape
    return try await TestBackend(modules: [
      Module("f") { m in
        m.query("query", args: shape) { _, args in args["a"] }
        m.query("freeQuery") { _, args in ConvexValue.object(args) }
        m.mutation("mutation", args: shape) { _, args in args["a"] }
        m.mutation("freeMutation") { _, args in ConvexValue.object(args) }
        m.action("action", args: shape) { _, args in args["a"] }
        m.action("freeAction") { _, args in ConvexValue.object(args) }
        m.mutation("optional", args: v.object(["a": v.optional(v.string())])) { _, args in
          args["a"]
        }
        m.query("number", args: v.object(["a": v.number()])) { _, args in args["a"] }
        m.query("union", args: v.object(["a": v.union(v.string(), v.number())])) { _, args in
          args["a"]
        }
        m.query("string", returns: v.string()) { _, args in args["value"] }
        m.query("object", returns: shape) { _, args in args["value"] }
        m.query("array", returns: v.array(shape)) { _, args in args["value"] }
        m.mutation("insert", returns: shape) { ctx, args in
          _ = try await ctx.db.insert("rows", [:])
          return args["value"]
        }
        m.action("act", returns: shape) { _, args in args["value"] }
        m.query("free") { _, args in args["value"] }
        m.query("rows") { ctx, _ in try await ctx.db.query("rows").count() }
      }
    ])
  }

  private typealias ObjectSchema = Validator

  @Test func `a query refuses a wrong type, and takes anything without a validator`() async throws {
    let t = try await backend()
    let error = try await functionError { try await t.query("f:query", ["a": 1.0]) }
    #expect(error.isArgumentValidationError)
    #expect(error.validationPath == ".a")
    #expect(try await t.query("f:freeQuery", ["x": 1.0]) == ["x": 1.0])
  }

  @Test func `a mutation refuses an unknown field, and takes it without a validator`() async throws
  {
    let t = try await backend()
    let error = try await functionError {
      try await t.mutation("f:mutation", ["a": "x", "b": 1.0])
    }
    #expect(error.message.contains("extra field `b`"))
    #expect(try await t.mutation("f:freeMutation", ["b": 1.0]) == ["b": 1.0])
  }

  @Test func `an action refuses a missing field, and takes its absence without a validator`()
    async throws
  {
    let t = try await backend()
    let error = try await functionError { try await t.action("f:action") }
    #expect(error.message.contains("missing the required field `a`"))
    #expect(try await t.action("f:freeAction") == [:])
  }

  @Test func `an optional argument may be absent`() async throws {
    let t = try await backend()
    #expect(try await t.mutation("f:optional") == .null)
    #expect(try await t.mutation("f:optional", ["a": "x"]) == "x")
  }

  @Test func `infinity is a number, a text is none`() async throws {
    let t = try await backend()
    #expect(try await t.query("f:number", ["a": 1.0]) == 1.0)
    #expect(try await t.query("f:number", ["a": .float64(.infinity)]) == .float64(.infinity))
    let error = try await functionError { try await t.query("f:number", ["a": "1"]) }
    #expect(error.isArgumentValidationError)
  }

  @Test func `both members of a union pass, null does not`() async throws {
    let t = try await backend()
    #expect(try await t.query("f:union", ["a": "x"]) == "x")
    #expect(try await t.query("f:union", ["a": 2.0]) == 2.0)
    let error = try await functionError { try await t.query("f:union", ["a": .null]) }
    #expect(error.isArgumentValidationError)
  }

  @Test func `a result of the declared type passes, another is refused`() async throws {
    let t = try await backend()
    #expect(try await t.query("f:string", ["value": "x"]) == "x")
    let error = try await functionError { try await t.query("f:string", ["value": 1.0]) }
    #expect(error.isReturnsValidationError)
  }

  @Test func `an incomplete validator refuses a whole document, a complete one takes it`()
    async throws
  {
    let t = try await TestBackend(modules: [
      Module("f") { m in
        @Sendable func read(_ ctx: QueryContext) async throws -> ConvexValue {
          .object(try #require(try await ctx.db.query("rows").first()))
        }
        m.query(
          "incomplete",
          returns: v.object(["_id": v.id("rows"), "a": v.string()])
        ) { ctx, _ in try await read(ctx) }
        m.query(
          "complete",
          returns: v.object([
            "_id": v.id("rows"), "_creationTime": v.number(), "a": v.string(),
          ])
        ) { ctx, _ in try await read(ctx) }
      }
    ])
    try await t.run { ctx in _ = try await ctx.db.insert("rows", ["a": "x"]) }
    let error = try await functionError { try await t.query("f:incomplete") }
    #expect(error.isReturnsValidationError)
    #expect(error.message.contains("_creationTime"))
    #expect(try await t.query("f:complete")["a"] == "x")
  }

  @Test func `a mutation whose result is refused commits nothing`() async throws {
    let t = try await backend()
    let error = try await functionError { try await t.mutation("f:insert", ["value": [:]]) }
    #expect(error.isReturnsValidationError)
    #expect(try await t.query("f:rows") == 0.0)
    #expect(try await t.mutation("f:insert", ["value": ["a": "x"]]) == ["a": "x"])
    #expect(try await t.query("f:rows") == 1.0)
  }

  @Test func `without a validator any result passes`() async throws {
    let t = try await backend()
    #expect(try await t.query("f:free", ["value": [1.0, "x", .null]]) == [1.0, "x", .null])
  }

  @Test func `every element of an array is checked`() async throws {
    let t = try await backend()
    let error = try await functionError {
      try await t.query("f:array", ["value": [["a": "x"], ["a": "y", "b": 1.0]]])
    }
    #expect(error.isReturnsValidationError)
    #expect(error.message.contains("extra field `b`"))
  }

  @Test func `an action's extra field is refused, the declared shape passes`() async throws {
    let t = try await backend()
    let error = try await functionError {
      try await t.action("f:act", ["value": ["a": "x", "b": 1.0]])
    }
    #expect(error.isReturnsValidationError)
    #expect(try await t.action("f:act", ["value": ["a": "x"]]) == ["a": "x"])
  }
}
