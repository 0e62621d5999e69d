import FaultyDisk
import Foundation
import HullDatabase
import HullPersistence
import HullValues
import TestRandomness
import Testing

/// Transactions on a disk that fails: who is told, and what is there afterwards.
@Suite struct DiskFaultTests {
  private static let seed: UInt64 =
    ProcessInfo.processInfo.environment["HULL_SEED"].flatMap { UInt64($0) }
    ?? .random(in: 0...UInt64.max)
  private static let rounds =
    ProcessInfo.processInfo.environment["HULL_DISK_ROUNDS"].flatMap { Int($0) } ?? 1

  /// What may be in the database, as those know who wrote it.
  struct Knowledge: Sendable {
    /// The values each writer's pair of documents may have; more than one after an unknown outcome.
    var possible: [Int: Set<Int>] = [:]
    /// Commits that were acknowledged, and those whose outcome is unknown.
    var acknowledged = 0
    var unknown = 0
    var newest = Timestamp.zero
    var errors: [String: Int] = [:]

    mutating func record(_ error: any Error, writer: Int, value: Int) {
      let code =
        (error as? DatabaseError)?.code ?? (error as? PersistenceError)?.code.rawValue ?? "other"
      errors[code, default: 0] += 1
      guard code == "CommitOutcomeUnknown" else { return }
      possible[writer, default: []].insert(value)
      unknown += 1
    }
  }

  private static let schema: SchemaDefinition? = {
    guard let writer = try? FieldPath(parsing: "writer"),
      let value = try? FieldPath(parsing: "value"),
      let pairs = try? TableName(validating: "pairs")
    else { return nil }
    return .indexes([pairs: ["by_writer": [writer], "by_value": [value, writer]]])
  }()

  private func open(
    on disk: FaultyDisk,
    at path: String,
    seed: UInt64
  ) async throws -> Database {
    var options = SQLiteOptions(
      busyTimeout: .milliseconds(200),
      writerCacheBytes: 64 << 10,
      readerCacheBytes: 16 << 10,
      mappedBytes: 0,
      checkpointFrames: 20
    )
    options.fileSystem = disk.name
    return try await Database.open(
      persistence: try await SQLitePersistence.open(path: path, options: options),
      schema: Self.schema,
      options: .test(seed: seed)
    )
  }

  /// One transaction: sets both documents of a writer to a value, and counts itself.
  private func write(_ value: Int, writer: Int, to database: Database) async throws -> Timestamp {
    try await database.withTransaction(source: "write") { transaction in
      let number = ConvexValue.float64(Double(writer))
      let pair = try await transaction.documents(
        of: "pairs",
        index: "by_writer",
        startingWith: [number]
      )
      if pair.isEmpty {
        for _ in 0..<2 {
          _ = try await transaction.insert(
            "pairs",
            ["writer": number, "value": .float64(Double(value))]
          )
        }
      }
      for document in pair {
        try await transaction.patch(document.id, [("value", .float64(Double(value)))])
      }
      let counters = try await transaction.documents(of: "counters")
      guard let counter = counters.first else {
        _ = try await transaction.insert("counters", ["n": 1.0])
        return
      }
      guard case .float64(let n)? = try counter.object()["n"] else { return }
      try await transaction.patch(counter.id, [("n", .float64(n + 1))])
    }.timestamp
  }

  /// Compares what is in a database with what may be.
  private func verify(
    _ database: Database,
    _ knowledge: Knowledge,
    _ context: String
  ) async throws {
    #expect(database.latestTimestamp >= knowledge.newest, "\(context)")
    let transaction = database.begin()
    let all = try await transaction.documents(of: "pairs")
    for index in ["by_writer", "by_value"] {
      let indexed = try await transaction.documents(of: "pairs", index: index)
      #expect(Set(indexed.map(\.id)) == Set(all.map(\.id)), "\(index), \(context)")
      #expect(indexed.count == all.count, "\(index), \(context)")
    }
    for (writer, possible) in knowledge.possible {
      let values = try await transaction.values(
        "value",
        of: "pairs",
        index: "by_writer",
        startingWith: [.float64(Double(writer))]
      )
      let isAllowed = possible.contains { value in
        value == 0 ? values.isEmpty : values == [.float64(Double(value)), .float64(Double(value))]
      }
      #expect(isAllowed, "writer \(writer) has \(values), may have \(possible); \(context)")
    }
    let counted = try await transaction.values("n", of: "counters").first ?? 0.0
    guard case .float64(let count)? = counted else { return }
    let most = knowledge.acknowledged + knowledge.unknown
    #expect((knowledge.acknowledged...most).contains(Int(count)), "\(context)")
  }

