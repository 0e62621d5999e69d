import FaultyDisk
import Foundation
import HullPersistence
import HullValues
import Testing

/// Random commits to a store on a faulty disk, and what has to be found on it.
struct DiskRun {
  /// Where the store believes its file to be; only its lock is there.
  let path: String
  var options: SQLiteOptions
  var workload: ModelTests.Workload
  /// Everything acknowledged.
  private(set) var acknowledged = ModelTests.Model()
  /// What would be there if the batch whose outcome is unknown were, too.
  private(set) var unsettled: ModelTests.Model?
  /// Every state there was, by its timestamp, for reads of the past.
  private(set) var history: [Timestamp: ModelTests.Model] = [.zero: ModelTests.Model()]
  private(set) var acknowledgedAt = Timestamp.zero

  init(path: String, seed: UInt64, durability: Durability = .full) {
    self.path = path
    workload = ModelTests.Workload(seed: seed)
    options = SQLiteOptions(durability: durability)
    // Small, so that checkpoints, spilled pages and reads of the disk happen all the time.
    options.checkpointFrames = 4 + workload.number(below: 60)
    options.writerCacheBytes = 64 << 10
    options.readerCacheBytes = 16 << 10
    options.mappedBytes = 0
    options.busyTimeout = .milliseconds(200)
  }

  func open(on disk: FaultyDisk) async throws -> SQLitePersistence {
    var options = options
    options.fileSystem = disk.name
    return try await SQLitePersistence.open(path: path, options: options)
  }

  /// Appends a random batch, on the store's thread or on this one.
  ///
  /// - Returns: The error, if the store reported one.
  mutating func append(to store: SQLitePersistence) async -> PersistenceError? {
    let before = workload.model
    var batch: [CommitRecord] = []
    // Now and then more pages than are written to the log at once.
    let commits = workload.number(below: 16) == 0 ? 150 : 1 + workload.number(below: 3)
    for _ in 0..<commits { batch.append(workload.commit()) }
    do {
      let isHere = batch.count == 1 && workload.number(below: 2) == 0
      if try !isHere || !store.appendOnThisThread(batch) { try await store.append(batch) }
      acknowledged = workload.model
      unsettled = nil
      acknowledgedAt = batch[batch.count - 1].timestamp
      history[acknowledgedAt] = acknowledged
      return nil
    } catch {
      unsettled = workload.model
      workload.model = before
      return error as? PersistenceError ?? PersistenceError(code: .unexpected, message: "\(error)")
    }
  }

  /// Takes the batch of unknown outcome for acknowledged.
  mutating func acceptUnsettled() {
    guard let unsettled else { return }
    acknowledged = unsettled
    workload.model = unsettled
    self.unsettled = nil
    acknowledgedAt = Timestamp(rawValue: workload.time)
    history[acknowledgedAt] = acknowledged
  }

  /// Everything a store holds.
  func contents(of store: SQLitePersistence) async throws -> ModelTests.Model {
    var model = ModelTests.Model()
    for table in [users, pets] {
      let rows = try await store.scan(
        ScanRequest(source: .byID(table), range: .all, limit: .max)
      ).rows
      for row in rows { model.documents[row.id] = row.document }
      let index = IndexID(rawValue: Int64(table.rawValue))
      let entries = try await store.scan(
        ScanRequest(source: .index(index), range: .all, limit: .max)
      ).rows
      for entry in entries {
        model.entries[index, default: [:]][entry.key] = entry.id
        // The entry leads to the document, and is where the document belongs.
        #expect(entry.document == model.documents[entry.id])
      }
    }
    model.changes = try await store.changes(after: .zero, upTo: nil, limit: .max)
    return model
  }

  /// Opens what is left on a disk and compares it with what was acknowledged, then goes on with it.
  ///
  /// - Parameters:
  ///   - disk: A disk that works.
  ///   - mayMiss: Whether the newest commits may be lost, as durability `normal` allows.
  ///   - context: What to say in a failure.
  /// - Returns: Whether everything acknowledged is there.
  /// - Throws: What the store throws.
  @discardableResult
  func verify(
    _ disk: FaultyDisk,
    mayMiss: Bool = false,
    _ context: String
  ) async throws -> Bool {
    let store = try await open(on: disk)
    let found = try await contents(of: store).normalized
    let isWhole = found == acknowledged.normalized || found == unsettled?.normalized
    let isAllowed = isWhole || mayMiss && history.values.contains { $0.normalized == found }
    #expect(isAllowed, "\(context)")
    if !mayMiss { #expect(store.lastTimestamp >= acknowledgedAt, "\(context)") }
    // Time goes on from there, and the store with it.
    var next = self
    next.workload.model = found
    next.workload.time = max(next.workload.time, store.lastTimestamp.rawValue)
    #expect(await next.append(to: store) == nil, "\(context)")
    #expect(try await contents(of: store).normalized == next.acknowledged.normalized, "\(context)")
    await store.close()
    let file = try SQLiteFile(path, fileSystem: disk.name)
    #expect(try file.texts("PRAGMA integrity_check") == [["ok"]], "\(context)")
    return isWhole
  }
}

extension ModelTests.Model {
  /// The same without indexes that are empty.
  var normalized: ModelTests.Model {
    var model = self
    model.entries = entries.filter { !$0.value.isEmpty }
    return model
  }
}

/// The seed of the tests that break disks, which `HULL_SEED` repeats.
let diskSeed: UInt64 =
  ProcessInfo.processInfo.environment["HULL_SEED"].flatMap { UInt64($0) }
  ?? .random(in: 0...UInt64.max)

/// How much more than by default the tests that break disks do.
let diskRounds = ProcessInfo.processInfo.environment["HULL_DISK_ROUNDS"].flatMap { Int($0) } ?? 1
