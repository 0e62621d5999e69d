import CSQLite
import HullValues
import Synchronization

/// The one connection that writes, on a thread of its own or one that a caller offers.
actor SQLiteWriter {
  private let executor = ThreadExecutor(name: "hull writer")
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  let path: String
  let options: SQLiteOptions
  let status: SQLiteStatus
  let readers: SQLiteReaderPool
  let checkpointer: SQLiteCheckpointer
  /// Nil before the store is open and after it is closed, and while it has to be opened anew.
  var connection: SQLiteConnection?
  var isOpen = false
  /// The first row no document has ever had while the file was open.
  private var nextRow: Int64 = 1
  /// The rows of documents the current batch has touched.
  var rows: [DocumentID: Int64] = [:]
  /// The length of the log, in frames, that calls for the next checkpoint.
  var framesForCheckpoint: Int
  /// The last commit of a batch that may or may not be on disk.
  var unsettled: Timestamp?
  /// Whether that batch has turned out not to be visible, so that a recovery alone could find it.
  var isUnsettledInvisible = false

  init(
    path: String,
    options: SQLiteOptions,
    status: SQLiteStatus,
    readers: SQLiteReaderPool,
    checkpointer: SQLiteCheckpointer
  ) {
    self.path = path
    self.options = options
    self.status = status
    self.readers = readers
    self.checkpointer = checkpointer
    framesForCheckpoint = options.checkpointFrames
  }

  deinit {
    executor.stop()
  }

  /// Opens the file, creates or migrates it, and learns what is in it.
  func open() throws(PersistenceError) {
    let connection = try SQLiteConnection.writer(path: path, options: options)
    try options.format.prepare(connection)
    try connection.configureWriter(options)
    let action = "read the store"
    let last = try connection.integer("SELECT last_timestamp FROM _hull_state", to: action)
    status.lastTimestamp = Timestamp(rawValue: last ?? 0)
    let row = try connection.integer("SELECT max(row) FROM _hull_documents", to: action)
    nextRow = (row ?? 0) + 1
    try connection.map(options)
    self.connection = connection
    isOpen = true
    if options.fileSystem == nil { status.watch(StoreFiles(path: path)) }
  }

  /// Moves everything into the file and closes it.
  func close() {
    if let connection {
      do throws(PersistenceError) {
        try status.checkFiles(logOf: connection)
        // If it does not succeed the log stays beside the file and is read when that is opened again,
        // unless SQLite succeeds when it closes the connection.
        _ = try? connection.checkpoint(mode: SQLITE_CHECKPOINT_TRUNCATE, status)
        if status.mustCopyAll.load(ordering: .sequentiallyConsistent) {
          connection.leavesLogOnClose()
        }
      } catch {
        // Half a log moved into the file would damage it.
        connection.leavesLogOnClose()
      }
    }
    connection = nil
    isOpen = false
  }

  /// Drops the pages the connection keeps; the next commits read them anew.
  func releaseMemory() {
    connection?.releaseMemory()
    Allocator.giveBackEndOfHeap()
  }

  /// Writes a batch in one transaction.
  func append(_ batch: [CommitRecord]) throws(PersistenceError) {
    guard let last = batch.last else { return }
    if unsettled != nil { throw .outcomeUnknown(because: nil, path: path) }
    try checkTimestamps(of: batch)
    do throws(PersistenceError) {
      try transaction(unsettledIfLost: last.timestamp) { connection throws(PersistenceError) in
        for record in batch { try write(record, to: connection) }
        try fault(.timestamp)
        try setLastTimestamp(last.timestamp, in: connection)
      }
    } catch {
      guard unsettled != nil else { throw error }
      // Most often the disk has failed just once.
      let isWritten: Bool
      do throws(PersistenceError) { isWritten = try settle() } catch _ {
        throw .outcomeUnknown(because: error, path: path)
      }
      if !isWritten { throw error }
    }
    status.lastTimestamp = last.timestamp
    status.batches.add(1, ordering: .relaxed)
    status.commits.add(batch.count, ordering: .relaxed)
  }

  /// Writes a batch on the calling thread.
  ///
  /// - Returns: False if the writer is busy: nothing was done.
  /// - Throws: ``PersistenceError``.
  nonisolated func appendOnThisThread(_ batch: [CommitRecord]) throws -> Bool {
    let result = executor.onThisThread {
      Result { try assumeIsolated { writer in try writer.append(batch) } }
    }
    guard let result else { return false }
    try result.get()
    return true
  }

  func setLastTimestamp(
    _ timestamp: Timestamp,
    in connection: SQLiteConnection
  ) throws(PersistenceError) {
    let statement = try connection.statement(.setLastTimestamp)
    try statement.bind(timestamp.rawValue, at: 1)
    try statement.run(to: "append a batch")
  }

  /// Removes about `limit` changes before a timestamp; false when there are none.
  func prune(changesBefore: Timestamp, limit: Int) throws(PersistenceError) -> Bool {
    try transaction { connection throws(PersistenceError) in
      let statement = try connection.statement(.pruneChanges)
      try statement.bind(changesBefore.rawValue, at: 1)
      try statement.bind(Int64(limit), at: 2)
      try statement.run(to: "prune the log of changes")
      return connection.changedRows > 0
    }
  }

  /// Removes at most `limit` entries of an index; false when there were fewer.
  func removeEntries(of index: IndexID, limit: Int) throws(PersistenceError) -> Bool {
    try transaction { connection throws(PersistenceError) in
      let statement = try connection.statement(.deleteEntriesOfIndex)
      try statement.bind(index.rawValue, at: 1)
      try statement.bind(Int64(limit), at: 2)
      try statement.run(to: "remove an index")
      return connection.changedRows == limit
    }
  }

  /// Makes the views of the file exactly these.
  func updateViews(_ views: [SQLView]) throws(PersistenceError) {
    let connection = try usableConnection()
    let wanted = SQLView.definitions(of: views)
    let existing = try SQLView.definitions(in: connection)
    if wanted == existing { return }
    try transaction { connection throws(PersistenceError) in
      for (name, sql) in existing where wanted[name] != sql {
        try connection.execute("DROP VIEW \(name.quotedForSQL)", to: "update the views")
      }
      for (name, sql) in wanted where existing[name] != sql {
        try connection.execute(sql, to: "update the views")
      }
    }
  }

  private func checkTimestamps(of batch: [CommitRecord]) throws(PersistenceError) {
    var last = status.lastTimestamp
    for record in batch {
      guard record.timestamp > last else { throw .timestampNotLater(record.timestamp, than: last) }
      last = record.timestamp
    }
  }

  private func write(
    _ record: CommitRecord,
    to connection: SQLiteConnection
  ) throws(PersistenceError) {
    var n: Int64 = 0
    for write in record.documents where write.before != nil || write.after != nil {
      try fault(.document)
      try self.write(write, at: record.timestamp, to: connection)
      try fault(.change)
      try log(write, at: record.timestamp, n, to: connection)
      n += 1
    }
    for entry in record.entries {
      try fault(.entry)
      try write(entry, to: connection)
    }
    for (key, value) in record.metadata {
      try fault(.metadata)
      let statement = try connection.statement(value == nil ? .deleteMetadata : .setMetadata)
      try statement.bind(key, at: 1)
      if let value { try statement.bind(value, at: 2) }
      try statement.run(to: "write metadata")
    }
  }

  private func write(
    _ write: DocumentWrite,
    at timestamp: Timestamp,
    to connection: SQLiteConnection
  ) throws(PersistenceError) {
    // An insertion finds out by itself whether the document is there.
    let found = write.before == nil ? nil : try find(write.id, in: connection)
    guard found?.timestamp == write.before?.timestamp else {
      throw .documentChanged(
        write.id,
        expected: write.before?.timestamp,
        found: found?.timestamp,
        path: path
      )
    }
    switch (found?.row, write.after) {
    case (nil, let after?):
      let statement = try connection.statement(.insertDocument)
      try statement.bind(nextRow, at: 1)
      try statement.bind(Int64(write.id.tableNumber.rawValue), at: 2)
      try statement.bind(write.id.internalID, at: 3)
      try statement.bind(timestamp.rawValue, at: 4)
      try statement.bind(after.creationTime, at: 5)
      do throws(PersistenceError) {
        try statement.run(bindingText: after.json, at: 6, to: "insert a document")
      } catch {
        // After another failure SQLite may have rolled everything back, deletions included.
        guard error.resultCode.map({ $0 & 0xFF }) == SQLITE_CONSTRAINT,
          let found = try find(write.id, in: connection)?.timestamp
        else { throw error }
        throw .documentChanged(write.id, expected: nil, found: found, path: path)
      }
      rows[write.id] = nextRow
      nextRow += 1
    case (let row?, let after?):
      let statement = try connection.statement(.updateDocument)
      try statement.bind(row, at: 1)
      try statement.bind(timestamp.rawValue, at: 2)
      try statement.bind(after.creationTime, at: 3)
      try statement.run(bindingText: after.json, at: 4, to: "update a document")
      rows[write.id] = row
    case (let row?, nil):
      let statement = try connection.statement(.deleteDocument)
      try statement.bind(row, at: 1)
      try statement.run(to: "delete a document")
      rows[write.id] = nil
    case (nil, nil):
      break
    }
  }

  private func log(
    _ write: DocumentWrite,
    at timestamp: Timestamp,
    _ n: Int64,
    to connection: SQLiteConnection
  ) throws(PersistenceError) {
    let action = "log a change"
    let statement = try connection.statement(.insertChange)
    try statement.bind(timestamp.rawValue, at: 1)
    try statement.bind(n, at: 2)
    try statement.bind(Int64(write.id.tableNumber.rawValue), at: 3)
    try statement.bind(write.id.internalID, at: 4)
    try statement.bind(Int64(write.after == nil ? 1 : 0), at: 5)
    if let before = write.before {
      try statement.bind(before.timestamp.rawValue, at: 6)
      try statement.bind(before.document.creationTime, at: 7)
      try statement.run(bindingText: before.document.json, at: 8, to: action)
    } else {
      for column: Int32 in 6...8 { try statement.bindNull(at: column) }
      try statement.run(to: action)
    }
  }

  private func write(_ entry: IndexWrite, to connection: SQLiteConnection) throws(PersistenceError)
  {
    let statement = try connection.statement(entry.isPresent ? .setEntry : .deleteEntry)
    try statement.bind(entry.index.rawValue, at: 1)
    if entry.isPresent {
      try statement.bind(row(of: entry, in: connection), at: 3)
    }
    try statement.run(bindingBlob: entry.key.bytes, at: 2, to: "write an index entry")
  }

  private func row(
    of entry: IndexWrite,
    in connection: SQLiteConnection
  ) throws(PersistenceError) -> Int64 {
    if let row = rows[entry.id] { return row }
    guard let row = try find(entry.id, in: connection)?.row else {
      throw .documentMissing(entry.id, of: entry.index, path: path)
    }
    rows[entry.id] = row
    return row
  }

  private func find(
    _ id: DocumentID,
    in connection: SQLiteConnection
  ) throws(PersistenceError) -> (row: Int64, timestamp: Timestamp)? {
    let statement = try connection.statement(.findDocument)
    defer { statement.reset() }
    try statement.bind(Int64(id.tableNumber.rawValue), at: 1)
    try statement.bind(id.internalID, at: 2)
    guard try statement.step(to: "find a document") else { return nil }
    return (statement.integer(at: 0), Timestamp(rawValue: statement.integer(at: 1)))
  }

  func fault(_ step: SQLiteWriteStep) throws(PersistenceError) {
    guard let fault = options.fault else { return }
    do { try fault(step) } catch let error as PersistenceError { throw error } catch {
      throw PersistenceError(code: .unexpected, message: "\(error)", path: path)
    }
  }
}
