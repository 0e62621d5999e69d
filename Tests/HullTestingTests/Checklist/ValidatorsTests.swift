import Hull
import HullTesting
import Testing

/// What the reference's harness checks of the validators of arguments, results and tables.
@Suite struct ValidatorsTests {
  // MARK: argumentsValidation

  private static let functions = Module("functions") { m in
    let name = v.object(["name": v.string()])
    m.query("strict", args: name) { _, args in args["name"] ?? .null }
    m.query("loose") { _, args in ConvexValue.object(args) }
    m.mutation("strictly", args: name) { _, args in args["name"] ?? .null }
    m.mutation("loosely") { _, args in ConvexValue.object(args) }
    m.action("strictAction", args: name) { _, args in args["name"] ?? .null }
    m.action("looseAction") { _, args in ConvexValue.object(args) }
    m.query("optional", args: v.object(["name": v.optional(v.string())])) { _, args in
      args["name"] ?? "absent"
    }
    m.mutation("number", args: v.object(["x": v.number()])) { _, args in args["x"] ?? .null }
    m.query("either", args: v.object(["x": v.union(v.string(), v.number())])) { _, args in
      args["x"] ?? .null
    }
  }

  private let t: TestBackend

  init() async throws { t = try await TestBackend(modules: [Self.functions]) }

  @Test func `query, an argument of the wrong type is refused`() async throws {
    let error = try await functionError { try await t.query("functions:strict", ["name": 1]) }
    #expect(error.isArgumentValidationError)
    #expect(error.validationPath == ".name")
  }

  @Test func `query, without a validator any arguments are accepted`() async throws {
    #expect(try await t.query("functions:loose", ["x": 1]) == ["x": 1])
  }

  @Test func `mutation, an unknown argument is refused`() async throws {
    let error = try await functionError {
      try await t.mutation("functions:strictly", ["name": "Ada", "age": 36])
    }
    #expect(error.isArgumentValidationError)
    #expect(error.message.contains("Object contains extra field `age`"))
  }

  @Test func `mutation, without a validator any arguments are accepted`() async throws {
    #expect(try await t.mutation("functions:loosely", ["age": 36]) == ["age": 36])
  }

  @Test func `action, a missing argument is refused`() async throws {
    let error = try await functionError { try await t.action("functions:strictAction") }
    #expect(error.isArgumentValidationError)
    #expect(error.message.contains("missing the required field `name`"))
  }

  @Test func `action, without a validator no arguments are needed`() async throws {
    #expect(try await t.action("functions:looseAction") == [:])
  }

  @Test func `an optional argument may be absent`() async throws {
    #expect(try await t.query("functions:optional") == "absent")
    #expect(try await t.query("functions:optional", ["name": "Ada"]) == "Ada")
  }

  @Test func `infinity is a number`() async throws {
    let infinity = ConvexValue.float64(.infinity)
    #expect(try await t.mutation("functions:number", ["x": infinity]) == infinity)
    let error = try await functionError { try await t.mutation("functions:number", ["x": "1"]) }
    #expect(error.isArgumentValidationError)
  }

  @Test func `both members of a union pass, null does not`() async throws {
    #expect(try await t.query("functions:either", ["x": "a"]) == "a")
    #expect(try await t.query("functions:either", ["x": 1]) == 1)
    let error = try await functionError { try await t.query("functions:either", ["x": .null]) }
    #expect(error.isArgumentValidationError)
  }

  // MARK: returnsValidation

  private static let bare = v.object(["_id": v.id("things"), "n": v.number()])
  private static let complete = v.object([
    "_id": v.id("things"), "_creationTime": v.number(), "n": v.number(),
  ])

