import CSQLite
import Synchronization

/// Transactions.
extension SQLiteWriter {
  /// Runs `body` in a transaction, of which nothing remains if it fails.
  ///
  /// If the commit fails, it may or may not be on disk.
  ///
  /// - Parameters:
  ///   - timestamp: What becomes ``unsettled`` then; nil for what does no harm either way.
  ///   - body: Writes.
  /// - Returns: What `body` returned.
  /// - Throws: ``PersistenceError``.
  func transaction<Value>(
    unsettledIfLost timestamp: Timestamp? = nil,
    _ body: (SQLiteConnection) throws(PersistenceError) -> Value
  ) throws(PersistenceError) -> Value {
    let connection = try usableConnection()
    defer { rows.removeAll(keepingCapacity: true) }
    let commits = connection.loggedCommits
    let value: Value
    do throws(PersistenceError) {
      try fault(.begin)
      try connection.run(.beginImmediate, to: "begin a transaction")
      value = try body(connection)
      try fault(.commit)
    } catch {
      rollBack(connection)
      throw error
    }
    do throws(PersistenceError) {
      try connection.run(.commit, to: "commit")
      try fault(.committed)
    } catch {
      rollBack(connection)
      // When a write finds the disk full, the frame that ends the transaction in the log is not
      // complete, and without a lock nothing was attempted. After any other failure it may be there.
      let result = error.resultCode.map { $0 & 0xFF }
      if let timestamp, result != SQLITE_FULL, result != SQLITE_BUSY { unsettled = timestamp }
      throw error
    }
    if connection.loggedCommits > commits { checkpointIfDue(connection) }
    return value
  }

  /// Settles whether the batch is on disk that ends at ``unsettled``.
  ///
  /// A commit that fails is not seen by other connections, but its frames may be in the log, where
  /// a recovery would find them. Any other commit overwrites their beginning, after which what may
  /// be left of them does not count: one that uses up the batch's timestamp does.
  ///
  /// - Returns: Whether the batch is there.
  /// - Throws: ``PersistenceError``; it is as unknown as before.
  func settle() throws(PersistenceError) -> Bool {
    guard let last = unsettled else { return false }
    let isWritten = try transaction(unsettledIfLost: last) { connection throws(PersistenceError) in
      let statement = try connection.statement(.lastTimestamp)
      guard try statement.step(to: "settle a commit") else {
        throw .damaged(path, "no timestamp")
      }
      let newest = Timestamp(rawValue: statement.integer(at: 0))
      statement.reset()
      if newest >= last, !isUnsettledInvisible { return true }
      isUnsettledInvisible = true
      try setLastTimestamp(last, in: connection)
      return false
    }
    unsettled = nil
    isUnsettledInvisible = false
    status.lastTimestamp = last
    return isWritten
  }

  /// The connection, which is opened anew if the last one could not be used any more.
  func usableConnection() throws(PersistenceError) -> SQLiteConnection {
    guard isOpen else { throw .closed(path: path) }
    try status.checkFiles(logOf: connection)
    if let connection { return connection }
    let connection = try SQLiteConnection.writer(path: path, options: options)
    try connection.configureWriter(options)
    try connection.map(options)
    self.connection = connection
    return connection
  }

  private func rollBack(_ connection: SQLiteConnection) {
    guard connection.isInTransaction else { return }
    try? connection.run(.rollback, to: "roll back")
    // A connection that cannot leave its transaction must not have another one put into it.
    if connection.isInTransaction { self.connection = nil }
  }

  /// Has the log copied if it is long enough; called after a commit that added to it.
  ///
  /// So the checkpointer always finds something to copy, unless another program's checkpoint has been
  /// there. With nothing to copy, it could meet a commit that begins the log anew, and take what comes to
  /// be there for copied: SQLite before 3.51.3 loses it (sqlite.org/wal.html, "The WAL-Reset Bug"). Other
  /// checkpoints hold off commits.
  private func checkpointIfDue(_ connection: SQLiteConnection) {
    let frames = connection.framesInLog
    if frames < options.checkpointFrames { framesForCheckpoint = options.checkpointFrames }
    guard frames >= framesForCheckpoint else { return }
    guard !status.isCheckpointRunning.exchange(true, ordering: .sequentiallyConsistent)
    else { return }
    // One that fails for the sake of a reader is not repeated at every commit.
    framesForCheckpoint = frames + options.checkpointFrames / 4
    Task {
      // On a disk that fails the writer would copy all of the log, and in vain.
      if await checkpointer.checkpoint() { restartLogIfLong() }
      status.isCheckpointRunning.store(false, ordering: .sequentiallyConsistent)
    }
  }

  /// Begins the log anew if it has become long: copies what the checkpointer has left of it, which
  /// is little, between two transactions.
  ///
  /// A commit begins it anew by itself only if it is copied to its end just then. Without a pause
  /// between commits it never is, since every one adds to it.
  private func restartLogIfLong() {
    guard let connection, connection.framesInLog > options.framesForRestart else { return }
    readers.setKeepsSnapshots(false)
    readers.releaseSnapshots()
    // Readers that are at it get this long to finish; the next checkpoint tries again.
    connection.setBusyTimeout(.milliseconds(100))
    if (try? connection.checkpoint(mode: SQLITE_CHECKPOINT_RESTART, status)) != nil {
      status.logRestarts.add(1, ordering: .relaxed)
    } else {
      readers.releaseSnapshots()
    }
    connection.setBusyTimeout(options.busyTimeout)
    readers.setKeepsSnapshots(true)
  }
}
