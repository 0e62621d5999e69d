import HullValues
import Testing

@Suite struct SchemaTests {
  @Test func `every section of the schema vectors has a test`() {
    #expect(Vectors.sections("schema-json") == ["exported", "docValidators", "serverParse"])
    #expect(
      Vectors.sections("schema-enforcement") == [
        "schema", "tables", "internalIdHex", "cases", "schemaValidationFalse", "tableDeletion",
      ]
    )
  }

  @Test(arguments: Vectors.cases("schema-json", "exported"))
  func `an exported schema is read and normalized`(vector: VectorCase) throws {
    let schema = try SchemaDefinition(json: try #require(vector["json"]))
    #expect(vector["server"]?["ok"]?.bool == true)
    #expect(try schema.json() == vector["server"]?["normalized"])
    #expect(try SchemaDefinition(json: try schema.json()) == schema)
    #expect(throws: Never.self) { try schema.checkIndexReferences() }
  }

  @Test(arguments: Vectors.cases("schema-json", "serverParse"))
  func `the rules on schemas have the reference's codes and texts`(vector: VectorCase) throws {
    let json = try vector["schema"].map(expandingNames) ?? generated(try vector.string("name"))
    let result = Result {
      let schema = try SchemaDefinition(json: json)
      do {
        try schema.checkIndexReferences()
      } catch {
        #expect(vector["stage"] == "check index references")
        throw error
      }
      return schema
    }
    switch result {
    case .success(let schema):
      #expect(vector.isOK)
      if let normalized = vector["normalized"] { #expect(try schema.json() == normalized) }
    case .failure(let error as ConvexValueError):
      #expect(!vector.isOK)
      #expect(error.code == vector["shortMsg"]?.string)
      #expect(error.message == vector["error"]?.string.map(expanded))
    case .failure(let error): throw error
    }
  }

  private func generated(_ name: String) throws -> JSONValue {
    let count = try #require(["65 indexes": 65, "64 indexes ok": 64][name])
    let indexes: [JSONValue] = (0..<count).map {
      ["indexDescriptor": .string("i\($0)"), "fields": [.string("f\($0)")]]
    }
    return [
      "tables": [
        ["tableName": "t", "indexes": .array(indexes), "documentType": ["type": "any"]]
      ], "schemaValidation": true,
    ]
  }

  private func expandingNames(_ json: JSONValue) -> JSONValue {
    switch json {
    case .string(let text): .string(expanded(text))
    case .array(let elements): .array(elements.map(expandingNames))
    case .object(let members):
      .object(JSONObject(members.map { ($0.key, expandingNames($0.value)) }))
    default: json
    }
  }

  @Test(arguments: [
    ("_creationTime", "IndexFieldsContainCreationTime"), ("_other", "IndexFieldNameReserved"),
    ("o._p", "IndexFieldNameReserved"),
  ])
  func `system fields are no index fields`(field: String, code: String) throws {
    let schema = SchemaDefinition(tables: [
      TableDefinition(
        name: "t",
        indexes: [IndexDefinition(name: "x", fields: [try FieldPath(parsing: field)])]
      )
    ])
    let error = #expect(throws: ConvexValueError.self) { try schema.appendingCreationTime() }
    #expect(error?.code == code)
    #expect(throws: ConvexValueError.self) { try schema.checkRules() }
  }

  @Test func `an index has at most 15 declared fields`() throws {
    func schema(_ count: Int) throws -> SchemaDefinition {
      let fields = try (0..<count).map { try FieldPath(parsing: "f\($0)") }
      return SchemaDefinition(tables: [
        TableDefinition(name: "t", indexes: [IndexDefinition(name: "x", fields: fields)])
      ])
    }
    let stored = try schema(15).appendingCreationTime()
    #expect(stored.tables[0].indexes[0].fields.last == .creationTime)
    #expect(stored.tables[0].indexes[0].fields.count == 16)
    #expect(throws: Never.self) { try schema(15).checkRules() }
    let error = #expect(throws: ConvexValueError.self) { try schema(16).appendingCreationTime() }
    #expect(error?.code == "IndexTooManyFields")
    #expect(error?.message == "Indexes may have up to 16 fields.")
  }

  @Test(arguments: Vectors.cases("schema-json", "docValidators"))
  func `a table has a validator of whole documents`(vector: VectorCase) throws {
    let tables = [
      TableDefinition(name: "users", documentType: v.object(["name": v.string()])),
      TableDefinition(
        name: "u",
        documentType: v.union(v.object(["a": v.string()]), v.object(["b": v.number()]))
      ),
      TableDefinition(name: "any", documentType: v.any()),
    ]
    let schema = SchemaDefinition(tables: tables)
    let name = try vector.string("table")
    if let json = vector["json"] {
      let table = try #require(schema[try TableName(validating: name)])
      #expect(try table.wholeDocumentType.json() == json)
    } else if name == "s" {
      // A table of other than objects is refused as soon as the schema is.
      let wrong = SchemaDefinition(tables: [TableDefinition(name: "s", documentType: v.string())])
      let error = #expect(throws: ConvexValueError.self) { try wrong.checkRules() }
      #expect(error?.code == "InvalidTopLevelTypeInSchemaError")
    } else {
      #expect(name == "missing")
      #expect(schema["missing"] == nil)
    }
  }

  // MARK: Documents

  @Test(arguments: Vectors.cases("schema-enforcement", "cases"))
  func `a write is checked in the reference's order`(vector: VectorCase) throws {
    let file = Vectors.load("schema-enforcement")
    let schema = try SchemaDefinition(json: try #require(file["schema"]))
    let tables = try tableMapping(file["tables"])
    let table = try TableName(validating: try vector.string("table"))
    let id = DocumentID(
      tableNumber: try #require(tables.tableNumber(for: table)),
      internalID: try #require(InternalID(hex: file["internalIdHex"]?.string ?? ""))
    )
    let given = try #require(try vector.value("document").object)

    let document: ConvexObject
    do {
      document = try given.asDocument(id: id, creationTime: 1_700_000_000_000)
    } catch {
      #expect(vector["stage"] == "document")
      #expect(error.code == vector["shortMsg"]?.string)
      #expect(error.message == vector["error"]?.string)
      return
    }
    guard let failure = schema.check(document, in: table, tables: tables) else {
      #expect(vector.isOK)
      #expect(document.size == vector["size"]?.integer.map(Int.init))
      #expect(document["_id"]?.string == id.string)
      return
    }
    #expect(vector["stage"] == "schema")
    let error = SchemaDefinition.writeError(failure, in: table)
    #expect(error.code == vector["shortMsg"]?.string)
    #expect(error.message == vector["error"]?.string)
    #expect(
      SchemaDefinition.existingDocumentMessage(failure, id: id, in: table)
        == vector["existingDocumentError"]?.string
    )
    #expect(
      SchemaDefinition.newDocumentMessage(failure, in: table)
        == vector["pendingSchemaError"]?.string
    )
  }

  @Test func `a schema that does not validate accepts every document`() throws {
    let file = Vectors.load("schema-enforcement")
    var schema = try SchemaDefinition(json: try #require(file["schema"]))
    let document = try ConvexValue(json: try #require(file["schemaValidationFalse"]?["document"]))
    let object = try #require(document.object)
    let tables = try tableMapping(file["tables"])
    #expect(schema.check(object, in: "users", tables: tables) != nil)
    schema.schemaValidation = false
    #expect(file["schemaValidationFalse"]?["ok"] == true)
    #expect(schema.check(object, in: "users", tables: tables) == nil)
  }

  @Test(arguments: Vectors.cases("schema-enforcement", "tableDeletion"))
  func `a table that the schema names cannot be deleted`(vector: VectorCase) throws {
    let json = try #require(Vectors.load("schema-enforcement")["schema"])
    var schema = try SchemaDefinition(json: json)
    if vector["schema"] != "as above" {
      schema = SchemaDefinition(tables: schema.tables.filter { $0.name == "messages" })
    }
    let table = try TableName(validating: try vector.string("table"))
    let error = thrown { try schema.checkDeletion(of: table) } as? ConvexValueError
    #expect(error?.code == vector["error"]?["short"]?.string)
    #expect(error?.message == vector["error"]?["message"]?.string)
  }

  @Test func `only a looser schema spares the stored documents a check`() {
    func schema(_ validator: Validator, validates: Bool = true) -> SchemaDefinition {
      SchemaDefinition(
        tables: [TableDefinition(name: "t", documentType: validator)],
        schemaValidation: validates
      )
    }
    let strict = schema(v.object(["a": v.literal("x")]))
    let loose = schema(v.object(["a": v.string(), "b": v.optional(v.null())]))
    #expect(!loose.mustRevalidate("t", replacing: strict))
    #expect(strict.mustRevalidate("t", replacing: loose))
    #expect(strict.mustRevalidate("t", replacing: nil))
    #expect(!schema(v.any()).mustRevalidate("t", replacing: nil))
    #expect(!schema(v.string(), validates: false).mustRevalidate("t", replacing: nil))
    #expect(
      loose.mustRevalidate("t", replacing: schema(v.object(["a": v.string()]), validates: false))
    )
  }
}
