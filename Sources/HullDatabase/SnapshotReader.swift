internal import HullPersistence
package import HullValues

/// Reads the database as it was at one timestamp.
///
/// The disk only ever shows its newest state. What was committed after this snapshot is taken back
/// with the before-images of the write log, and commits of the snapshot that are validated but not
/// on the disk yet are added from it; both are one ``CommitOverlay``, which only grows: an overlay
/// that covers the log up to some commit is right for every disk state up to that commit.
struct SnapshotReader {
  /// The snapshot: every commit up to and including this one is visible.
  let timestamp: Timestamp
  /// What the disk has at least; commits between it and `timestamp` come from the write log.
  private var durable: Timestamp
  /// The generation of the write log the snapshot was taken from; see ``Committer``.
  let generation: Int

  let committer: Committer
  private var overlay = CommitOverlay()
  /// Whether there may be commits in (durable, timestamp] that are not in the overlay yet.
  private var mayBeAhead: Bool
  /// The overlay takes back every commit in (timestamp, syncedThrough].
  private var syncedThrough: Timestamp

  /// Takes a snapshot, of which the disk has everything up to `durable`.
  init(
    committer: Committer,
    timestamp: Timestamp,
    durable: Timestamp,
    generation: Int
  ) {
    self.committer = committer
    self.timestamp = timestamp
    self.durable = durable
    self.generation = generation
    mayBeAhead = timestamp > durable
    syncedThrough = timestamp
  }

  /// Adds the commits that are on their way to the disk to the overlay: not before something is
  /// read, because many a mutation only inserts.
  ///
  /// - Throws: ``DatabaseError`` `OutOfRetention` if they could not be written: there is no such
  ///   snapshot any more.
  private mutating func addPending() throws {
    if mayBeAhead { try addCommitsAhead() }
  }

  // Not inlined: its values would take room in every caller that waits.
  @inline(never)
  private mutating func addCommitsAhead() throws {
    guard let ahead = committer.commitsAheadOfDisk(upTo: timestamp, generation: generation) else {
      throw DatabaseError.outOfRetention
    }
    overlay.add(ahead.commits)
    durable = ahead.durable
    mayBeAhead = false
  }

  /// The document with that id and the commit that wrote it; nil if there is none.
  mutating func document(
    _ id: DocumentID,
    catalog: Catalog
  ) async throws -> StoredDocument? {
    if let found = try documentInMemory(id) { return found }
    return try await documentOnDisk(id, catalog: catalog)
  }

  /// The document if it can be told without the disk whether there is one, and which.
  ///
  /// - Returns: nil if the disk must be asked.
  // Not inlined: its values would take room in every caller that waits.
  @inline(never)
  mutating func documentInMemory(_ id: DocumentID) throws -> StoredDocument?? {
    try addPending()
    if let entry = overlay[id] { return .some(entry.stored) }
    if let cached = committer.rowCache?.document(id, at: timestamp) { return .some(cached) }
    return nil
  }

  /// The same from the disk, for a document that is not in memory.
  mutating func documentOnDisk(
    _ id: DocumentID,
    catalog: Catalog
  ) async throws -> StoredDocument? {
    let (stored, readAt) = try await committer.persistence.document(id, atLeast: durable)
    if let stored { committer.rowCache?.offer(stored, readAt: readAt) }
    // A document that was written before the snapshot and is still there did not change since.
    if let stored, stored.timestamp <= timestamp { return stored }
    if readAt > syncedThrough {
      try await sync(through: readAt, catalog: catalog)
      if let entry = overlay[id] { return entry.stored }
    }
    return stored
  }

  /// Rows of a range in order, as many as one read of the disk yields.
  struct Page {
    var rows: [IndexRow]
    /// What of the range is still to be read; nil if this was the last page.
    var rest: KeyRange?
  }

  /// Reads the next rows of a range, of postings if `isSearch`.
  mutating func page(
    of index: ScanSource,
    in table: TableNumber,
    range: KeyRange,
    order: Order,
    limit: Int,
    wantsDocuments: Bool,
    isSearch: Bool = false,
    catalog: Catalog
  ) async throws -> Page {
    try addPending()
    let page = try await newestRows(
      ScanRequest(
        source: index,
        range: range,
        order: order,
        limit: limit,
        wantsDocuments: wantsDocuments,
        postingTable: isSearch ? table : nil
      ),
      of: table
    )
    try await sync(through: page.readAt, catalog: catalog)
    var covered = range
    var rest: KeyRange?
    if !page.isExhausted, let last = page.rows.last?.key {
      (covered, rest) = range.split(after: last, order: order)
    }
    let rows = overlay.merge(page.rows, of: index, in: table, range: covered, order: order)
    return Page(rows: rows, rest: rest)
  }

