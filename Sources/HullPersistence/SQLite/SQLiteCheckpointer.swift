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
    let connection = try SQLiteConnection.writer(path: path, options: options)
    try connection.configureWriter(options)
    self.connection = connection
  }

  func close() {
    connection = nil
  }

  /// Runs a checkpoint.
  ///
  /// A failure is left for the next one: the log holds everything until then.
  ///
  /// - Returns: Whether commits came faster than they were copied for so long that the writer has
  ///   to pause for the rest; otherwise the log would never begin anew.
  func checkpoint() -> Bool {
    guard let connection else { return false }
    status.checkpoints.add(1, ordering: .relaxed)
    readers.releaseSnapshots()
    guard let log = try? connection.checkpoint(mode: SQLITE_CHECKPOINT_PASSIVE) else {
      return false
    }
    if log.copied == log.frames {
      // With nothing left in the log that anyone reads, the next commit begins it anew.
      readers.releaseSnapshots()
      return false
    }
    return log.frames > 3 * options.checkpointFrames
  }
}
