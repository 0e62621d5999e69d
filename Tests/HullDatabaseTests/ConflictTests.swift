import HullDatabase
import HullPersistence
import HullValues
import Testing

/// What makes a transaction lose (spec/database.md 19.4).
///
/// Every case is played the same way:
///
///     loser                          winner
///     begin
///     what the case reads or writes
///                                    begin, what the case writes, commit
///     insert a marker, commit
@Suite struct ConflictTests {
  /// Documents of table `t` with `v` = 0, 10, 20, 30 and an index `by_v`.
  struct World {
    var database: Database
    var rows: [DocumentID]
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var loser: @Sendable (Transaction, World) async throws -> Void
    var winner: @Sendable (Transaction, World) async throws -> Void
    var isConflict: Bool
  }

  struct Refused: Error {}

  static let cases: [Case] = [
    Case(
      testDescription: "get a | patch a",
      loser: { _ = try await $0.get($1.rows[0]) },
      winner: { try await $0.patch($1.rows[0], [("x", 1)]) },
      isConflict: true
    ),
    Case(
      testDescription: "get a | delete a",
      loser: { _ = try await $0.get($1.rows[0]) },
      winner: { try await $0.delete($1.rows[0]) },
      isConflict: true
    ),
    Case(
      testDescription: "get a | patch b",
      loser: { _ = try await $0.get($1.rows[0]) },
      winner: { try await $0.patch($1.rows[1], [("x", 1)]) },
      isConflict: false
    ),
    Case(
      testDescription: "patch a | patch another field of a",
      loser: { try await $0.patch($1.rows[0], [("x", 1)]) },
      winner: { try await $0.patch($1.rows[0], [("y", 1)]) },
      isConflict: true
    ),
    Case(
      testDescription: "patch a with what it holds | patch a",
      loser: { try await $0.patch($1.rows[0], [("v", 0)]) },
      winner: { try await $0.patch($1.rows[0], [("y", 1)]) },
      isConflict: true
    ),
    Case(
      testDescription: "insert | insert into the same table",
      loser: {
        _ = try await $0.insert("t", ["v": 5]); _ = $1
      },
      winner: {
        _ = try await $0.insert("t", ["v": 5]); _ = $1
      },
      isConflict: false
    ),
    Case(
      testDescription: "first by v | insert after it",
      loser: {
        _ = try await $0.documents(of: "t", index: "by_v", limit: 1); _ = $1
      },
      winner: {
        _ = try await $0.insert("t", ["v": 5]); _ = $1
      },
      isConflict: false
    ),
    Case(
      testDescription: "first by v | insert before it",
      loser: {
        _ = try await $0.documents(of: "t", index: "by_v", limit: 1); _ = $1
      },
      winner: {
        _ = try await $0.insert("t", ["v": -5]); _ = $1
      },
      isConflict: true
    ),
    Case(
      testDescription: "last by v | insert before it",
      loser: {
        _ = try await $0.documents(of: "t", index: "by_v", order: .descending, limit: 1)
        _ = $1
      },
      winner: {
        _ = try await $0.insert("t", ["v": 25]); _ = $1
      },
      isConflict: false
    ),
    Case(
      testDescription: "last by v | insert after it",
      loser: {
        _ = try await $0.documents(of: "t", index: "by_v", order: .descending, limit: 1)
        _ = $1
      },
      winner: {
        _ = try await $0.insert("t", ["v": 35]); _ = $1
      },
      isConflict: true
    ),
    Case(
      testDescription: "two of four by v | change between them",
      loser: {
        _ = try await $0.documents(of: "t", index: "by_v", limit: 2); _ = $1
      },
      winner: {
        _ = try await $0.insert("t", ["v": 5]); _ = $1
      },
      isConflict: true
    ),
    Case(
      testDescription: "collect | insert",
      loser: {
        _ = try await $0.documents(of: "t"); _ = $1
      },
      winner: {
        _ = try await $0.insert("t", ["v": 5]); _ = $1
      },
      isConflict: true
    ),
    Case(
      testDescription: "collect by id | insert",
      loser: {
        _ = try await $0.documents(of: "t", index: "by_id"); _ = $1
      },
      winner: {
        _ = try await $0.insert("t", ["v": 5]); _ = $1
      },
      isConflict: true
    ),
    Case(
      testDescription: "empty range v = 5 | insert v = 5 (phantom)",
      loser: {
        _ = try await $0.documents(of: "t", index: "by_v", startingWith: [5]); _ = $1
      },
      winner: {
        _ = try await $0.insert("t", ["v": 5]); _ = $1
      },
      isConflict: true
    ),
    Case(
      testDescription: "empty range v = 5 | insert v = 6",
      loser: {
        _ = try await $0.documents(of: "t", index: "by_v", startingWith: [5]); _ = $1
      },
      winner: {
        _ = try await $0.insert("t", ["v": 6]); _ = $1
      },
      isConflict: false
    ),
    Case(
      testDescription: "empty range v = 5 | a row moves into it",
      loser: {
        _ = try await $0.documents(of: "t", index: "by_v", startingWith: [5]); _ = $1
      },
      winner: { try await $0.patch($1.rows[3], [("v", 5)]) },
      isConflict: true
    ),
    Case(
      testDescription: "range v = 10 | its row moves out",
      loser: {
        _ = try await $0.documents(of: "t", index: "by_v", startingWith: [10]); _ = $1
      },
      winner: { try await $0.patch($1.rows[1], [("v", 11)]) },
      isConflict: true
    ),
    Case(
      testDescription: "range v = 10 | a field outside of the index changes",
      loser: {
        _ = try await $0.documents(of: "t", index: "by_v", startingWith: [10]); _ = $1
      },
      winner: { try await $0.patch($1.rows[1], [("other", 1)]) },
      isConflict: true
    ),
    Case(
      testDescription: "range v = 10 | another row changes",
      loser: {
        _ = try await $0.documents(of: "t", index: "by_v", startingWith: [10]); _ = $1
      },
      winner: { try await $0.patch($1.rows[2], [("other", 1)]) },
      isConflict: false
    ),
    Case(
      testDescription: "nested call read a, threw, was caught | patch a",
      loser: { transaction, world in
        try? await transaction.nested { child in
          _ = try await child.get(world.rows[0])
          throw Refused()
        }
      },
      winner: { try await $0.patch($1.rows[0], [("x", 1)]) },
      isConflict: true
    ),
    Case(
      testDescription: "stale snapshot read a | patch a",
      loser: { _ = try await $0.staleSnapshot().get($1.rows[0]) },
      winner: { try await $0.patch($1.rows[0], [("x", 1)]) },
      isConflict: false
    ),
    Case(
      testDescription: "query of a missing table | the table is created",
      loser: {
        _ = try await $0.documents(of: "later"); _ = $1
      },
      winner: {
        _ = try await $0.insert("later", [:]); _ = $1
      },
      isConflict: true
    ),
    Case(
      testDescription: "query of a missing table | another table is created",
      loser: {
        _ = try await $0.documents(of: "later"); _ = $1
      },
      winner: {
        _ = try await $0.insert("other", [:]); _ = $1
      },
      isConflict: false
    ),
    Case(
      testDescription: "creates a table | creates another table",
      loser: {
        _ = try await $0.insert("mine", [:]); _ = $1
      },
      winner: {
        _ = try await $0.insert("yours", [:]); _ = $1
      },
      isConflict: true
    ),
  ]