  /// The rows as they are after some commit, and after which.
  private func newestRows(
    _ request: ScanRequest,
    of table: TableNumber
  ) async throws -> RowCache.Page {
    let cache = request.wantsDocuments ? committer.rowCache : nil
    let lookup = cache?.page(request, of: table, at: timestamp)
    if case .hit(let page) = lookup { return page }
    let page = try await committer.persistence.scan(request, atLeast: durable)
    if case .miss(isRepeated: true) = lookup { cache?.insert(page, answering: request, of: table) }
    return RowCache.Page(
      rows: page.rows.map(IndexRow.init),
      isExhausted: page.isExhausted,
      readAt: page.readAt
    )
  }

  /// Reads the next documents of a range without their keys; nil if that takes looking at keys.
  mutating func documents(
    of index: ScanSource,
    in table: TableNumber,
    range: KeyRange,
    order: Order,
    limit: Int,
    catalog: Catalog
  ) async throws -> DocumentPage? {
    try addPending()
    if overlay.hasDocuments(of: table) { return nil }
    let page = try await newestDocuments(
      ScanRequest(source: index, range: range, order: order, limit: limit),
      of: table
    )
    try await sync(through: page.readAt, catalog: catalog)
    return overlay.hasDocuments(of: table) ? nil : page
  }

  /// The documents as they are after some commit, and after which.
  private func newestDocuments(
    _ request: ScanRequest,
    of table: TableNumber
  ) async throws -> DocumentPage {
    let lookup = committer.rowCache?.documents(request, of: table, at: timestamp)
    switch lookup {
    case .hit(let page)?:
      return page
    case .miss(isRepeated: true)?:
      // With keys, which the cache needs and which take a while to read.
      let page = try await committer.persistence.scan(request, atLeast: durable)
      committer.rowCache?.insert(page, answering: request, of: table)
      return DocumentPage(page)
    case .miss(isRepeated: false)?, nil:
      return try await committer.persistence.documents(request, of: table, atLeast: durable)
    }
  }

  /// Makes the overlay take back every commit after the snapshot up to `readAt`.
  // Not inlined: its values would take room in every caller that waits.
  @inline(never)
  private mutating func sync(through readAt: Timestamp, catalog: Catalog) async throws {
    guard readAt > syncedThrough else { return }
    let history = committer.history(after: syncedThrough, through: readAt)
    if history.start > syncedThrough {
      try await undoFromDisk(through: min(history.start, readAt), catalog: catalog)
    }
    overlay.takeBack(history.commits)
    syncedThrough = readAt
  }

  /// Reads before-images the write log no longer has from the change log on disk.
  private mutating func undoFromDisk(through end: Timestamp, catalog: Catalog) async throws {
    var position = syncedThrough
    while position < end {
      let changes = try await committer.persistence.changes(
        after: position,
        upTo: end,
        limit: SnapshotReader.changesPerRead
      )
      // Pruning raises the floor before it deletes, so a floor still below the snapshot proves that
      // nothing of what was just read for had been deleted.
      guard committer.retentionFloor <= timestamp else { throw DatabaseError.outOfRetention }
      for change in changes {
        guard let table = catalog.table(change.id.tableNumber) else { continue }
        try overlay.takeBack(
          change.id,
          to: .init(
            version: change.before.map { try table.version(of: $0.document) },
            timestamp: change.before?.timestamp
          )
        )
      }
      guard overlay.count <= SnapshotReader.maximumUndoneDocuments else {
        throw DatabaseError.outOfRetention
      }
      guard let last = changes.last else { break }
      position = last.timestamp
    }
  }

  /// Changes fetched from disk at a time.
  private static let changesPerRead = 1000
  /// Documents a read of the past may take back in memory; further back is out of reach.
  private static let maximumUndoneDocuments = 1_000_000
}

/// One place of one document in an index.
package struct IndexRow: Sendable {
  package var key: IndexKey
  package var id: DocumentID
  /// The document; nil if only keys were asked for.
  package var document: EncodedDocument?
  /// The commit that wrote the document, if the row is from the disk.
  var timestamp: Timestamp?

  package init(key: IndexKey, id: DocumentID, document: EncodedDocument?) {
    self.key = key
    self.id = id
    self.document = document
  }

  init(_ row: ScanRow) {
    self.init(key: row.key, id: row.id, document: row.document?.document)
    timestamp = row.document?.timestamp
  }

  /// The document with its commit, if both are known.
  var stored: StoredDocument? {
    guard let document, let timestamp else { return nil }
    return StoredDocument(document: document, timestamp: timestamp)
  }

  init(_ row: DocumentOverlay.Row) {
    self.init(key: row.key, id: row.version.document.id, document: row.version.document)
  }
}

extension Order {
  /// Whether `left` comes before `right`.
  func areInOrder(_ left: IndexKey, _ right: IndexKey) -> Bool {
    self == .ascending ? left < right : right < left
  }
}

extension KeyRange {
  /// The part up to and including `key` and the part beyond it, in scan order.
  func split(after key: IndexKey, order: Order) -> (through: KeyRange, beyond: KeyRange) {
    let successor = key.next
    return switch order {
    case .ascending: (KeyRange(start: start, end: successor), KeyRange(start: successor, end: end))
    case .descending: (KeyRange(start: key, end: end), KeyRange(start: start, end: key))
    }
  }
}
