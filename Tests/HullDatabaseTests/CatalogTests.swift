import HullDatabase
import HullPersistence
import HullValues
import Testing

/// What opening a database with another schema does (spec/database.md 10, spec/values.md 9.5, 11.5).
@Suite struct CatalogTests {
  private typealias Open = () async throws -> any Persistence

  /// Opens a database, calls `body` and closes it.
  private func open(
    _ store: Open,
    _ schema: SchemaDefinition?,
    options: DatabaseOptions = .test(),
    _ body: (Database) async throws -> Void = { _ in }
  ) async throws {
    let database = try await Database.open(
      persistence: try await store(),
      schema: schema,
      options: options
    )
    do { try await body(database) } catch {
      await database.close()
      throw error
    }
    await database.close()
  }

  private func fill(_ database: Database, _ count: Int) async throws {
    try await database.withTransaction(source: "fill") { transaction in
      for index in 0..<count {
        _ = try await transaction.insert("t", ["a": .float64(Double(index % 7)), "b": "x"])
      }
    }
  }

  /// Checks that an index has exactly the entries of the documents of `t`.
  private func expectComplete(
    _ database: Database,
    _ index: String,
    _ fields: [FieldPath],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let transaction = database.begin()
    let documents = try await transaction.documents(of: "t")
    let keyed = try documents.map { document in
      (
        IndexKey(fields: fields + [.creationTime], of: try document.object(), id: document.id),
        document
      )
    }
    let expected = keyed.sorted { $0.0 < $1.0 }.map(\.1.id)
    #expect(
      try await transaction.documents(of: "t", index: index).map(\.id) == expected,
      sourceLocation: sourceLocation
    )
    let table = try #require(database.catalog.table(named: "t"))
    #expect(table.index(named: index)?.state == .ready, sourceLocation: sourceLocation)
  }

  /// How many entries an index has on disk.
  private func entries(_ database: Database, _ index: IndexID) async throws -> Int {
    try await database.persistence.scan(
      ScanRequest(source: .index(index), range: .all, limit: 100_000, wantsDocuments: false),
      atLeast: .zero
    ).rows.count
  }

  // MARK: Tables

  @Test(arguments: Engine.allCases)
  func `tables get the smallest free numbers and keep them`(engine: Engine) async throws {
    try await engine.withStore { store in
      try await open(store, .indexes(["b": [:], "a": [:]])) { database in
        try await database.insert("implicit", [:])
        #expect(database.catalog.tableNumber(for: "a")?.rawValue == 10_001)
        #expect(database.catalog.tableNumber(for: "b")?.rawValue == 10_002)
        #expect(database.catalog.tableNumber(for: "implicit")?.rawValue == 10_003)
        #expect(database.catalog.tableNumber(for: "_scheduled_functions")?.rawValue == 539)
        #expect(database.catalog.tableNumber(for: "_storage")?.rawValue == 540)
      }
      // A table the schema no longer names keeps its number and its documents.
      try await open(store, .indexes(["A": [:], "b": [:]])) { database in
        #expect(database.catalog.tableNumber(for: "A")?.rawValue == 10_004)
        #expect(database.catalog.tableNumber(for: "a")?.rawValue == 10_001)
        #expect(try await database.begin().documents(of: "implicit").count == 1)
        try await database.insert("last", [:])
        #expect(database.catalog.tableNumber(for: "last")?.rawValue == 10_005)
      }
    }
  }

  @Test func `system tables exist and are empty`() async throws {
    let database = try await Database.inMemory()
    for table in ["_storage", "_scheduled_functions"] {
      #expect(database.catalog.table(named: try TableName(validating: table)) != nil)
      #expect(try await database.begin().documents(of: table) == [])
    }
  }

  // MARK: Indexes

  @Test(arguments: Engine.allCases)
  func `new indexes are filled, dropped ones emptied, changed ones replaced`(
    engine: Engine
  ) async throws {
    var options = DatabaseOptions.test()
    options.backfillBatchDocuments = 10
    try await engine.withStore { store in
      var dropped: [IndexID] = []
      try await open(store, .indexes(["t": ["by_a": ["a"], "by_b": ["b"]]])) { database in
        try await fill(database, 47)
        try await expectComplete(database, "by_a", ["a"])
        let table = try #require(database.catalog.table(named: "t"))
        dropped = table.indexes.dropFirst().map(\.id)
        #expect(try await entries(database, dropped[0]) == 47)
      }
      let schema = SchemaDefinition.indexes(["t": ["by_a": ["a", "b"], "by_ba": ["b", "a"]]])
      try await open(store, schema, options: options) { database in
        try await expectComplete(database, "by_a", ["a", "b"])
        try await expectComplete(database, "by_ba", ["b", "a"])
        let table = try #require(database.catalog.table(named: "t"))
        #expect(table.index(named: "by_b") == nil)
        #expect(table.droppedIndexes == [])
        for index in dropped { #expect(try await entries(database, index) == 0) }
        try await fill(database, 3)
        try await expectComplete(database, "by_ba", ["b", "a"])
      }
      // Without a schema everything stays as it is.
      try await open(store, nil) { database in
        try await expectComplete(database, "by_ba", ["b", "a"])
      }
    }
  }

  @Test func `a new database is made by one write`() async throws {
    let appends = Shared(0)
    let store = HookedPersistence { _ in
      appends.update { $0 += 1 }
      return .write
    }
    let schema = SchemaDefinition.indexes(["t": ["by_a": ["a"]], "u": ["by_b": ["b"]]])
    try await open({ store }, schema) { database in
      #expect(database.catalog.table(named: "t")?.index(named: "by_a")?.state == .ready)
    }
    #expect(appends.value == 1)
    #expect(store.scans == 0)
  }

  @Test func `an unchanged schema changes nothing`() async throws {
    let store = HookedPersistence()
    let schema = SchemaDefinition.indexes(["t": ["by_a": ["a"]]])
    try await open({ store }, schema)
    let appends = Shared(0)
    store.onAppend { _ in
      appends.update { $0 += 1 }
      return .write
    }
    try await open({ store }, schema)
    try await open({ store }, nil)
    #expect(appends.value == 0)
  }

  @Test(arguments: Engine.allCases)
  func `a build of an index that was interrupted goes on where it stopped`(
    engine: Engine
  ) async throws {
    var options = DatabaseOptions.test()
    options.backfillBatchDocuments = 10
    let schema = SchemaDefinition.indexes(["t": ["by_a": ["a"], "by_ba": ["b", "a"]]])
    try await engine.withStore { store in
      try await open(store, nil) { try await fill($0, 95) }
      // Every open gets three batches further, until the index is built.
      let written = Shared(0)
      var interruptions = 0
      while true {
        let appends = Shared(0)
        let hooked = HookedPersistence(try await store(), closesBase: true) { batch in
          let count = appends.update { count in
            count += 1
            return count
          }
          if count > 4 { return .fail }
          written.update { $0 += batch.reduce(0) { $0 + $1.entries.count } }
          return .write
        }
        do {
          try await open({ hooked }, schema, options: options) { database in
            try await expectComplete(database, "by_a", ["a"])
            try await expectComplete(database, "by_ba", ["b", "a"])
          }
          break
        } catch is PersistenceError {
          interruptions += 1
          try #require(interruptions < 10)
        }
      }
      #expect(interruptions == 2)
      // No entry was written twice.
      #expect(written.value == 2 * 95)
    }
  }

  @Test func `staged indexes are built and marked`() async throws {
    let store = HookedPersistence()
    let staged = SchemaDefinition(
      tables: [
        TableDefinition(name: "t", stagedIndexes: [IndexDefinition(name: "by_a", fields: ["a"])])
      ]
    )
    try await open({ store }, nil) { try await fill($0, 5) }
    var id: IndexID?
    try await open({ store }, staged) { database in
      try await expectComplete(database, "by_a", ["a"])
      let index = database.catalog.table(named: "t")?.index(named: "by_a")
      #expect(index?.isStaged == true)
      id = index?.id
    }
    try await open({ store }, .indexes(["t": ["by_a": ["a"]]])) { database in
      let index = database.catalog.table(named: "t")?.index(named: "by_a")
      #expect(index?.isStaged == false)
      #expect(index?.id == id)
    }
  }

  // MARK: Schemas

  private func users(_ fields: ObjectValidator, validates: Bool = true) -> SchemaDefinition {
    SchemaDefinition(
      tables: [TableDefinition(name: "users", documentType: .object(fields))],
      schemaValidation: validates
    )
  }

  @Test(arguments: Engine.allCases)
  func `a schema that stored documents do not fit is refused and names the first of them`(
    engine: Engine
  ) async throws {
    let loose = users(["name": FieldValidator(.string, isOptional: true)])
    let strict = users(["name": FieldValidator(.string)])
    try await engine.withStore { store in
      var bad: DocumentID?
      try await open(store, loose) { database in
        try await database.insert("users", ["name": "Ada"])
        bad = try await database.insert("users", [:])
        try await database.insert("users", [:])
      }
      let error = await #expect(throws: DatabaseError.self) { try await open(store, strict) }
      #expect(error?.code == "SchemaValidationFailed")
      #expect(
        error?.message == """
          Document with ID "\(try #require(bad))" in table "users" does not match the schema: \
          Object is missing the required field `name`. Consider wrapping the field validator in \
          `v.optional(...)` if this is expected.

          Object: {}
          Validator: v.object({name: v.string()})
          """
      )
      // The schema before is still in force and can be satisfied.
      try await open(store, loose) { database in
        try await database.insert("users", [:])
        let ids = try await database.begin().documents(of: "users").map(\.id)
        try await database.withTransaction(source: "fix") { transaction in
          for id in ids { try await transaction.patch(id, [("name", "Eve")]) }
        }
      }
      try await open(store, strict) { database in
        await #expect(throws: DatabaseError.self) { try await database.insert("users", [:]) }
      }
    }
  }

  @Test func `documents are read again only if the schema may have become stricter`() async throws {
    let store = HookedPersistence()
    let strict = users(["name": FieldValidator(.string)])
    let loose = users(["name": FieldValidator(.union([.string, .null]))])
    try await open({ store }, strict) { try await $0.insert("users", ["name": "Ada"]) }
    let before = store.scans
    try await open({ store }, loose)
    #expect(store.scans == before)
    try await open({ store }, strict)
    #expect(store.scans == before + 1)
    try await open({ store }, users(["name": FieldValidator(.string)], validates: false))
    #expect(store.scans == before + 1)
    // Nothing was enforced in between.
    try await open({ store }, strict)
    #expect(store.scans == before + 2)
  }

  @Test func `without schema validation any document may be written`() async throws {
    let schema = users(["name": FieldValidator(.string)], validates: false)
    let database = try await Database.inMemory(schema: schema)
    try await database.insert("users", ["other": 1])
  }

  @Test func `a schema that breaks a rule is refused before anything is done`() async throws {
    let store = HookedPersistence()
    let schema = SchemaDefinition.indexes(["t": ["by_id": ["a"]]])
    let error = await #expect(throws: DatabaseError.self) { try await open({ store }, schema) }
    #expect(error?.code == "IndexNameReserved")
    #expect(store.lastTimestamp == .zero)
  }

  @Test func `ids are checked against the tables there are`() async throws {
    let schema = SchemaDefinition(
      tables: [
        TableDefinition(name: "messages", documentType: v.object(["author": v.id("users")])),
        TableDefinition(name: "users"),
      ]
    )
    let database = try await Database.inMemory(schema: schema)
    let user = try await database.insert("users", [:])
    let message = try await database.insert("messages", ["author": .string(user.string)])
    let error = await #expect(throws: DatabaseError.self) {
      try await database.insert("messages", ["author": .string(message.string)])
    }
    #expect(
      error?.message == """
        Failed to insert or update a document in table "messages" because it does not match the \
        schema: Found ID "\(message)" from table `messages`, which does not match the table name \
        in validator `v.id("users")`.Path: .author
        """
    )
  }
}
