import Synchronization

/// What the writer, the checkpointer and the readers of one store tell each other.
final class SQLiteStatus: Sendable {
  private let newest = Atomic<Int64>(0)
  let batches = Atomic<Int>(0)
  let commits = Atomic<Int>(0)
  let readerConnections = Atomic<Int>(0)
  let snapshotRenewals = Atomic<Int>(0)
  let checkpoints = Atomic<Int>(0)
  let logRestarts = Atomic<Int>(0)
  /// Whether a checkpoint is asked for or running; two would only wait for each other.
  let isCheckpointRunning = Atomic<Bool>(false)

  /// The files as they were opened, nil before that and for files that are not the system's.
  ///
  /// Guarded, because it is set when the store is open, and readers look at it.
  private let files = Mutex<StoreFiles?>(nil)

  /// Remembers the files from now on.
  func watch(_ files: StoreFiles) {
    self.files.withLock { $0 = files }
  }

  /// Makes sure that the files are still the ones that were opened.
  ///
  /// - Parameter framesInLog: How many pages are known to be in the log.
  /// - Throws: ``PersistenceError`` `filesChanged`.
  func checkFiles(framesInLog: Int = 0) throws(PersistenceError) {
    try files.withLock(\.self)?.check(framesInLog: framesInLog)
  }

  /// The timestamp of the newest commit.
  var lastTimestamp: Timestamp {
    get { Timestamp(rawValue: newest.load(ordering: .acquiring)) }
    set { newest.store(newValue.rawValue, ordering: .releasing) }
  }
}