  @Test(arguments: Engine.allCases, ConflictTests.cases)
  func `a transaction loses exactly if what it read changed`(
    engine: Engine,
    example: Case
  ) async throws {
    let schema = SchemaDefinition.indexes(["t": ["by_v": ["v"]], "markers": [:]])
    try await engine.withDatabase(schema: schema) { database in
      var rows: [DocumentID] = []
      for value in [0.0, 10, 20, 30] {
        rows.append(try await database.insert("t", ["v": .float64(value)]))
      }
      let world = World(database: database, rows: rows)
      let loser = database.begin(.readWrite)
      try await example.loser(loser, world)
      try await database.withTransaction(source: "winner") { winner in
        try await example.winner(winner, world)
      }
      _ = try await loser.insert("markers", [:])
      do {
        try await database.commit(loser, source: "loser")
        #expect(!example.isConflict, "it committed")
      } catch let error as DatabaseError {
        #expect(example.isConflict, "\(error)")
        #expect(error.kind == .conflict)
        #expect(error.code == "OptimisticConcurrencyControlFailure")
      }
    }
  }

  // loser                          winner
  // begin, patch a with what it holds
  //                                patch a, commit
  // commit ✓ (nothing to write)
  @Test func `a transaction that writes nothing commits at its snapshot`() async throws {
    let database = try await Database.inMemory()
    let id = try await database.insert("t", ["v": 1])
    let transaction = database.begin(.readWrite)
    try await transaction.patch(id, [("v", 1)])
    try await database.withTransaction(source: "winner") { try await $0.patch(id, [("v", 2)]) }
    let timestamp = try await database.commit(transaction, source: "loser")
    #expect(timestamp == transaction.beginTimestamp)
  }

  @Test func `a conflict names table, document, index, writer and timestamps`() async throws {
    let database = try await Database.inMemory(schema: .indexes(["t": ["by_v": ["v"]]]))
    let loser = database.begin(.readWrite)
    _ = try await loser.documents(of: "t", index: "by_v", startingWith: [5])
    _ = try await loser.insert("t", ["v": 1])
    let winner = try await database.withTransaction(source: "t:add") {
      try await $0.insert("t", ["v": 5])
    }
    let error = await #expect(throws: DatabaseError.self) {
      try await database.commit(loser, source: "t:add")
    }
    #expect(
      error?.conflict
        == Conflict(
          table: "t",
          document: winner.value,
          index: "by_v",
          writer: "t:add",
          reader: "t:add",
          readAt: loser.beginTimestamp,
          writtenAt: winner.timestamp
        )
    )
    #expect(
      error?.message == """
        Documents read from or written to the "t" table changed while this mutation was being run \
        and on every subsequent retry. Another call to this mutation changed the document with ID \
        "\(winner.value)". See https://docs.convex.dev/error#1
        """
    )
  }

  @Test func `a race to create a table is reported without naming one`() async throws {
    let database = try await Database.inMemory()
    let loser = database.begin(.readWrite)
    _ = try await loser.insert("mine", [:])
    try await database.insert("yours", [:])
    let error = await #expect(throws: DatabaseError.self) {
      try await database.commit(loser, source: "loser")
    }
    #expect(
      error?.message == """
        Documents read from or written to some table changed while this mutation was being run \
        and on every subsequent retry. See https://docs.convex.dev/error#1
        """
    )
  }
}
