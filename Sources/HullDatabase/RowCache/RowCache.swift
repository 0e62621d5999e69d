internal import HullPersistence
internal import HullValues
internal import Synchronization

/// Rows that were read more than once, in memory, as they are after the newest commit.
///
/// It knows one state only, the newest published one, and answers if what is asked for is the same
/// in the snapshot that is read. Where it is not, the disk is asked, whose readers may still have an
/// older state: to take back many commits costs more. Every batch of commits is applied before it is
/// published, in place: a row that changes stays, and a stretch of an index in which one is inserted
/// gains it.
///
/// It holds whole documents by id, and stretches of indexes with their documents. Nothing in it
/// is needed: all of it can be dropped at any time.
final class RowCache: Sendable {
  /// Part of the tables: a hot one does not hold up those of other shards.
  private final class Shard: Sendable {
    struct State {
      var tables: [TableNumber: CachedTable] = [:]
      /// The newest commit that may have changed one of these tables: of those applied, or the last
      /// one before the cache was made.
      var changed: Timestamp
      var doorkeeper = Doorkeeper()
      /// How often something was here.
      var hits = 0
      /// How often it was not.
      var misses = 0

      var bytes: Int { tables.values.reduce(0) { $0 + $1.bytes } }
    }

    /// Guards what is in memory of these tables: a batch is applied as a whole, a read sees all of
    /// it or nothing.
    let state: Mutex<State>

    init(changed: Timestamp) { state = Mutex(State(changed: changed)) }
  }

  /// The memory it may take.
  private let limit: Int
  private var roomAtFirst: Int { limit / 4 * 3 }
  private let shards: [Shard]
  /// About how much memory is taken; exact once no shard is locked.
  private let bytes = Atomic(0)
  /// How much may be taken until room is made.
  private let room: Atomic<Int>
  /// Whether somebody is making room.
  private let isMakingRoom = Atomic(false)
  /// Every commit up to this one is applied.
  private let applied: Atomic<Int64>

  /// Pages with more rows than this are not kept: they are part of a scan so long that its rows
  /// would displace others and be displaced before it is repeated.
  static let maximumPageRows = 256

  /// Makes an empty cache.
  ///
  /// - Parameters:
  ///   - bytes: The memory it may take.
  ///   - applied: The newest commit there is.
  init(bytes: Int, appliedThrough applied: Timestamp) {
    limit = bytes
    room = Atomic(bytes / 4 * 3)
    shards = (0..<64).map { _ in Shard(changed: applied) }
    self.applied = Atomic(applied.rawValue)
  }

  private var appliedThrough: Timestamp {
    Timestamp(rawValue: applied.load(ordering: .acquiring))
  }

  private func shard(of table: TableNumber) -> Shard {
    shards[Int(table.rawValue) % shards.count]
  }

}

// MARK: - Reading

extension RowCache {
  /// The document with that id, if it is here.
  ///
  /// - Parameters:
  ///   - id: The document.
  ///   - snapshot: The snapshot that is read.
  /// - Returns: The document as it is in the snapshot, but for commits that are not on the disk yet.
  func document(_ id: DocumentID, at snapshot: Timestamp) -> StoredDocument? {
    shard(of: id.tableNumber).state.withLock { state in
      guard let position = state.tables.index(forKey: id.tableNumber),
        let document = state.tables.values[position].document(id),
        document.timestamp <= snapshot
      else {
        state.misses += 1
        return nil
      }
      state.hits += 1
      return document
    }
  }

  /// What the cache has of a scan.
  enum Lookup<Page: Sendable>: Sendable {
    case hit(Page)
    /// Nothing, and the same was asked for before or not: if so it is worth keeping.
    case miss(isRepeated: Bool)
  }

