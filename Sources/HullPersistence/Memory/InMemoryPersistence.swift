package import HullValues
import Synchronization

/// A store that forgets everything when it goes: for tests and simulation.
///
/// It keeps the same contract as the one on disk, and making one costs a few allocations.
package final class InMemoryPersistence: Persistence {
  /// Guards the whole state: a read sees all of a batch or nothing of it.
  private let state: Mutex<MemoryState>

  package init() {
    state = Mutex(MemoryState())
  }

  /// A store with what another one holds now, which costs no more than an empty one: both share it
  /// until one of them changes it.
  package init(copying other: InMemoryPersistence) {
    state = Mutex(other.state.withLock { $0 })
  }

  package var isInMemory: Bool { true }

  package var lastTimestamp: Timestamp { state.withLock { $0.lastTimestamp } }

  package func document(
    _ id: DocumentID,
    atLeast: Timestamp
  ) async throws -> (document: StoredDocument?, readAt: Timestamp) {
    try withState { ($0.document(id), $0.lastTimestamp) }
  }

  package func scan(_ request: ScanRequest, atLeast: Timestamp) async throws -> ScanPage {
    try withState { $0.scan(request) }
  }

  package func append(_ batch: [CommitRecord]) async throws {
    try withState { state throws(PersistenceError) in
      try state.validate(batch)
      state.apply(batch)
    }
  }

  package func changes(
    after: Timestamp,
    upTo: Timestamp?,
    limit: Int
  ) async throws -> [Change] {
    try withState { $0.changes(after: after, upTo: upTo, limit: limit) }
  }

  package func prune(changesBefore: Timestamp) async throws {
    try withState { $0.prune(changesBefore: changesBefore) }
  }

  package func metadata(_ key: String) async throws -> [UInt8]? {
    try withState { $0.metadata[key] }
  }

  package func metadata(prefix: String) async throws -> [String: [UInt8]] {
    try withState { state in
      state.metadata.filter { $0.key.utf8.starts(with: prefix.utf8) }
    }
  }

  package func removeEntries(of index: IndexID, limit: Int) async throws -> Bool {
    try withState { $0.removeEntries(of: index, limit: limit) }
  }

  package func updateViews(_ views: [SQLView]) async throws {
    try withState { _ in }
  }

  package func statistics() async -> PersistenceStatistics {
    state.withLock { $0.statistics }
  }

  package func close() async {
    state.withLock { state in
      let last = state.lastTimestamp
      state = MemoryState()
      state.lastTimestamp = last
      state.isClosed = true
    }
  }

  private func withState<Value: Sendable>(
    _ body: (inout MemoryState) throws(PersistenceError) -> Value
  ) throws(PersistenceError) -> Value {
    try state.withLock { state throws(PersistenceError) in
      if state.isClosed { throw .closed(path: nil) }
      return try body(&state)
    }
  }
}
