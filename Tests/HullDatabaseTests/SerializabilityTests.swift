import HullDatabase
import HullPersistence
import HullValues
import Synchronization
import TestRandomness
import Testing

/// Concurrent transactions against a model that runs them one at a time, in commit order.
@Suite struct SerializabilityTests {
  struct Setup: Sendable, CustomTestStringConvertible {
    var engine: Engine
    var seed: UInt64
    var testDescription: String { "\(engine), seed \(seed)" }
  }

  static let setups = Engine.allCases.flatMap { engine in
    (1...4).map { Setup(engine: engine, seed: $0) }
  }

  @Test(arguments: setups)
  func `every result is that of a serial execution in commit order`(setup: Setup) async throws {
    var options = DatabaseOptions.test(seed: setup.seed)
    options.time = SystemTimeSource()
    // Half of the time rows are displaced from memory all the time.
    if !setup.seed.isMultiple(of: 2) { options.rowCacheBytes = 20_000 }
    try await setup.engine.withDatabase(schema: RandomWorkload.schema, options: options) {
      database in
      let record = Record()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for worker in 0..<8 as Range<UInt64> {
          group.addTask {
            var generator = SeededGenerator(seed: setup.seed &* 1000 &+ worker)
            for _ in 0..<40 {
              record.add(try await transact(database, record.ids, &generator))
            }
          }
        }
        try await group.waitForAll()
      }
      var model = SerialModel()
      // Of histories at one timestamp, one wrote and the others read its snapshot.
      let serial = record.histories.sorted {
        ($0.timestamp.rawValue, $0.wroteNothing ? 1 : 0)
          < ($1.timestamp.rawValue, $1.wroteNothing ? 1 : 0)
      }
      for history in serial {
        try model.replay(history, "seed \(setup.seed), commit at \(history.timestamp)")
      }
      let all = Operation.Scan(group: nil, order: .ascending, limit: .max)
      #expect(
        try await database.begin().documents(of: "t") == model.rows(of: all),
        "seed \(setup.seed), final state"
      )
    }
  }

  private func transact(
    _ database: Database,
    _ ids: [DocumentID],
    _ generator: inout SeededGenerator
  ) async throws -> History {
    if Int.random(in: 0..<4, using: &generator) == 0 {
      let reader = database.begin()
      let operations = try await RandomWorkload(isReadOnly: true)
        .run(in: reader, ids: ids, using: &generator)
      return History(
        timestamp: reader.beginTimestamp,
        operations: operations,
        wroteNothing: true
      )
    }
    let start = generator
    var end = generator
    let committed = try await database.withTransaction(source: "random") { transaction in
      var attempt = start
      let operations = try await RandomWorkload().run(in: transaction, ids: ids, using: &attempt)
      end = attempt
      return (operations, transaction.beginTimestamp)
    }
    generator = end
    // One whose writes came to nothing, such as a patch with what was there, has its snapshot's time.
    return History(
      timestamp: committed.timestamp,
      operations: committed.value.0,
      wroteNothing: committed.timestamp == committed.value.1
    )
  }

  @Test(arguments: Engine.allCases)
  func `twenty-four racing creates of one code leave one row`(engine: Engine) async throws {
    let schema = SchemaDefinition.indexes(["customers": ["by_code": ["code"]]])
    try await engine.withDatabase(schema: schema) { database in
      let created = try await withThrowingTaskGroup(of: Bool.self) { group in
        for _ in 0..<24 {
          group.addTask {
            try await database.withTransaction(source: "customers:create") { transaction in
              let same = try await transaction.documents(
                of: "customers",
                index: "by_code",
                startingWith: ["C1"]
              )
              await Task.yield()
              guard same.isEmpty else { return false }
              _ = try await transaction.insert("customers", ["code": "C1"])
              return true
            }.value
          }
        }
        return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
      }
      #expect(created == 1)
      #expect(try await database.begin().documents(of: "customers").count == 1)
    }
  }

  @Test(arguments: Engine.allCases)
  func `transfers between accounts keep the sum, in every snapshot`(engine: Engine) async throws {
    try await engine.withDatabase { database in
      var accounts: [DocumentID] = []
      for _ in 0..<6 { accounts.append(try await database.insert("accounts", ["balance": 100])) }
      let ids = accounts
      try await withThrowingTaskGroup(of: Void.self) { group in
        for worker in 0..<6 as Range<UInt64> {
          group.addTask {
            var generator = SeededGenerator(seed: worker)
            for _ in 0..<40 {
              let amount = Double(Int.random(in: 1...30, using: &generator))
              let pair = ids.shuffled(using: &generator).prefix(2)
              guard let from = pair.first, let to = pair.last else { return }
              try await database.withTransaction(source: "accounts:transfer") { transaction in
                try await transaction.add(-amount, to: from)
                await Task.yield()
                try await transaction.add(amount, to: to)
              }
            }
          }
        }
        group.addTask {
          for _ in 0..<100 {
            let balances = try await database.begin().values("balance", of: "accounts")
            #expect(balances.reduce(0) { $0 + ($1?.float64 ?? .nan) } == 600)
            await Task.yield()
          }
        }
        try await group.waitForAll()
      }
      let balances = try await database.begin().values("balance", of: "accounts")
      #expect(balances.reduce(0) { $0 + ($1?.float64 ?? .nan) } == 600)
    }
  }

  @Test(arguments: Engine.allCases)
  func `a hot counter loses no increment and no caller`(engine: Engine) async throws {
    try await engine.withDatabase { database in
      let counter = try await database.insert("counters", ["balance": 0])
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<32 {
          group.addTask {
            for _ in 0..<10 {
              try await database.withTransaction(source: "counters:increment") { transaction in
                await Task.yield()
                try await transaction.add(1, to: counter)
              }
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(try await database.begin().get(counter)?.object()["balance"] == 320)
      #expect(database.counters.commits >= 320)
    }
  }
}

/// What concurrent workers did and the documents they may use.
private final class Record: Sendable {
  /// Guards what every worker adds to.
  private let state = Mutex<(histories: [History], ids: [DocumentID])>(([], []))

  var histories: [History] { state.withLock { $0.histories } }

  var ids: [DocumentID] { state.withLock { $0.ids } }

  func add(_ history: History) {
    state.withLock { state in
      state.histories.append(history)
      for case .insert(let document) in history.operations { state.ids.append(document.id) }
      if state.ids.count > 12 { state.ids.removeFirst(state.ids.count - 12) }
    }
  }
}

extension Transaction {
  /// Adds to the `balance` of a document.
  fileprivate func add(_ amount: Double, to id: DocumentID) async throws {
    let balance = try #require(try await get(id)?.object()["balance"]?.float64)
    try await patch(id, [("balance", .float64(balance + amount))])
  }
}
