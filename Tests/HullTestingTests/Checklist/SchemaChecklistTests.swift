import Hull
import HullTesting
import HullValues
import Testing

/// spec/testing.md 9, schema.test.ts, schemaValidation.test.ts and messages.test.ts.
@Suite struct SchemaChecklistTests {
  @Test(arguments: ["a-b", "_a"])
  func `a table name that is no identifier is refused`(name: String) async throws {
    await #expect(throws: (any Error).self) {
      let definition = TableDefinition(
        name: try TableName(validating: name),
        documentType: v.object([:])
      )
      _ = try await TestBackend(schema: Schema(tables: [definition]))
    }
  }

  @Test func `a field that is no identifier is refused before it is in a schema`() async throws {
    #expect(throws: ConvexValueError.self) {
      try ObjectValidator(validating: [("a-b", FieldValidator(v.string()))])
    }
    let definition = TableDefinition(name: "t", documentType: v.object(["_a": v.string()]))
    let t = try await TestBackend(schema: Schema(tables: [definition]))
    let error = try await functionError {
      try await t.run { _ = try await $0.db.insert("t", ["_a": "x"]) }
    }
    #expect(error.message.contains("_a"), "\(error.message)")
  }

  @Test func `system fields may be declared`() async throws {
    let type = v.object([
      "_id": v.id("t"), "_creationTime": v.number(), "a": v.string(),
    ])
    let t = try await TestBackend(
      schema: Schema(tables: [TableDefinition(name: "t", documentType: type)])
    )
    try await t.run { ctx in _ = try await ctx.db.insert("t", ["a": "x"]) }
    #expect(try await t.query { try await $0.db.query("t").count() } == 1)
  }

  @Test func `an index whose name is no identifier is refused`() async throws {
    var table = TableDefinition(name: "t", documentType: v.object(["a": v.string()]))
    table.indexes = [IndexDefinition(name: "a-b", fields: ["a"])]
    let schema = Schema(tables: [table])
    await #expect(throws: (any Error).self) { try await TestBackend(schema: schema) }
  }

  // MARK: Documents against the schema

  private func backend(isChecked: Bool = true) async throws -> TestBackend {
    try await TestBackend(
      schema: Schema(
        tables: [
          TableDefinition(
            name: "rows",
            documentType: v.object([
              "a": v.string(), "list": v.optional(v.array(v.number())),
              "row": v.optional(v.id("rows")),
            ])
          ),
          TableDefinition(name: "others", documentType: v.any()),
        ],
        schemaValidation: isChecked
      )
    )
  }

  @Test(
    arguments: [
      ["a": "x", "b": 1.0], ["a": 1.0], [:], ["a": "x", "list": [1.0, "two"]],
      ["a": "x", "row": "not an id"],
    ] as [ConvexObject]
  )
  func `a document that does not match is refused however it is written`(
    fields: ConvexObject
  ) async throws {
    let t = try await backend()
    let id = try await t.run { try await $0.db.insert("rows", ["a": "x"]) }
    let writes: [@Sendable (MutationContext) async throws -> Void] = [
      { _ = try await $0.db.insert("rows", fields) },
      { try await $0.db.replace("rows", id, with: fields) },
    ]
    for write in writes {
      let error = try await functionError { try await t.run(write) }
      #expect(error.isSchemaValidationError, "\(error.message)")
    }
    guard !fields.isEmpty else { return }
    let error = try await functionError {
      try await t.run { try await $0.db.patch("rows", id, fields: fields) }
    }
    #expect(error.isSchemaValidationError, "\(error.message)")
    #expect(try await t.query { try await $0.db.query("rows").count() } == 1)
  }

  @Test func `an id of another table is refused in an id field`() async throws {
    let t = try await backend()
    let other = try await t.run { try await $0.db.insert("others", [:]) }
    let error = try await functionError {
      try await t.run {
        _ = try await $0.db.insert("rows", ["a": "x", "row": .string("\(other)")])
      }
    }
    #expect(error.isSchemaValidationError, "\(error.message)")
    #expect(error.validationPath == ".row")
  }

  @Test func `without validation anything is taken`() async throws {
    let t = try await backend(isChecked: false)
    try await t.run { _ = try await $0.db.insert("rows", ["b": 1.0]) }
    #expect(try await t.query { try await $0.db.query("rows").count() } == 1)
  }

  // MARK: Every kind of value

  @Test(
    arguments: [
      "text", "", true, false, 1.5, .float64(-0.0), .float64(.infinity), .float64(-.infinity),
      .float64(.nan), .int64(.min), .int64(7), .null, [1.0, [true, .null]], ["nested": ["x": 1.0]],
      .bytes([0, 255, 1]),
    ] as [ConvexValue]
  )
  func `a value survives every operation`(value: ConvexValue) async throws {
    var table = TableDefinition(name: "rows", documentType: v.any())
    table.indexes = [IndexDefinition(name: "by_value", fields: ["value"])]
    let t = try await TestBackend(schema: Schema(tables: [table]))
    let id = try await t.run { ctx in
      _ = try await ctx.db.insert("rows", ["value": "something else"])
      return try await ctx.db.insert("rows", ["value": value])
    }
    func read() async throws -> ConvexValue? {
      try await t.query { try await $0.db.get("rows", id)?["value"] }
    }
    #expect(try await read() == value)
    let byIndex = try await t.query {
      try await $0.db.query("rows").withIndex("by_value") { $0.eq("value", value) }.collect().count
    }
    #expect(byIndex == 1)
    let byFilter = try await t.query {
      try await $0.db.query("rows").filter { $0.eq($0.field("value"), $0.literal(value)) }.collect()
        .count
    }
    #expect(byFilter == 1)
    try await t.run { try await $0.db.patch("rows", id, ["value": "patched"]) }
    try await t.run { try await $0.db.patch("rows", id, ["value": value]) }
    #expect(try await read() == value)
    try await t.run { try await $0.db.replace("rows", id, with: ["value": value]) }
    #expect(try await read() == value)
    try await t.run { try await $0.db.delete("rows", id) }
    #expect(try await read() == nil)
  }
}
