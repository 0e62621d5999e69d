internal import HullPersistence
internal import HullValues
internal import Synchronization

/// The vector indexes that are in memory, within a bound on their memory.
///
/// An index is built when it is first searched. When there is no room, those that were not searched
/// for longest go; they are built again when they are searched. One that has no room even alone is
/// not kept: its searches read the documents.
final class VectorIndexes: Sendable {
  fileprivate struct State {
    var indexes: [IndexID: LoadedVectorIndex] = [:]
    /// Whose inboxes the commits to a table go to.
    var byTable: [TableNumber: [LoadedVectorIndex]] = [:]
    /// When an index was last searched, counted in searches.
    var lastUse: [IndexID: Int] = [:]
    /// Indexes that have no room even alone.
    var oversized: Set<IndexID> = []
    /// Every commit up to this one has been put into the inboxes there were.
    var enqueuedThrough: Timestamp
    var counters = VectorSearchCounters()
  }

  /// Protects which indexes there are; held for look-ups, and to hand a batch of commits on.
  private let state: Mutex<State>
  private let budget: Int

  /// Makes a place for indexes that take at most `bytes` of memory together.
  init(bytes: Int, enqueuedThrough: Timestamp) {
    budget = bytes
    state = Mutex(State(enqueuedThrough: enqueuedThrough))
  }

  var counters: VectorSearchCounters {
    state.withLock { state in
      var counters = state.counters
      counters.loadedIndexes = state.indexes.count
      for index in state.indexes.values {
        counters.loadedVectors += index.count
        counters.loadedBytes += index.bytes
      }
      return counters
    }
  }

  func countBuild() { state.withLock { $0.counters.builds += 1 } }

  // MARK: Commits

  /// Hands a batch that is durable to the indexes it concerns, before it is published.
  ///
  /// - Complexity: O(changes of tables with an index in memory).
  func enqueue(_ batch: [PendingCommit], from committer: Committer) {
    let full = state.withLock { state in
      guard let last = batch.last else { return [LoadedVectorIndex]() }
      state.enqueuedThrough = last.commit.timestamp
      if state.byTable.isEmpty { return [] }
      var full: [LoadedVectorIndex] = []
      for pending in batch {
        if let catalog = pending.catalog { state.removeIndexes(missingFrom: catalog) }
        for (table, changes) in pending.commit.changes(ofTables: state.byTable) {
          for index in state.byTable[table] ?? [] {
            switch index.enqueue(changes, at: pending.commit.timestamp) {
            case .done: break
            case .applySoon: full.append(index)
            case .overflow: state.remove(index)
            }
          }
        }
      }
      return full
    }
    for index in full {
      // Ends by itself once it has applied what there is; nobody waits for it.
      Task.detached(executorPreference: globalConcurrentExecutor, priority: .utility) {
        await index.gate.withGate { index.apply(through: committer.published) }
        _ = self.makeRoom(for: index)
      }
    }
  }

  // MARK: Searches

  /// Finds the vectors nearest to a direction among those of the newest commit.
  ///
  /// - Parameters:
  ///   - search: What to find.
  ///   - index: The index, a vector index.
  ///   - table: The table it belongs to.
  ///   - definition: Its definition.
  ///   - committer: Where commits and documents come from.
  /// - Returns: At most `search.limit` vectors, best first.
  /// - Throws: What the store throws.
  func nearest(
    _ search: CompiledVectorSearch,
    in index: IndexID,
    of table: TableNumber,
    _ definition: VectorIndexDefinition,
    from committer: Committer
  ) async throws -> [ScoredVector] {
    state.withLock { $0.counters.searches += 1 }
    for _ in 0..<Self.attempts {
      // Before the look-up: all of it is in the inbox, or was before the baseline.
      let timestamp = committer.published
      guard let loaded = loadedIndex(index, of: table, definition) else { break }
      do {
        let rows = try await loaded.currentRows(through: timestamp, from: committer)
        return await rows.nearest(search)
      } catch VectorIndexLoss.dropped {
        continue
      } catch VectorIndexLoss.notKept {
        state.withLock { $0.remove(loaded) }
        break
      } catch {
        // What has been built so far is of no use to anybody.
        state.withLock { $0.remove(loaded) }
        throw error
      }
    }
    state.withLock { $0.counters.streamedSearches += 1 }
    let (best, bytes) = try await committer.nearest(search, in: table, definition)
    if bytes < budget - budget / 8 { state.withLock { _ = $0.oversized.remove(index) } }
    return best
  }

