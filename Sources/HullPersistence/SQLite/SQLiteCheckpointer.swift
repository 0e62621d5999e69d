import CSQLite
import Synchronization

/// Copies the write-ahead log into the file, on a thread and a connection of its own, so that no
/// commit waits for it.
actor SQLiteCheckpointer {
  private let executor = ThreadExecutor(name: "hull checkpointer")
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  private let path: String
  private let options: SQLiteOptions
  private let status: SQLiteStatus
  private let readers: SQLiteReaderPool
  private var connection: SQLiteConnection?

  init(path: String, options: SQLiteOptions, status: SQLiteStatus, readers: SQLiteReaderPool) {
    self.path = path
    self.options = options
    self.status = status
    self.readers = readers
  }

  deinit {
    executor.stop()
  }

  func open() throws(PersistenceError) {
    let connection = try SQLiteConnection.writer(path: path, options: options, commits: false)
    try connection.configureWriter(options)
    // The writer decides what becomes of the log.
    connection.leavesLogOnClose()
    self.connection = connection
  }

  func releaseMemory() {
    connection?.releaseMemory()
    Allocator.giveBackEndOfHeap()
  }

  func close() {
    connection = nil
  }

  /// Copies the log as far as readers let it.
  ///
  /// A failure is left for the next one: the log holds everything until then.
  ///
  /// - Returns: Whether it did.
  func checkpoint() -> Bool {
    guard let connection else { return false }
    status.checkpoints.add(1, ordering: .relaxed)
    readers.releaseSnapshots()
    guard let log = try? connection.checkpoint(mode: SQLITE_CHECKPOINT_PASSIVE, status) else {
      // What was copied is looked up in the log again, in case the disk has lost it.
      readers.releaseSnapshots()
      return false
    }
    // With nothing left in the log that anyone reads, the next commit begins it anew.
    if log.copied == log.frames { readers.releaseSnapshots() }
    return true
  }
}