  /// Runs a function that returns what `body` gives, against a validator.
  private func result(
    _ returns: Validator?,
    _ kind: FunctionKind = .query,
    _ body: @escaping @Sendable (DatabaseReader) async throws -> ConvexValue
  ) async throws -> ConvexValue {
    let read = Module("read") { m in
      m.query("first", returns: returns) { ctx, _ in try await body(ctx.db) }
      m.mutation("insert", returns: returns) { ctx, _ in
        _ = try await ctx.db.insert("things", ["n": 2])
        return try await body(ctx.reading.db)
      }
      m.action("act", returns: returns) { _, _ in ["a": "x", "b": 1] as ConvexValue }
    }
    let t = try await TestBackend(modules: [read])
    try await t.run { ctx in _ = try await ctx.db.insert("things", ["n": 1]) }
    switch kind {
    case .query: return try await t.query("read:first")
    case .mutation: return try await t.mutation("read:insert")
    case .action: return try await t.action("read:act")
    }
  }

  private static let document: @Sendable (DatabaseReader) async throws -> ConvexValue = { db in
    .object(try #require(try await db.query("things").first()))
  }

  private func refusal(
    _ returns: Validator?,
    _ kind: FunctionKind = .query,
    _ body: @escaping @Sendable (DatabaseReader) async throws -> ConvexValue
  ) async throws -> FunctionError {
    try await functionError { _ = try await result(returns, kind, body) }
  }

  @Test func `query, a document against a validator without _creationTime is refused`()
    async throws
  {
    let error = try await refusal(Self.bare, .query, Self.document)
    #expect(error.isReturnsValidationError)
    #expect(error.message.contains("extra field `_creationTime`"))
  }

  @Test func `query, a document against the complete validator passes`() async throws {
    #expect(try await result(Self.complete, .query, Self.document)["n"] == 1)
  }

  @Test func `a primitive of the right type passes`() async throws {
    #expect(try await result(v.string()) { _ in "x" } == "x")
  }

  @Test func `a primitive of the wrong type is refused`() async throws {
    #expect(try await refusal(v.string()) { _ in 1 }.isReturnsValidationError)
  }

  @Test func `mutation, a document against an incomplete validator is refused`() async throws {
    #expect(try await refusal(Self.bare, .mutation, Self.document).isReturnsValidationError)
  }

  @Test func `mutation, a document against the complete validator passes`() async throws {
    #expect(try await result(Self.complete, .mutation, Self.document)["n"] == 1)
  }

  @Test func `without a validator every result passes`() async throws {
    #expect(try await result(nil, .query, Self.document)["n"] == 1)
  }

  @Test func `an array of documents with an incomplete element validator is refused`()
    async throws
  {
    let error = try await refusal(v.array(Self.bare)) { db in
      .array(try await db.query("things").collect().map { .object($0) })
    }
    #expect(error.isReturnsValidationError)
  }

  @Test func `action, an extra field is refused`() async throws {
    let error = try await refusal(v.object(["a": v.string()]), .action) { _ in .null }
    #expect(error.isReturnsValidationError)
  }

  @Test func `action, a correct result passes`() async throws {
    let returns = v.object(["a": v.string(), "b": v.number()])
    #expect(try await result(returns, .action) { _ in .null } == ["a": "x", "b": 1])
  }
}

/// What the reference's harness checks of schemas and of documents that do not match them.
@Suite struct SchemasTests {
  private func refuse(
    _ table: @autoclosure () throws -> TableDefinition,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) async {
    await #expect(throws: (any Error).self, sourceLocation: sourceLocation) {
      try await TestBackend(schema: Schema(tables: [table()]))
    }
  }

  @Test func `a table name with a hyphen is refused`() async {
    await refuse(try TableDefinition(name: TableName(validating: "a-b")))
  }

  @Test func `a table name that begins with an underscore is refused`() async {
    await refuse(try TableDefinition(name: TableName(validating: "_a")))
  }

  /// The reference's mock refuses the schema; the real backend drops the declaration.
  @Test func `a declared field that begins with an underscore counts for nothing`() async throws {
    let t = try await TestBackend(
      schema: Schema(tables: [
        TableDefinition(
          name: "things",
          documentType: v.object(["_a": v.string(), "b": v.string()])
        )
      ])
    )
    try await t.mutation { ctx in _ = try await ctx.db.insert("things", ["b": "x"]) }
    let error = try await functionError {
      try await t.mutation { ctx in _ = try await ctx.db.insert("things", ["_a": "x", "b": "x"]) }
    }
    #expect(error.message.contains("starts with an underscore"))
  }

