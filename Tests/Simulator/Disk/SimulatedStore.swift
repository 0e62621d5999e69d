// A store as one process has it open.

import HullDatabase
import HullPersistence
import HullValues

/// The disk in the hands of one process, which takes its time, fails, and is gone after a crash.
///
/// `@unchecked Sendable`: everything happens on the simulation's one thread.
final class SimulatedStore: Persistence, @unchecked Sendable {
  private let disk: SimulatedDisk
  private let sleeping: SimulatedSleeping
  private let chance: Chance
  private let report: (Violation) -> Void
  /// Has batches written one after the other, in the order they came.
  private let writer = FIFOGate()
  /// How often in a thousand writes something goes wrong.
  var faultsPerMille: Int
  /// How long a write takes at most, in milliseconds.
  var slowestWrite: Int
  /// Whether the process has ended: it reaches the disk no more.
  private(set) var isCutOff = false
  /// Whether it is unknown what a write has done, so that the store takes no more.
  private(set) var isOutcomeUnknown = false

  init(
    disk: SimulatedDisk,
    sleeping: SimulatedSleeping,
    chance: Chance,
    faultsPerMille: Int,
    slowestWrite: Int,
    report: @escaping (Violation) -> Void
  ) {
    self.disk = disk
    self.sleeping = sleeping
    self.chance = chance
    self.faultsPerMille = faultsPerMille
    self.slowestWrite = slowestWrite
    self.report = report
  }

  /// Takes the disk away from the process.
  func cutOff() { isCutOff = true }

  private func check() throws {
    if isCutOff { throw PersistenceError(code: .closed, message: "The process has ended.") }
  }

  /// Takes a while, or none.
  private func read() async throws {
    try check()
    switch chance.below(8) {
    case 0: await Task.yield()
    case 1 where slowestWrite > 0: try await sleeping.sleepOn(for: chance.pause(upTo: slowestWrite))
    default: return
    }
    try check()
  }

  private enum Fault: CaseIterable {
    case inputOutput
    case diskFull
    case unknownAndWritten
    case unknownAndLost
  }

  func append(_ batch: [CommitRecord]) async throws {
    try await writer.withGate { try await tryToWrite(batch) }
  }

  private func tryToWrite(_ batch: [CommitRecord]) async throws {
    try check()
    if isOutcomeUnknown { throw Self.outcomeUnknown }
    let fault = chance.happens(perMille: faultsPerMille) ? chance.pick(Fault.allCases) : nil
    // Where in the time it takes the batch reaches the disk: a crash falls before or after.
    let isEarly = chance.below(2) == 0
    if !isEarly { try await pause() }
    switch fault {
    case .inputOutput:
      throw PersistenceError(code: .inputOutput, message: "The disk failed.")
    case .diskFull: throw PersistenceError(code: .diskFull, message: "The disk is full.")
    case .unknownAndWritten:
      try await write(batch)
      isOutcomeUnknown = true
    case .unknownAndLost: isOutcomeUnknown = true
    case nil: try await write(batch)
    }
    if isEarly { try await pause() }
    if isOutcomeUnknown { throw Self.outcomeUnknown }
  }

  private static let outcomeUnknown = PersistenceError(
    code: .outcomeUnknown,
    message: "A write failed, and may have been done."
  )

  private func pause() async throws {
    if slowestWrite > 0 {
      try await sleeping.sleepOn(for: chance.pause(upTo: slowestWrite))
    } else {
      await Task.yield()
    }
    try check()
  }

  private func write(_ batch: [CommitRecord]) async throws {
    do {
      try await disk.write(batch)
    } catch let violation as Violation {
      report(violation)
      throw PersistenceError(code: .inconsistentWrite, message: violation.description)
    }
  }

  var lastTimestamp: Timestamp { disk.durable.lastTimestamp }

  func document(
    _ id: DocumentID,
    atLeast: Timestamp
  ) async throws -> (document: StoredDocument?, readAt: Timestamp) {
    try await read()
    return try await disk.durable.document(id, atLeast: atLeast)
  }

  func scan(_ request: ScanRequest, atLeast: Timestamp) async throws -> ScanPage {
    try await read()
    return try await disk.durable.scan(request, atLeast: atLeast)
  }

  func changes(after: Timestamp, upTo: Timestamp?, limit: Int) async throws -> [Change] {
    try await read()
    return try await disk.durable.changes(after: after, upTo: upTo, limit: limit)
  }

  func prune(changesBefore: Timestamp) async throws {
    try await read()
    try await disk.durable.prune(changesBefore: changesBefore)
  }

  func metadata(_ key: String) async throws -> [UInt8]? {
    try check()
    return try await disk.durable.metadata(key)
  }

  func metadata(prefix: String) async throws -> [String: [UInt8]] {
    try check()
    return try await disk.durable.metadata(prefix: prefix)
  }

  func removeEntries(of index: IndexID, limit: Int) async throws -> Bool {
    try await read()
    return try await disk.durable.removeEntries(of: index, limit: limit)
  }

  func updateViews(_ views: [SQLView]) async throws { try check() }

  func statistics() async -> PersistenceStatistics { await disk.durable.statistics() }

  func close() async { isCutOff = true }
}
