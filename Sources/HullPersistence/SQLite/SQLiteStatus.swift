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

  /// The timestamp of the newest commit.
  var lastTimestamp: Timestamp {
    get { Timestamp(rawValue: newest.load(ordering: .acquiring)) }
    set { newest.store(newValue.rawValue, ordering: .releasing) }
  }
}
