package import HullPersistence
package import HullValues
internal import Synchronization

/// A transactional document database on a ``Persistence``.
///
/// Snapshots are consistent, transactions serializable, commits durable when they are acknowledged.
/// Functions run in parallel and are checked for conflicts at commit
/// (``withTransaction(source:limits:_:)``).
package final class Database: Sendable {
  package let options: DatabaseOptions
  let committer: Committer
  let lanes: SerialLanes
  let retention: Retention

  init(
    persistence: any Persistence,
    catalog: Catalog,
    searchStatistics: [IndexID: SearchStatistics],
    floor: Timestamp,
    options: DatabaseOptions
  ) {
    self.options = options
    committer = Committer(
      persistence: persistence,
      catalog: catalog,
      searchStatistics: searchStatistics,
      retentionFloor: floor,
      options: options
    )
    lanes = SerialLanes(bound: options.serialLaneBound, sleeping: options.sleeping)
    retention = Retention(committer: committer)
  }

  /// Opens the database in a store and brings it up to date with a schema.
  ///
  /// New tables and indexes are made, indexes the schema no longer has are removed, and documents
  /// are checked where the schema has become stricter. It returns when all of this is done; if the
  /// process ends in the middle, the next open goes on where it stopped.
  ///
  /// - Parameters:
  ///   - persistence: The store, which the database closes, also if it cannot be opened.
  ///   - schema: The tables of the application; nil leaves the schema as it is.
  ///   - options: How the database behaves.
  /// - Returns: The open database.
  /// - Throws: ``DatabaseError`` `SchemaValidationFailed` naming the first document that does not
  ///   satisfy the schema; the schema in force before stays in force.
  package static func open(
    persistence: any Persistence,
    schema: SchemaDefinition?,
    options: DatabaseOptions = DatabaseOptions()
  ) async throws -> Database {
    do {
      var update = try await CatalogUpdate(persistence: persistence, options: options)
      try await update.run(schema: schema)
      let searchStatistics = try await SearchStatisticsStore.load(
        update.catalog,
        from: persistence,
        time: options.time
      )
      return Database(
        persistence: persistence,
        catalog: update.catalog,
        searchStatistics: searchStatistics,
        floor: update.retentionFloor,
        options: options
      )
    } catch {
      await persistence.close()
      throw error
    }
  }

  /// What opening a store comes to, for stores that are copies of it.
  package struct Opened: Sendable {
    fileprivate let catalog: Catalog
    fileprivate let searchStatistics: [IndexID: SearchStatistics]
    fileprivate let floor: Timestamp
  }

  /// What opening the store came to, of a database that nobody has written to yet.
  package var opened: Opened {
    committer.withState { state in
      Opened(
        catalog: state.publishedCatalog,
        searchStatistics: state.searchStatistics,
        floor: state.retentionFloor
      )
    }
  }

  /// Opens a copy of a store that has been opened before, without reading it.
  ///
  /// - Parameters:
  ///   - persistence: The copy, which the database closes.
  ///   - opened: What opening the original came to.
  ///   - options: How the database behaves.
  package convenience init(
    copy persistence: any Persistence,
    opened: Opened,
    options: DatabaseOptions
  ) {
    self.init(
      persistence: persistence,
      catalog: opened.catalog,
      searchStatistics: opened.searchStatistics,
      floor: opened.floor,
      options: options
    )
  }

  /// The newest durable commit.
  package var latestTimestamp: Timestamp { committer.published }

  /// The tables and indexes as of the newest durable commit.
  package var catalog: Catalog { committer.withState { $0.publishedCatalog } }

  /// What the database has done so far.
  package var counters: DatabaseCounters { committer.withState { $0.counters } }

  /// How the rows in memory have fared; zeros if the whole store is there.
  package var rowCacheCounters: RowCacheCounters {
    committer.rowCache?.counters ?? RowCacheCounters()
  }

  /// How many commits wait for a transaction that runs alone.
  package var heldBackCommits: Int { committer.withState { $0.heldBack.count } }

  package var persistence: any Persistence { committer.persistence }

  /// Begins a transaction on the newest snapshot.
  ///
  /// - Parameters:
  ///   - mode: Whether it may write; see ``Transaction/Mode``.
  ///   - limits: What it may read and write; nil for the database's own limits.
  /// - Returns: The transaction, which ``commit(_:source:)`` ends; a query is just let go of.
  package func begin(
    _ mode: Transaction.Mode = .readOnly,
    limits: TransactionLimits? = nil
  ) -> Transaction {
    let (reader, catalog) = committer.newestSnapshot(mode)
    return transaction(mode, reader, catalog, limits: limits)
  }

  /// Begins a read-only transaction on the snapshot at a timestamp.
  ///
  /// - Throws: ``DatabaseError`` `OutOfRetention` for one that is no longer kept, and
  ///   `InvalidTimestamp` for one later than the newest commit.
  package func begin(
    at timestamp: Timestamp,
    limits: TransactionLimits? = nil
  ) throws(DatabaseError) -> Transaction {
    let (reader, catalog) = try committer.snapshot(at: timestamp)
    return transaction(.readOnly, reader, catalog, limits: limits)
  }

  private func transaction(
    _ mode: Transaction.Mode,
    _ reader: SnapshotReader,
    _ catalog: Catalog,
    limits: TransactionLimits?
  ) -> Transaction {
    Transaction(
      database: self,
      mode: mode,
      state: TransactionState(
        reader: reader,
        catalog: catalog,
        limits: limits ?? options.limits.transaction,
        start: max(options.time.now(), reader.timestamp.successor),
        random: options.random,
        mayWrite: mode == .readWrite
      )
    )
  }

  /// Calls `body` with every batch of commits, in order.
  ///
  /// A batch is durable then and visible to new queries, and its callers have not heard of it yet.
  /// `body` runs on the path of every commit: it hands the commits on and returns.
  ///
  /// - Returns: The newest commit `body` is not called for, and what ends the observation.
  package func observeCommits(
    _ body: @escaping @Sendable ([CommittedTransaction]) -> Void
  ) -> (since: Timestamp, observer: CommitObserver) {
    let observer = CommitObserver(body: body)
    let since = committer.withState { state in
      state.observers.append(observer)
      return state.published
    }
    return (since, observer)
  }

  /// Ends an observation; a call that has begun may still be running.
  package func removeObserver(_ observer: CommitObserver) {
    committer.withState { state in state.observers.removeAll { $0 === observer } }
  }

  /// Forgets the history that is older than the setting; commits do this by and by on their own.
  package func pruneHistory() async { await retention.prune() }

  /// Lets go of memory that only makes what comes next faster: recent commits and rows, which are on the
  /// disk as well, and what the store keeps.
  ///
  /// A transaction that is running now is run again when it commits.
  package func releaseMemory() async {
    committer.withState { state in
      state.log.releaseMemory(published: state.published)
    }
    committer.subscriptions.releaseMemory()
    committer.rowCache?.removeAll()
    await persistence.releaseMemory()
  }

  /// Finishes the commits that were accepted, refuses others, and closes the store.
  package func close() async {
    await retention.finish()
    await committer.close()
    await committer.persistence.close()
  }
}