  @Test func `a field with a hyphen inside a union of objects is refused`() async {
    await refuse(
      TableDefinition(
        name: "things",
        documentType: .union([
          v.object(["a": v.string()]),
          .object(try ObjectValidator(validating: [("a-b", FieldValidator(v.any()))])),
        ])
      )
    )
  }

  @Test func `an index name with a hyphen is refused`() async {
    await refuse(
      TableDefinition(
        name: "things",
        indexes: [IndexDefinition(name: "a-b", fields: ["a"])]
      )
    )
  }

  @Test func `the system fields may be declared`() async throws {
    let t = try await TestBackend(
      schema: Schema(tables: [
        TableDefinition(
          name: "things",
          documentType: v.object([
            "_id": v.id("things"), "_creationTime": v.number(), "a": v.string(),
          ])
        )
      ])
    )
    let id = try await t.mutation { ctx in try await ctx.db.insert("things", ["a": "x"]) }
    #expect(try await t.query { ctx in try await ctx.db.get("things", id)?["a"] } == "x")
  }

  // MARK: schemaValidation

  private func backend(isValidated: Bool = true) async throws -> (TestBackend, DocumentID) {
    let t = try await TestBackend(
      schema: Schema(
        tables: [
          TableDefinition(
            name: "things",
            documentType: v.object([
              "name": v.string(), "tags": v.optional(v.array(v.string())),
              "other": v.optional(v.id("others")),
            ])
          ),
          TableDefinition(name: "others", documentType: v.any()),
        ],
        schemaValidation: isValidated
      )
    )
    return (t, try await t.run { ctx in try await ctx.db.insert("things", ["name": "x"]) })
  }

  private func refusal(
    _ body: @escaping @Sendable (MutationContext, DocumentID) async throws -> Void
  ) async throws -> FunctionError {
    let (t, id) = try await backend()
    let error = try await functionError { try await t.mutation { try await body($0, id) } }
    #expect(error.isSchemaValidationError)
    return error
  }

  @Test func `an extra field on insert is refused`() async throws {
    let error = try await refusal { ctx, _ in
      _ = try await ctx.db.insert("things", ["name": "x", "age": 1])
    }
    #expect(error.message.contains("extra field `age`"))
  }

  @Test func `a wrong type on patch is refused`() async throws {
    let error = try await refusal { ctx, id in try await ctx.db.patch(id, ["name": 1.0]) }
    #expect(error.validationPath == ".name")
  }

  @Test func `a wrong type on replace is refused`() async throws {
    let error = try await refusal { ctx, id in try await ctx.db.replace(id, with: ["name": 1]) }
    #expect(error.validationPath == ".name")
  }

  @Test func `a wrong element type in an array is refused`() async throws {
    let error = try await refusal { ctx, _ in
      _ = try await ctx.db.insert("things", ["name": "x", "tags": ["a", 1]])
    }
    #expect(error.validationPath == ".tags[1]")
  }

  @Test func `a text that is no id is refused where an id belongs`() async throws {
    let error = try await refusal { ctx, _ in
      _ = try await ctx.db.insert("things", ["name": "x", "other": "no id"])
    }
    #expect(error.validationPath == ".other")
  }

  @Test func `an id of another table is refused`() async throws {
    let error = try await refusal { ctx, id in
      _ = try await ctx.db.insert("things", ["name": "x", "other": .string(id.string)])
    }
    #expect(error.validationPath == ".other")
    #expect(error.message.contains("things"))
  }

  @Test func `without validation anything is accepted`() async throws {
    let (t, id) = try await backend(isValidated: false)
    try await t.mutation { ctx in
      _ = try await ctx.db.insert("things", ["age": 1])
      try await ctx.db.patch(id, ["name": 1.0])
    }
    #expect(try await t.query { ctx in try await ctx.db.query("things").collect().count } == 2)
  }
}
