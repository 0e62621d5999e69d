import HullPersistence
import HullValues

/// A store whose scans wait until the test lets them go on, and that refuses to read or write when told
/// to.
struct BlockingPersistence: Persistence {
  let store = InMemoryPersistence()
  let isBlocked = Locked(false)
  let gate = Signal()
  /// How many of the next batches are refused, as by a full disk.
  let refusals = Locked(0)
  /// Whether the next batch is written without anybody being told so.
  let losesOutcome = Locked(false)
  /// Whether documents and indexes cannot be read.
  let isUnreadable = Locked(false)

  var lastTimestamp: Timestamp { store.lastTimestamp }

  func document(
    _ id: DocumentID,
    atLeast: Timestamp
  ) async throws -> (document: StoredDocument?, readAt: Timestamp) {
    try checkReadable()
    return try await store.document(id, atLeast: atLeast)
  }

  func scan(_ request: ScanRequest, atLeast: Timestamp) async throws -> ScanPage {
    if isBlocked.value { await gate.wait() }
    try checkReadable()
    return try await store.scan(request, atLeast: atLeast)
  }

  private func checkReadable() throws {
    if isUnreadable.value {
      throw PersistenceError(code: .inputOutput, message: "The disk failed.")
    }
  }

  func append(_ batch: [CommitRecord]) async throws {
    let isRefused = refusals.withLock { refusals in
      defer { refusals = max(0, refusals - 1) }
      return refusals > 0
    }
    if isRefused { throw PersistenceError(code: .diskFull, message: "The disk is full.") }
    try await store.append(batch)
    let isLost = losesOutcome.withLock { losesOutcome in
      defer { losesOutcome = false }
      return losesOutcome
    }
    if isLost { throw PersistenceError(code: .outcomeUnknown, message: "The sync failed.") }
  }

  func settle() async throws -> Bool { true }

  func changes(after: Timestamp, upTo: Timestamp?, limit: Int) async throws -> [Change] {
    try await store.changes(after: after, upTo: upTo, limit: limit)
  }

  func prune(changesBefore: Timestamp) async throws {
    try await store.prune(changesBefore: changesBefore)
  }

  func metadata(_ key: String) async throws -> [UInt8]? { try await store.metadata(key) }

  func metadata(prefix: String) async throws -> [String: [UInt8]] {
    try await store.metadata(prefix: prefix)
  }

  func removeEntries(of index: IndexID, limit: Int) async throws -> Bool {
    try await store.removeEntries(of: index, limit: limit)
  }

  func updateViews(_ views: [SQLView]) async throws { try await store.updateViews(views) }

  func statistics() async -> PersistenceStatistics { await store.statistics() }

  func close() async { await store.close() }
}