  /// Has writers write at once.
  private func work(
    _ database: Database,
    _ knowledge: Shared<Knowledge>,
    writers: Range<Int> = 0..<6,
    values: Range<Int>
  ) async {
    await withTaskGroup(of: Void.self) { group in
      for writer in writers {
        group.addTask {
          for value in values {
            do {
              let timestamp = try await write(value, writer: writer, to: database)
              knowledge.update { knowledge in
                knowledge.possible[writer] = [value]
                knowledge.acknowledged += 1
                knowledge.newest = max(knowledge.newest, timestamp)
              }
            } catch {
              knowledge.update { $0.record(error, writer: writer, value: value) }
            }
          }
        }
      }
    }
  }

  @Test
  func `transactions on a failing disk are whole, known to their callers, and go on after it`()
    async throws
  {
    print("HULL_SEED=\(Self.seed)")
    var errors: [String: Int] = [:]
    for round in 0..<(2 * Self.rounds) {
      let seed = Self.seed &+ UInt64(round)
      let context = "round \(round), HULL_SEED=\(Self.seed)"
      let (disk, weather) = (FaultyDisk(), DiskWeather(seed: seed))
      disk.setFault { weather.fault($0) }
      try await withTemporaryPath { path in
        let database = try await open(on: disk, at: path, seed: seed)
        let knowledge = Shared(Knowledge())
        for writer in 0..<6 { knowledge.update { $0.possible[writer] = [0] } }
        for phase in 1...6 {
          weather.set(chance: phase.isMultiple(of: 2) ? 300 : 20)
          await work(database, knowledge, values: phase * 10..<phase * 10 + 6)
          weather.set(chance: 0)
          try await verify(database, knowledge.value, "phase \(phase), \(context)")
          // The disk is well by now, but may have a loss to tell of: a sync of the log by the
          // checkpointer that failed fails the next commit too, known not to be there.
          let weathered = knowledge.value.errors
          await work(database, knowledge, writers: 0..<1, values: phase * 10 + 7..<phase * 10 + 8)
          let told = knowledge.value.errors
          let isTold = told == weathered.merging(["CommitFailed": 1], uniquingKeysWith: +)
          #expect(isTold || told == weathered, "\(context)")
          // Nothing else is needed to go on.
          await work(database, knowledge, values: phase * 10 + 8..<phase * 10 + 9)
          #expect(knowledge.value.errors == told, "\(context)")
          try await verify(database, knowledge.value, "after phase \(phase), \(context)")
        }
        errors.merge(knowledge.value.errors, uniquingKeysWith: +)
        let image = disk.afterCrash(.anything, seed: seed)
        await database.close()
        for disk in [image, disk] {
          let reopened = try await open(on: disk, at: path, seed: seed)
          try await verify(reopened, knowledge.value, context)
          await reopened.close()
        }
      }
    }
    print("errors: \(errors)")
    #expect(errors["CommitFailed", default: 0] > 0)
  }

  @Test
  func `a power failure among concurrent transactions leaves whole ones and all acknowledged`()
    async throws
  {
    print("HULL_SEED=\(Self.seed)")
    for round in 0..<(4 * Self.rounds) {
      var random = SeededGenerator(seed: Self.seed &+ UInt64(round))
      let number = Int.random(in: 150..<1500, using: &random)
      let seed = random.next()
      let disk = FaultyDisk()
      disk.setFault { $0.number >= number ? .crash : nil }
      try await withTemporaryPath { path in
        let database = try await open(on: disk, at: path, seed: seed)
        let knowledge = Shared(Knowledge())
        for writer in 0..<6 { knowledge.update { $0.possible[writer] = [0] } }
        var values = 1..<10
        while !disk.isCrashed {
          await work(database, knowledge, values: values)
          values = values.upperBound..<values.upperBound + 10
        }
        await database.close()
        for loss in DiskLoss.allCases {
          let context =
            "\(loss) at operation \(number), round \(round), HULL_SEED=\(Self.seed)"
          let image = disk.afterCrash(loss, seed: seed)
          let reopened = try await open(on: image, at: path, seed: seed)
          try await verify(reopened, knowledge.value, context)
          let newest = try await write(values.upperBound, writer: 0, to: reopened)
          #expect(newest > knowledge.value.newest, "\(context)")
          await reopened.close()
        }
      }
    }
  }

  private func withTemporaryPath(_ body: (String) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory
      .appending(component: "hull-disk-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    try await body(directory.appending(component: "data.sqlite").path)
  }
}