  /// The first documents of a range.
  ///
  /// - Parameters:
  ///   - request: What to read.
  ///   - table: The table the index belongs to.
  ///   - snapshot: The snapshot that is read.
  /// - Returns: A page, which may be shorter than asked for although there is more, but not empty
  ///   then; as it is in the snapshot, but for commits that are not on the disk yet.
  func documents(
    _ request: ScanRequest,
    of table: TableNumber,
    at snapshot: Timestamp
  ) -> Lookup<DocumentPage> {
    find(request, of: table, at: snapshot) { index, found in
      var documents: [EncodedDocument] = []
      documents.reserveCapacity(found.count)
      for stretch in found.stretches {
        let rows = index.leaves[stretch.leaf].documents[stretch.rows]
        switch request.order {
        case .ascending: documents.append(contentsOf: rows)
        case .descending: documents.append(contentsOf: rows.reversed())
        }
      }
      return DocumentPage(
        documents: documents,
        lastKey: found.isExhausted ? nil : index.lastKey(of: found, order: request.order),
        bytes: documents.reduce(0) { $0 + $1.json.count },
        readAt: snapshot
      )
    }
  }

  /// Rows of an index.
  struct Page {
    var rows: [IndexRow] = []
    var isExhausted: Bool
    var readAt: Timestamp
  }

  /// The first rows of a range, as ``documents(_:of:at:)``.
  func page(
    _ request: ScanRequest,
    of table: TableNumber,
    at snapshot: Timestamp
  ) -> Lookup<Page> {
    find(request, of: table, at: snapshot) { index, found in
      var page = Page(isExhausted: found.isExhausted, readAt: snapshot)
      page.rows.reserveCapacity(found.count)
      for stretch in found.stretches {
        let leaf = index.leaves[stretch.leaf]
        func append(_ position: Int) {
          let document = leaf.documents[position]
          page.rows.append(
            IndexRow(key: leaf.keys[position], id: document.id, document: document)
          )
        }
        switch request.order {
        case .ascending: stretch.rows.forEach(append)
        case .descending: stretch.rows.reversed().forEach(append)
        }
      }
      return page
    }
  }

  private func find<Page: Sendable>(
    _ request: ScanRequest,
    of table: TableNumber,
    at snapshot: Timestamp,
    _ page: (CachedIndex, CachedIndex.Found) -> Page
  ) -> Lookup<Page> {
    shard(of: table).state.withLock { state in
      guard state.changed <= snapshot else {
        state.misses += 1
        return .miss(isRepeated: false)
      }
      if let position = state.tables.index(forKey: table) {
        let hit = state.tables.values[position].withIndex(request.source) { index in
          index.find(request.range, order: request.order, limit: request.limit)
            .map { page(index, $0) }
        }
        if let hit {
          state.hits += 1
          return .hit(hit)
        }
      }
      state.misses += 1
      guard request.limit <= Self.maximumPageRows else { return .miss(isRepeated: false) }
      let bound = request.order == .ascending ? request.range.start : request.range.end
      let isRepeated = state.doorkeeper.hasSeen(request.source, from: bound, order: request.order)
      return .miss(isRepeated: isRepeated)
    }
  }
}

extension CachedIndex {
  /// The key of the last row found.
  fileprivate func lastKey(of found: Found, order: Order) -> IndexKey? {
    guard let last = found.stretches.last(where: { !$0.rows.isEmpty }) else { return nil }
    let keys = leaves[last.leaf].keys
    return order == .ascending ? keys[last.rows.upperBound - 1] : keys[last.rows.lowerBound]
  }
}

// MARK: - Filling

extension RowCache {
  /// Offers a document that was not here and was read elsewhere; it is kept the second time.
  ///
  /// - Parameters:
  ///   - stored: The document.
  ///   - readAt: The state it was read in.
  func offer(_ stored: StoredDocument, readAt: Timestamp) {
    let id = stored.document.id
    fill(id.tableNumber, readAt: readAt) { state in
      guard state.doorkeeper.hasSeen(id) else { return }
      state.tables[id.tableNumber, default: CachedTable()].insert(stored)
    }
  }

  /// Takes in a page that was read elsewhere.
  ///
  /// - Parameters:
  ///   - page: The page, with documents.
  ///   - request: What was asked for.
  ///   - table: The table the index belongs to.
  func insert(_ page: ScanPage, answering request: ScanRequest, of table: TableNumber) {
    var covered = request.range
    if !page.isExhausted {
      guard let last = page.rows.last else { return }
      covered = covered.split(after: last.key, order: request.order).through
    }
    if covered.isEmpty { return }
    var rows = page.rows.compactMap { row in
      row.document.map { CachedRow(key: row.key, document: $0.document) }
    }
    // One page is not to displace everything else.
    guard rows.reduce(0, { $0 + $1.document.json.count }) <= limit / 8 else { return }
    if request.order == .descending { rows.reverse() }
    fill(table, readAt: page.readAt) { state in
      state.tables[table, default: CachedTable()].insert(covered, rows: rows, of: request.source)
    }
  }

