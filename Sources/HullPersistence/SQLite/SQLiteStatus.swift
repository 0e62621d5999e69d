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
  /// Whether the next checkpoint must not rely on what earlier ones have copied.
  let mustCopyAll = Atomic<Bool>(false)

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
  /// - Parameter connection: One that knows how long the log is, if it is to be looked at as well.
  /// - Throws: ``PersistenceError`` `filesChanged`.
  func checkFiles(logOf connection: SQLiteConnection? = nil) throws(PersistenceError) {
    guard let files = files.withLock(\.self) else { return }
    try files.check(framesInLog: connection?.framesInLog ?? 0) { connection?.framesInIndex }
  }

  /// The timestamp of the newest commit.
  var lastTimestamp: Timestamp {
    get { Timestamp(rawValue: newest.load(ordering: .acquiring)) }
    set { newest.store(newValue.rawValue, ordering: .releasing) }
  }
}
