import HullDatabase
import HullPersistence
import HullValues
import Testing

/// What `db.get`, `insert`, `patch`, `replace`, `delete` and `normalizeId` return and refuse, with
/// the reference's texts (spec/database.md 2, spec/values.md 14.2).
@Suite struct DocumentTests {
  static let schema = SchemaDefinition(
    tables: [
      TableDefinition(name: "users", documentType: v.object(["name": v.string()])),
      TableDefinition(name: "messages"),
    ]
  )
  /// Not an id of any document, in the table of a number.
  static func id(_ table: UInt32) throws -> DocumentID {
    DocumentID(
      tableNumber: try #require(TableNumber(rawValue: table)),
      internalID: InternalID(high: 0x0001_0203_0405_0607, low: 0x0809_0A0B_0C0D_0E50)
    )
  }

  private func withTransaction(_ body: (Transaction) async throws -> Void) async throws {
    let database = try await Database.inMemory(schema: DocumentTests.schema)
    try await body(database.begin(.readWrite))
  }

  private func expect(
    _ code: String,
    _ message: String,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> some Any
  ) async {
    let error = await #expect(throws: DatabaseError.self, sourceLocation: sourceLocation) {
      _ = try await body()
    }
    #expect(error?.code == code, sourceLocation: sourceLocation)
    #expect(error?.message == message, sourceLocation: sourceLocation)
  }

  // MARK: Ids

  @Test func `a text that is no id is refused by every method that takes one`() async throws {
    try await withTransaction { transaction in
      let reason = "Unable to decode ID: Invalid ID length 3"
      await expect("InvalidArgument", "Invalid argument `id` for `db.get`: \(reason)") {
        try await transaction.get("abc")
      }
      await expect("InvalidArgument", "Invalid argument `id` for `db.system.get`: \(reason)") {
        try await transaction.get("abc", scope: .system)
      }
      await expect("InvalidArgument", "Invalid argument `id` for `db.patch`: \(reason)") {
        try await transaction.patch("abc", [])
      }
      await expect("InvalidArgument", "Invalid argument `id` for `db.replace`: \(reason)") {
        try await transaction.replace("abc", with: [:])
      }
      await expect("InvalidArgument", "Invalid argument `id` for `db.delete`: \(reason)") {
        try await transaction.delete("abc")
      }
    }
  }

  @Test func `an id of an unknown table reads as missing and cannot be written`() async throws {
    try await withTransaction { transaction in
      let id = try DocumentTests.id(10_777).string
      #expect(try await transaction.get(id) == nil)
      #expect(try await transaction.get(id, from: "users") == nil)
      // Private system tables are treated as if they did not exist.
      #expect(try await transaction.get(DocumentTests.id(513).string) == nil)
      let reason = "Table for ID \"\(id)\" not found"
      await expect("InvalidArgument", "Invalid argument `id` for `db.patch`: \(reason)") {
        try await transaction.patch(id, [])
      }
      await expect("InvalidArgument", "Invalid argument `id` for `db.replace`: \(reason)") {
        try await transaction.replace(id, with: [:])
      }
      await expect("InvalidArgument", "Invalid argument `id` for `db.delete`: \(reason)") {
        try await transaction.delete(id)
      }
    }
  }

  @Test func `an id of another table than the one named is refused`() async throws {
    try await withTransaction { transaction in
      let id = try await transaction.insert("messages", [:]).string
      let reason = #"expected to be an Id<"users">, got Id<"messages"> instead."#
      await expect("InvalidArgument", "Invalid argument `id` for `db.get`: \(reason)") {
        try await transaction.get(id, from: "users")
      }
      await expect("InvalidArgument", "Invalid argument `id` for `db.patch`: \(reason)") {
        try await transaction.patch(id, in: "users", [])
      }
      await expect("InvalidArgument", "Invalid argument `id` for `db.replace`: \(reason)") {
        try await transaction.replace(id, in: "users", with: [:])
      }
      await expect("InvalidArgument", "Invalid argument `id` for `db.delete`: \(reason)") {
        try await transaction.delete(id, from: "users")
      }
      #expect(try await transaction.get(id, from: "messages") != nil)
    }
  }

  @Test func `system tables and user tables have an entrance each`() async throws {
    try await withTransaction { transaction in
      let file = try DocumentTests.id(540).string
      #expect(file.hasPrefix("kg2"))
      #expect(try await transaction.get(file, scope: .system) == nil)
      let kept = "System tables can only be accessed with db.system."
      await expect("SystemTableError", kept) { try await transaction.get(file) }
      await expect("SystemTableError", kept) { try await transaction.patch(file, []) }
      await expect("SystemTableError", kept) { try await transaction.replace(file, with: [:]) }
      await expect("SystemTableError", kept) { try await transaction.delete(file) }
      let user = try await transaction.insert("messages", [:]).string
      await expect("SystemTableError", "User tables cannot be accessed with db.system.") {
        try await transaction.get(user, scope: .system)
      }
      await expect("SystemTableError", "System tables (prefixed with `_`) are read-only.") {
        try await transaction.insert("_storage", [:])
      }
    }
  }

  @Test func `normalizeId accepts ids of its table and nothing else`() async throws {
    try await withTransaction { transaction in
      let id = try await transaction.insert("messages", [:])
      #expect(try await transaction.normalizeID(id.string, in: "messages") == id)
      #expect(try await transaction.normalizeID(id.string, in: "users") == nil)
      #expect(try await transaction.normalizeID(id.string, in: "missing") == nil)
      #expect(try await transaction.normalizeID(id.string.uppercased(), in: "messages") == nil)
      #expect(try await transaction.normalizeID("", in: "messages") == nil)
      let file = try DocumentTests.id(540)
      #expect(
        try await transaction.normalizeID(file.string, in: "_storage", scope: .system) == file
      )
      await expect(
        "SystemTableError",
        "System tables can only be accessed from db.system.normalizeId()."
      ) { try await transaction.normalizeID(file.string, in: "_storage") }
      await expect(
        "SystemTableError",
        "User tables can only be accessed from db.normalizeId()."
      ) { try await transaction.normalizeID(id.string, in: "messages", scope: .system) }
      await expect(
        "InvalidArgument",
        """
        Invalid argument `table` for `db.normalizeId`: Identifier a-b has invalid character '-': \
        Identifiers can only contain alphanumeric characters or underscores
        """
      ) { try await transaction.normalizeID(id.string, in: "a-b") }
    }
  }

  // MARK: Documents

  @Test func `a missing document cannot be changed`() async throws {
    try await withTransaction { transaction in
      let id = try await transaction.insert("messages", [:])
      try await transaction.delete(id)
      #expect(try await transaction.get(id) == nil)
      await expect("NonexistentDocument", "Update on nonexistent document ID \(id)") {
        try await transaction.patch(id, [("a", 1)])
      }
      await expect("NonexistentDocument", "Replace on nonexistent document ID \(id)") {
        try await transaction.replace(id, with: [:])
      }
      await expect("NonexistentDocument", "Delete on nonexistent document ID \(id)") {
        try await transaction.delete(id)
      }
    }
  }

  @Test func `system fields may be given only if they are the document's own`() async throws {
    try await withTransaction { transaction in
      let id = try await transaction.insert("messages", ["a": 1])
      let stored = try #require(try await transaction.get(id))
      try await transaction.replace(id, with: try stored.object())
      #expect(try await transaction.get(id) == stored)
      await expect(
        "InvalidIdError",
        #"Provided document ID "\#(id)" doesn't match '_id' field "other""#
      ) { try await transaction.patch(id, [("_id", "other")]) }
      await expect(
        "InvalidCreationTimeError",
        """
        Provided creation time 1700000000000 doesn't match '_creationTime' field in \
        {_creationTime: 5.0, _id: "\(id)", a: 1.0}
        """
      ) { try await transaction.patch(id, [("_creationTime", 5)]) }
      // Removed system fields are put back.
      try await transaction.patch(id, [("_id", nil), ("_creationTime", nil)])
      #expect(try await transaction.get(id) == stored)
    }
  }

  @Test func `the shape of documents is checked before the schema`() async throws {
    try await withTransaction { transaction in
      let error = await #expect(throws: DatabaseError.self) {
        try await transaction.insert("users", ["_hidden": 1])
      }
      #expect(error?.code == "InvalidDocumentError")
      #expect(
        error?.message.hasSuffix(
          """
          isn't a valid document: Field '_hidden' starts with an underscore, which is only allowed \
          for system fields like '_id'
          """
        ) == true
      )
    }
  }

  @Test func `a write that does not fit the schema is refused`() async throws {
    try await withTransaction { transaction in
      let prefix =
        #"Failed to insert or update a document in table "users" because it does not match the "#
        + "schema: "
      await expect(
        "SchemaEnforcementError",
        prefix + """
          Object is missing the required field `name`. Consider wrapping the field validator in \
          `v.optional(...)` if this is expected.

          Object: {}
          Validator: v.object({name: v.string()})
          """
      ) { try await transaction.insert("users", [:]) }
      let id = try await transaction.insert("users", ["name": "Ada"])
      let wrongType =
        prefix + """
          Value does not match validator.
          Path: .name
          Value: 1.0
          Validator: v.string()
          """
      await expect("SchemaEnforcementError", wrongType) {
        try await transaction.patch(id, [("name", 1)])
      }
      await expect("SchemaEnforcementError", wrongType) {
        try await transaction.replace(id, with: ["name": 1])
      }
      #expect(try await transaction.get(id)?.object()["name"] == "Ada")
    }
  }

  @Test func `a document is at most one mebibyte`() async throws {
    try await withTransaction { transaction in
      let system = 38 + 23 + 2
      let field = "text".utf8.count + 1 + 2
      let fits = String(repeating: "x", count: (1 << 20) - system - field)
      let id = try await transaction.insert("messages", ["text": .string(fits)])
      #expect(try await transaction.get(id)?.object().size == 1 << 20)
      await expect("ValueTooLargeError", "Value is too large (1.00 MiB > maximum size 1 MiB)") {
        try await transaction.insert("messages", ["text": .string(fits + "x")])
      }
    }
  }

  @Test func `a value that breaks a limit on values is an invalid argument`() async throws {
    try await withTransaction { transaction in
      let tooLong = ConvexValue.array(Array(repeating: .null, count: 8193))
      let reason = "Array length is too long (8193 > maximum length 8192)"
      await expect("InvalidArgument", "Invalid argument `value` for `db.insert`: \(reason)") {
        try await transaction.insert("messages", ["list": tooLong])
      }
      let id = try await transaction.insert("messages", [:])
      await expect("InvalidArgument", "Invalid argument `value` for `db.patch`: \(reason)") {
        try await transaction.patch(id, [("list", tooLong)])
      }
      await expect("InvalidArgument", "Invalid argument `value` for `db.replace`: \(reason)") {
        try await transaction.replace(id, with: ["list": tooLong])
      }
      await expect(
        "InvalidArgument",
        "Invalid argument `value` for `db.patch`: "
          + "Field name $a starts with '$', which is reserved."
      ) { try await transaction.patch(id, [("$a", 1)]) }
    }
  }

  @Test func `patch merges the top level and removes fields`() async throws {
    try await withTransaction { transaction in
      let id = try await transaction.insert("messages", ["a": 1, "b": ["x": 1, "y": 2], "c": 3])
      try await transaction.patch(id, [("a", nil), ("b", ["x": 9]), ("d", .null), ("z", nil)])
      #expect(
        try await transaction.get(id)?.object().withoutSystemFields
          == ["b": ["x": 9], "c": 3, "d": .null]
      )
    }
  }

  @Test func `writing what a document holds already writes nothing`() async throws {
    let database = try await Database.inMemory()
    let id = try await database.insert("messages", ["a": 1])
    let before = database.latestTimestamp
    let committed = try await database.withTransaction(source: "t") { transaction in
      try await transaction.patch(id, [("a", 1)])
      try await transaction.replace(id, with: ["a": 1])
      return try await transaction.usage().documentsWritten
    }
    #expect(committed.value == 0)
    #expect(committed.timestamp == before)
    #expect(database.latestTimestamp == before)
  }

  @Test func `creation times and ids ascend in the order of inserts`() async throws {
    let time = ManualTimeSource(start: Timestamp(rawValue: 1_700_000_000_000_250_000))
    let database = try await Database.inMemory(options: .test(time: time))
    let writer = database.begin(.readWrite)
    var documents: [EncodedDocument] = []
    for _ in 0..<4 {
      let id = try await writer.insert("messages", [:])
      documents.append(try #require(try await writer.get(id)))
    }
    // One commit made the system tables, so the transaction starts a nanosecond later.
    let first = Timestamp(rawValue: 1_700_000_000_000_250_001).milliseconds
    #expect(
      documents.map(\.creationTime)
        == [first, first.nextUp, first.nextUp.nextUp, first.nextUp.nextUp.nextUp]
    )
    #expect(documents.map(\.id) == documents.map(\.id).sorted())
    let day = UInt64(1_700_000_000 / 86_400)
    #expect(documents.allSatisfy { $0.id.internalID.low & 0xFFFF == day })
    #expect(documents.allSatisfy { $0.id.string.hasPrefix("j57") })
  }

  @Test func `the commit timestamp is filled in when it is known, in indexes too`() async throws {
    let database = try await Database.inMemory(schema: .indexes(["t": ["by_at": ["at"]]]))
    let committed = try await database.withTransaction(source: "t") { transaction in
      let id = try await transaction.insert("t", ["at": .commitTimestamp, "b": ["x": 1]])
      _ = try await transaction.insert("t", ["at": 5])
      try await transaction.patch(id, [("b", ["x": .commitTimestamp])])
      // Until then it sorts as the largest int64.
      let waiting = try await transaction.values("at", of: "t", index: "by_at")
      #expect(waiting == [.commitTimestamp, 5])
      return id
    }
    let value = ConvexValue.int64(committed.timestamp.rawValue)
    let reader = database.begin()
    #expect(
      try await reader.get(committed.value)?.object().withoutSystemFields
        == ["at": value, "b": ["x": value]]
    )
    #expect(
      try await reader.documents(of: "t", index: "by_at", startingWith: [value]).map(\.id)
        == [committed.value]
    )
  }

  @Test func `a query cannot write`() async throws {
    let database = try await Database.inMemory()
    await expect("ReadOnlyTransaction", "A query cannot write.") {
      try await database.begin(.readOnly).insert("messages", [:])
    }
  }

  @Test func `a transaction that has ended refuses every operation`() async throws {
    let database = try await Database.inMemory()
    let transaction = database.begin(.readWrite)
    let id = try await transaction.insert("messages", [:])
    try await database.commit(transaction, source: "t")
    await #expect(throws: DatabaseError.self) { try await transaction.get(id) }
    await #expect(throws: DatabaseError.self) {
      try await database.commit(transaction, source: "t")
    }
  }
}