/// Someone who is told of every commit.
package final class CommitObserver: Sendable {
  let body: @Sendable ([CommittedTransaction]) -> Void

  init(body: @escaping @Sendable ([CommittedTransaction]) -> Void) { self.body = body }
}

extension Committer {
  /// The newest snapshot for a query or for a transaction that writes.
  func newestSnapshot(_ mode: Transaction.Mode) -> (SnapshotReader, Catalog) {
    withState { state in
      let timestamp = mode == .readWrite ? state.head : state.published
      let reader = SnapshotReader(
        committer: self,
        timestamp: timestamp,
        durable: state.published,
        generation: state.generation
      )
      return (reader, mode == .readWrite ? state.headCatalog : state.publishedCatalog)
    }
  }

  /// The durable snapshot at a timestamp.
  func snapshot(at timestamp: Timestamp) throws(DatabaseError) -> (SnapshotReader, Catalog) {
    let (floor, published, generation, catalog) = withState {
      ($0.retentionFloor, $0.published, $0.generation, $0.publishedCatalog)
    }
    guard timestamp <= published else {
      throw DatabaseError(
        code: "InvalidTimestamp",
        message: "Timestamp \(timestamp) is later than the latest one, \(published)."
      )
    }
    guard timestamp >= floor else { throw .outOfRetention }
    let reader = SnapshotReader(
      committer: self,
      timestamp: timestamp,
      durable: timestamp,
      generation: generation
    )
    return (reader, catalog)
  }

  /// The commits of a snapshot that are validated and not on the disk yet.
  ///
  /// - Parameters:
  ///   - timestamp: The snapshot.
  ///   - generation: The generation of the write log it was taken from.
  /// - Returns: The commits, oldest first, and up to where the disk has the others; nil if commits
  ///   of the snapshot failed.
  func commitsAheadOfDisk(
    upTo timestamp: Timestamp,
    generation: Int
  ) -> (commits: [CommittedTransaction], durable: Timestamp)? {
    withState { state in
      if state.isPublished(timestamp, generation) == false { return nil }
      // What is trimmed from the log has been published, so nothing of this is missing there.
      let durable = min(state.published, timestamp)
      return (state.log.commits(after: durable, through: timestamp), durable)
    }
  }
}