  /// Adds to a shard what was read in some state, unless the shard is in another one.
  private func fill(
    _ table: TableNumber,
    readAt: Timestamp,
    _ body: (inout Shard.State) -> Void
  ) {
    // Else commits the reader has seen are not applied here yet,
    guard readAt <= appliedThrough else { return }
    let growth = shard(of: table).state.withLock { state in
      // or some it has not seen are.
      guard state.changed <= readAt else { return 0 }
      let before = state.tables[table]?.bytes ?? 0
      body(&state)
      return (state.tables[table]?.bytes ?? 0) - before
    }
    grow(by: growth)
  }
}

// MARK: - Commits

extension RowCache {
  /// Makes the cache as the database is after these commits.
  ///
  /// Called for one batch at a time, when it is durable and before anybody is told.
  func apply(_ commits: some BidirectionalCollection<CommittedTransaction>) {
    guard let last = commits.last?.timestamp else { return }
    var changed: UInt64 = 0
    for commit in commits {
      for change in commit.changes {
        changed |= 1 << (UInt64(change.id.tableNumber.rawValue) % UInt64(shards.count))
      }
    }
    while changed != 0 {
      let position = changed.trailingZeroBitCount
      changed &= changed - 1
      apply(commits, to: position, last)
    }
    applied.store(last.rawValue, ordering: .releasing)
  }

  private func apply(
    _ commits: some BidirectionalCollection<CommittedTransaction>,
    to shard: Int,
    _ last: Timestamp
  ) {
    let growth = shards[shard].state.withLock { state in
      state.changed = last
      if state.tables.isEmpty { return 0 }
      let before = state.bytes
      for commit in commits {
        for change in commit.changes {
          guard let position = state.tables.index(forKey: change.id.tableNumber) else { continue }
          state.tables.values[position].apply(change, at: commit.timestamp)
        }
      }
      return state.bytes - before
    }
    grow(by: growth)
  }
}

// MARK: - Room

extension RowCache {
  private var usedBytes: Int { bytes.load(ordering: .relaxed) }

  /// How the cache has fared.
  var counters: RowCacheCounters {
    shards.reduce(into: RowCacheCounters(bytes: usedBytes)) { counters, shard in
      let (hits, misses) = shard.state.withLock { ($0.hits, $0.misses) }
      counters.hits += hits
      counters.misses += misses
    }
  }

  /// Drops everything.
  func removeAll() {
    for shard in shards {
      let growth = shard.state.withLock { state in
        let before = state.bytes
        state.tables = [:]
        state.doorkeeper = Doorkeeper()
        return -before
      }
      bytes.add(growth, ordering: .relaxed)
    }
  }

  private func grow(by growth: Int) {
    if growth == 0 { return }
    let used = bytes.add(growth, ordering: .relaxed).newValue
    guard used > room.load(ordering: .relaxed),
      !isMakingRoom.exchange(true, ordering: .acquiring)
    else { return }
    // What was not read since this was last done goes; if that was nothing, once more when the limit
    // is reached; and if everything is being read and has no room, all of it.
    dropUnused()
    if usedBytes > limit { removeAll() }
    room.store(usedBytes > roomAtFirst ? limit : roomAtFirst, ordering: .relaxed)
    isMakingRoom.store(false, ordering: .releasing)
  }

  private func dropUnused() {
    for shard in shards {
      let growth = shard.state.withLock { state in
        let before = state.bytes
        for table in Array(state.tables.keys) { state.tables[table]?.dropUnused() }
        state.tables = state.tables.filter { $0.value.bytes > 0 }
        return state.bytes - before
      }
      bytes.add(growth, ordering: .relaxed)
    }
  }
}

/// How the rows in memory have fared.
package struct RowCacheCounters: Sendable, Hashable {
  /// Documents and pages of scans that were read from memory.
  package var hits = 0
  /// Those that were not there, or not to their end.
  package var misses = 0
  /// About how much memory the rows take.
  package var bytes = 0

  package init(bytes: Int = 0) { self.bytes = bytes }
}