  /// How often an index that is removed while it is being built is begun again.
  private static let attempts = 3

  /// The index to search; nil if there is no room for it.
  private func loadedIndex(
    _ index: IndexID,
    of table: TableNumber,
    _ definition: VectorIndexDefinition
  ) -> LoadedVectorIndex? {
    state.withLock { state in
      if state.oversized.contains(index) { return nil }
      state.lastUse[index] = state.counters.searches
      if let loaded = state.indexes[index] { return loaded }
      let loaded = LoadedVectorIndex(
        id: index,
        table: table,
        definition: definition,
        baseline: state.enqueuedThrough
      )
      state.indexes[index] = loaded
      state.byTable[table, default: []].append(loaded)
      return loaded
    }
  }

  /// Removes indexes until all are within the bound.
  ///
  /// - Parameter grown: The index that has grown, which is removed last.
  /// - Returns: Whether it could stay.
  func makeRoom(for grown: LoadedVectorIndex) -> Bool {
    state.withLock { state in
      var total = state.indexes.values.reduce(0) { $0 + $1.bytes }
      if total <= budget { return true }
      // One that is being built is being waited for.
      let removable = state.indexes.values.filter { $0 !== grown && $0.isComplete }
        .sorted { state.lastUse[$0.id] ?? 0 < state.lastUse[$1.id] ?? 0 }
      for index in removable where total > budget {
        total -= index.bytes
        state.remove(index)
        state.counters.evictions += 1
      }
      if total <= budget { return true }
      if grown.bytes > budget { state.oversized.insert(grown.id) }
      state.remove(grown)
      state.counters.evictions += 1
      return false
    }
  }
}

extension VectorIndexes.State {
  /// Removes an index, if it is still the one in use.
  fileprivate mutating func remove(_ index: LoadedVectorIndex) {
    index.drop()
    guard indexes[index.id] === index else { return }
    indexes[index.id] = nil
    byTable[index.table]?.removeAll { $0 === index }
    if byTable[index.table]?.isEmpty ?? false { byTable[index.table] = nil }
  }

  /// Removes the indexes a new catalog does not have.
  fileprivate mutating func removeIndexes(missingFrom catalog: Catalog) {
    for index in indexes.values {
      let isThere = catalog.table(index.table)?.indexes.contains { $0.id == index.id } ?? false
      if !isThere { remove(index) }
    }
  }
}

extension CommittedTransaction {
  /// The changes of documents of some tables, by table.
  fileprivate func changes<Value>(
    ofTables tables: [TableNumber: Value]
  ) -> [TableNumber: [DocumentChange]] {
    var result: [TableNumber: [DocumentChange]] = [:]
    for change in changes where tables[change.id.tableNumber] != nil {
      result[change.id.tableNumber, default: []].append(change)
    }
    return result
  }
}

/// What has come of vector searches since the database was opened.
package struct VectorSearchCounters: Sendable, Hashable {
  /// Searches.
  package var searches = 0
  /// Those that read the documents because there was no room for the index.
  package var streamedSearches = 0
  /// How often an index was built from the documents.
  package var builds = 0
  /// How often an index had to make room.
  package var evictions = 0
  /// Indexes in memory now.
  package var loadedIndexes = 0
  /// Vectors in memory now.
  package var loadedVectors = 0
  /// Memory that vector indexes take now, in bytes.
  package var loadedBytes = 0

  package init() {}
}
