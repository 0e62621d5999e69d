import HullDatabase
import HullPersistence
import HullValues
import Testing

/// One thing a transaction does to table `t`, which holds `v` = 0, 10, 20, 30 under index `by_v`.
private enum Step: Sendable, CustomTestStringConvertible {
  case get(Int)
  case patch(Int, String, Double)
  case delete(Int)
  case insert(v: Double)
  case insertInto(TableName)
  case take(Int, Order)
  case collect(index: String)
  case collectTable(TableName)
  case collectRange(v: Double)
  case nestedGetThatThrows(Int)
  case getFromStaleSnapshot(Int)

  struct Refused: Error {}

  func perform(in transaction: Transaction, _ rows: [DocumentID]) async throws {
    switch self {
    case .get(let row): _ = try await transaction.get(rows[row])
    case .patch(let row, let field, let value):
      try await transaction.patch(rows[row], [(field, .float64(value))])
    case .delete(let row): try await transaction.delete(rows[row])
    case .insert(let value): _ = try await transaction.insert("t", ["v": .float64(value)])
    case .insertInto(let table): _ = try await transaction.insert(table.rawValue, [:])
    case .take(let count, let order):
      _ = try await transaction.documents(of: "t", index: "by_v", order: order, limit: count)
    case .collect(let index): _ = try await transaction.documents(of: "t", index: index)
    case .collectTable(let table): _ = try await transaction.documents(of: table.rawValue)
    case .collectRange(let value):
      _ = try await transaction.documents(
        of: "t",
        index: "by_v",
        startingWith: [.float64(value)]
      )
    case .nestedGetThatThrows(let row):
      try? await transaction.nested { child in
        _ = try await child.get(rows[row])
        throw Refused()
      }
    case .getFromStaleSnapshot(let row):
      _ = try await transaction.staleSnapshot().get(rows[row])
    }
  }

  var testDescription: String { "\(self)" }
}

/// What makes a transaction lose (spec/database.md 19.4).
@Suite struct ConflictTests {
  fileprivate struct Case: Sendable, CustomTestStringConvertible {
    var loser: Step
    var winner: Step
    var isConflict: Bool

    init(_ loser: Step, _ winner: Step, conflicts isConflict: Bool) {
      self.loser = loser
      self.winner = winner
      self.isConflict = isConflict
    }

    var testDescription: String { "\(loser) against \(winner)" }
  }

  fileprivate static let cases = [
    Case(.get(0), .patch(0, "x", 1), conflicts: true),
    Case(.get(0), .delete(0), conflicts: true),
    Case(.get(0), .patch(1, "x", 1), conflicts: false),
    Case(.patch(0, "x", 1), .patch(0, "y", 1), conflicts: true),
    // What the document holds already: still a read.
    Case(.patch(0, "v", 0), .patch(0, "y", 1), conflicts: true),
    Case(.insert(v: 5), .insert(v: 5), conflicts: false),
    // A scan that stops at a row has read up to that row.
    Case(.take(1, .ascending), .insert(v: 5), conflicts: false),
    Case(.take(1, .ascending), .insert(v: -5), conflicts: true),
    Case(.take(2, .ascending), .insert(v: 5), conflicts: true),
    Case(.take(1, .descending), .insert(v: 25), conflicts: false),
    Case(.take(1, .descending), .insert(v: 35), conflicts: true),
    Case(.take(1, .descending), .patch(3, "v", 1), conflicts: true),
    Case(.collect(index: "by_creation_time"), .insert(v: 5), conflicts: true),
    Case(.collect(index: "by_id"), .insert(v: 5), conflicts: true),
    Case(.collect(index: "by_v"), .delete(2), conflicts: true),
    // An empty range is protected from phantoms.
    Case(.collectRange(v: 5), .insert(v: 5), conflicts: true),
    Case(.collectRange(v: 5), .insert(v: 6), conflicts: false),
    Case(.collectRange(v: 5), .patch(3, "v", 5), conflicts: true),
    Case(.collectRange(v: 10), .patch(1, "v", 11), conflicts: true),
    // A change outside of the index of a row in the range.
    Case(.collectRange(v: 10), .patch(1, "other", 1), conflicts: true),
    Case(.collectRange(v: 10), .patch(2, "other", 1), conflicts: false),
    Case(.nestedGetThatThrows(0), .patch(0, "x", 1), conflicts: true),
    Case(.getFromStaleSnapshot(0), .patch(0, "x", 1), conflicts: false),
    Case(.collectTable("later"), .insertInto("later"), conflicts: true),
    Case(.collectTable("later"), .insertInto("other"), conflicts: false),
    Case(.insertInto("mine"), .insertInto("yours"), conflicts: true),
  ]

  // loser                          winner
  // begin, step
  //                                begin, step, commit
  // insert a marker, commit
  @Test(arguments: Engine.allCases, ConflictTests.cases)
  fileprivate func `a transaction loses exactly if what it read changed`(
    engine: Engine,
    example: Case
  ) async throws {
    let schema = SchemaDefinition.indexes(["t": ["by_v": ["v"]], "markers": [:]])
    try await engine.withDatabase(schema: schema) { database in
      var rows: [DocumentID] = []
      for value in [0.0, 10, 20, 30] {
        rows.append(try await database.insert("t", ["v": .float64(value)]))
      }
      let loser = database.begin(.readWrite)
      try await example.loser.perform(in: loser, rows)
      try await database.withTransaction(source: "winner") { winner in
        try await example.winner.perform(in: winner, rows)
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
