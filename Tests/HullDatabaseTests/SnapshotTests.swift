import HullDatabase
import HullPersistence
import HullValues
import TestRandomness
import Testing

/// Snapshots: what a transaction reads does not change under it, whatever is committed meanwhile.
@Suite struct SnapshotTests {
  /// The state after one commit.
  struct State: Sendable {
    var timestamp: Timestamp
    var model: SerialModel
  }

  struct Setup: Sendable, CustomTestStringConvertible {
    var engine: Engine
    /// How much of the write log is in memory; without any, every undo comes from the disk.
    var writeLogBytes: Int
    var seed: UInt64
    var testDescription: String { "\(engine), write log of \(writeLogBytes) bytes, seed \(seed)" }
  }

  static let setups = Engine.allCases.flatMap { engine in
    [50 << 20, 20_000, 0].flatMap { bytes in
      [Setup(engine: engine, writeLogBytes: bytes, seed: UInt64(bytes % 97))]
    }
  }

  @Test(arguments: setups)
  func `a snapshot equals the state at its timestamp while others commit`(
    setup: Setup
  ) async throws {
    var options = DatabaseOptions.test(seed: setup.seed)
    options.writeLogBytes = setup.writeLogBytes
    try await setup.engine.withDatabase(
      schema: RandomWorkload.schema,
      options: options
    ) { database in
      let first = State(timestamp: database.latestTimestamp, model: SerialModel())
      let states = Shared([first])
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          var generator = SeededGenerator(seed: setup.seed)
          var model = SerialModel()
          for _ in 0..<80 {
            let known = Array(model.documents.keys.sorted().suffix(20))
            let start = generator
            var end = start
            let committed = try await database.withTransaction(source: "writer") { transaction in
              var attempt = start
              let done = try await RandomWorkload()
                .run(in: transaction, ids: known, using: &attempt)
              end = attempt
              return done
            }
            generator = end
            let history = History(timestamp: committed.timestamp, operations: committed.value)
            try model.replay(history, "seed \(setup.seed)")
            let state = State(timestamp: committed.timestamp, model: model)
            states.update { $0.append(state) }
          }
        }
        for reader in 0..<3 as Range<UInt64> {
          group.addTask {
            var generator = SeededGenerator(seed: setup.seed &* 100 &+ reader)
            for _ in 0..<20 {
              // Mostly recent ones, and a few from the beginning.
              let known = states.value
              let state = try #require(
                Bool.random(using: &generator)
                  ? known.last : known.randomElement(using: &generator)
              )
              let transaction = try database.begin(at: state.timestamp)
              try await compare(transaction, state, setup, &generator)
            }
          }
        }
        try await group.waitForAll()
      }
      // And once more, when everything lies in the past.
      var generator = SeededGenerator(seed: setup.seed)
      for state in states.value where Int.random(in: 0..<4, using: &generator) == 0 {
        try await compare(try database.begin(at: state.timestamp), state, setup, &generator)
      }
    }
  }

  /// Reads a snapshot in small steps and compares each with the state.
  private func compare(
    _ transaction: Transaction,
    _ state: State,
    _ setup: Setup,
    _ generator: inout SeededGenerator
  ) async throws {
    let comment: Comment = "\(setup.testDescription) at \(state.timestamp)"
    for group in [nil, 0, 1, 2] as [Int?] {
      let scan = Operation.Scan(
        group: group,
        order: Bool.random(using: &generator) ? .ascending : .descending,
        limit: .max
      )
      let read = try await transaction.pageByPage(scan)
      #expect(try read == state.model.rows(of: scan), comment)
    }
    for id in state.model.documents.keys.sorted().suffix(3) {
      #expect(try await transaction.get(id) == state.model.documents[id], comment)
      await Task.yield()
    }
  }

  @Test(arguments: Engine.allCases)
  func `the past can be read as far back as it is kept, and no further`(
    engine: Engine
  ) async throws {
    let time = ManualTimeSource()
    var options = DatabaseOptions.test(time: time)
    options.retention = .seconds(100)
    options.writeLogAge = .seconds(10)
    try await engine.withStore { store in
      var database = try await Database.open(
        persistence: try await store(),
        schema: nil,
        options: options
      )
      let id = try await database.insert("t", ["n": 0])
      var timestamps = [database.latestTimestamp]
      for n in 1..<30 {
        time.advance(by: .seconds(10))
        try await database.withTransaction(source: "t") {
          try await $0.patch(id, [("n", .float64(Double(n)))])
        }
        timestamps.append(database.latestTimestamp)
      }
      // What is no longer needed goes from the disk.
      func changes(_ database: Database) async throws -> Int {
        try await database.persistence.changes(after: .zero, upTo: nil, limit: 1000).count
      }
      await database.pruneHistory()
      #expect(try await changes(database) < 20)
      // Reopened, so that nothing is left in memory.
      await database.close()
      database = try await Database.open(
        persistence: try await store(),
        schema: nil,
        options: options
      )
      for (n, timestamp) in timestamps.enumerated().suffix(10) {
        let value = try await database.begin(at: timestamp).get(id)?.object()["n"]
        #expect(value == .float64(Double(n)))
      }
      let error = #expect(throws: DatabaseError.self) { try database.begin(at: timestamps[0]) }
      #expect(error?.kind == .outOfRetention)
      await database.close()
    }
  }

  @Test func `the past does not stay for ever because the clock was once far ahead`() async throws {
    let time = ManualTimeSource()
    var options = DatabaseOptions.test(time: time)
    options.retention = .seconds(100)
    let database = try await Database.inMemory(options: options)
    let id = try await database.insert("t", ["n": 0])
    let start = time.now()
    time.set(start.advanced(by: .seconds(60 * 365 * 86_400)))
    try await database.insert("t", ["n": 0])
    time.set(start)
    for n in 1..<100 {
      time.advance(by: .seconds(10))
      try await database.withTransaction(source: "t") {
        try await $0.patch(id, [("n", .float64(Double(n)))])
      }
    }
    await database.pruneHistory()
    let changes = try await database.persistence.changes(after: .zero, upTo: nil, limit: 1000)
    // Those of about the last 100 seconds.
    #expect((9...22).contains(changes.count), "\(changes.count)")
  }

  @Test func `the future cannot be read`() async throws {
    let database = try await Database.inMemory()
    let error = #expect(throws: DatabaseError.self) {
      try database.begin(at: database.latestTimestamp.successor)
    }
    #expect(error?.code == "InvalidTimestamp")
  }

  // old                           writer
  // begin
  //                               more commits than the write log keeps
  // insert, commit ✗
  @Test func `a transaction older than the write log cannot be validated`() async throws {
    var options = DatabaseOptions.test()
    options.writeLogBytes = 0
    let database = try await Database.inMemory(options: options)
    let id = try await database.insert("t", ["n": 0])
    let old = database.begin(.readWrite)
    for n in 1..<4 {
      try await database.withTransaction(source: "w") {
        try await $0.patch(id, [("n", .float64(Double(n)))])
      }
    }
    #expect(try await old.get(id)?.object()["n"] == 0)
    _ = try await old.insert("t", [:])
    let error = await #expect(throws: DatabaseError.self) {
      try await database.commit(old, source: "old")
    }
    #expect(error?.kind == .outOfRetention)
  }

  // MARK: Own writes

  @Test func `a scan that is under way sees the transaction's later writes`() async throws {
    let database = try await Database.inMemory(schema: .indexes(["t": ["by_n": ["n"]]]))
    var ids: [DocumentID] = []
    for n in 0..<6 { ids.append(try await database.insert("t", ["n": .float64(Double(n * 10))])) }
    let rows = ids
    try await database.withTransaction(source: "t") { transaction in
      var seen: [Double] = []
      let scan = try await transaction.openScan(of: "t", index: "by_n")
      func next() async throws -> Double? {
        try await transaction.exclusively { try await $0.next(scan) }?
          .document?.object()["n"]?.float64
      }
      seen.append(try #require(try await next()))
      seen.append(try #require(try await next()))
      // Ahead of the scan: seen. Behind it: not.
      _ = try await transaction.insert("t", ["n": 15])
      _ = try await transaction.insert("t", ["n": 5])
      try await transaction.delete(rows[2])
      try await transaction.patch(rows[3], [("n", 45)])
      try await transaction.patch(rows[0], [("n", 100)])
      while let n = try await next() { seen.append(n) }
      #expect(seen == [0, 10, 15, 40, 45, 50, 100])
    }
  }

  @Test func `rows hidden by a rolled back write come back in a scan under way`() async throws {
    struct Refused: Error {}
    let database = try await Database.inMemory(schema: .indexes(["t": ["by_n": ["n"]]]))
    var ids: [DocumentID] = []
    for n in 0..<4 { ids.append(try await database.insert("t", ["n": .float64(Double(n))])) }
    let rows = ids
    try await database.withTransaction(source: "t") { transaction in
      let scan = try await transaction.openScan(of: "t", index: "by_n")
      func next(_ transaction: Transaction) async throws -> ConvexValue? {
        try await transaction.exclusively { try await $0.next(scan) }?.document?.object()["n"]
      }
      #expect(try await next(transaction) == 0)
      try? await transaction.nested { child in
        try await child.delete(rows[1])
        try await child.delete(rows[2])
        _ = try await child.insert("t", ["n": 1.5])
        // To find what comes next it has to pass over the deleted rows.
        #expect(try await next(child) == 1.5)
        throw Refused()
      }
      #expect(try await next(transaction) == 2)
      #expect(try await next(transaction) == 3)
      #expect(try await next(transaction) == nil)
    }
  }
}

extension Transaction {
  /// Starts a scan of a whole index.
  func openScan(of table: String, index: String) async throws -> IndexScan {
    try await exclusively { state in
      let table = try #require(state.table(named: try TableName(validating: table)))
      let index = try #require(table.index(named: index))
      return state.scan(.index(index.id), in: table.number, range: .all, expectedRows: 1)
    }
  }

  /// Reads a scan in pages of three rows, letting others run in between.
  fileprivate func pageByPage(_ scan: Operation.Scan) async throws -> [EncodedDocument] {
    let open: IndexScan? = try await exclusively { state in
      guard let table = state.table(named: "t") else { return nil }
      let index = try #require(
        table.index(named: scan.group == nil ? "by_creation_time" : "by_group")
      )
      return state.scan(
        .index(index.id),
        in: table.number,
        range: scan.group.map { KeyRange(prefix: IndexKey([.float64(Double($0))])) } ?? .all,
        order: scan.order,
        expectedRows: 3
      )
    }
    guard let open else { return [] }
    var documents: [EncodedDocument] = []
    while let row = try await exclusively({ try await $0.next(open, maximumPageRows: 3) }) {
      documents.append(try #require(row.document))
      if documents.count % 3 == 0 { await Task.yield() }
    }
    return documents
  }
}
