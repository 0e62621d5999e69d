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

  /// How long the writer may be held up when the log has grown too long to go on appending.
  private static let patience = Duration.milliseconds(100)

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
    connection.setBusyTimeout(Self.patience)
    self.connection = connection
  }

  func close() {
    connection = nil
  }

  /// Runs a checkpoint.
  ///
  /// A failure is left for the next one: the log holds everything until then.
  func checkpoint() {
    status.isCheckpointDue.store(false, ordering: .sequentiallyConsistent)
    guard let connection else { return }
    status.checkpoints.add(1, ordering: .relaxed)
    readers.releaseSnapshots()
    guard let log = try? connection.checkpoint(mode: SQLITE_CHECKPOINT_PASSIVE) else { return }
    if log.copied == log.frames {
      // With nothing left in the log that anyone reads, the next commit begins it anew.
      readers.releaseSnapshots()
    } else if log.frames > 4 * options.checkpointFrames {
      // Commits came faster than a passive checkpoint copies, again and again. Hold them up while
      // the little that is left is copied and the last readers leave.
      readers.setKeepsSnapshots(false)
      readers.releaseSnapshots()
      _ = try? connection.checkpoint(mode: SQLITE_CHECKPOINT_RESTART)
      readers.setKeepsSnapshots(true)
    }
  }
}
