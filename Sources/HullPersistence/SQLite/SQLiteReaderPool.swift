import Synchronization

/// Readers for whoever reads.
///
/// A read runs on the thread that asks and never waits for another read: if no reader is idle,
/// one more is opened.
final class SQLiteReaderPool: Sendable {
  private struct State {
    var idle: [SQLiteReader] = []
    /// Snapshots of an earlier epoch are renewed before they are used again.
    var epoch = 0
    /// While false, a reader lets go of its snapshot when it is given back.
    var keepsSnapshots = true
    var isClosed = false
  }

  /// How many idle readers to keep; more than that have read at once only for a moment.
  private static let maximumIdle = 32

  /// Guards the idle readers; held to take one or give one back, never during a read.
  private let state = Mutex(State())
  private let path: String
  private let options: SQLiteOptions
  private let status: SQLiteStatus

  init(path: String, options: SQLiteOptions, status: SQLiteStatus) {
    self.path = path
    self.options = options
    self.status = status
  }

  /// Reads on a snapshot at least as new as `atLeast`, or the newest there is.
  ///
  /// A snapshot that is new enough is not renewed, so a caller is likely to get exactly the
  /// timestamp it asked for and to have nothing to undo.
  func read<Value>(
    atLeast: Timestamp,
    _ body: (SQLiteReader, _ readAt: Timestamp) throws(PersistenceError) -> Value
  ) throws(PersistenceError) -> Value {
    let (reader, epoch) = try take()
    let needed = min(atLeast, status.lastTimestamp)
    // A reader that failed is not given back: SQLite may have ended its snapshot, and what it read
    // next would be newer than it says.
    if reader.holdsSnapshot(atLeast: needed, epoch: epoch), let snapshot = reader.snapshot {
      let value = try body(reader, snapshot)
      giveBack(reader)
      return value
    }
    try reader.renewSnapshot(epoch: epoch)
    status.snapshotRenewals.add(1, ordering: .relaxed)
    let value = try body(reader, reader.snapshot ?? .zero)
    giveBack(reader)
    return value
  }

  /// Makes readers let go of their snapshots, which would keep a checkpoint from its end: idle ones
  /// at once, others before their next read.
  func releaseSnapshots() {
    let idle = state.withLock { state in
      state.epoch += 1
      defer { state.idle.removeAll() }
      return state.idle
    }
    for reader in idle where (try? reader.endSnapshot()) != nil { giveBack(reader) }
  }

  /// Sets whether readers keep their snapshots between reads.
  func setKeepsSnapshots(_ keepsSnapshots: Bool) {
    state.withLock { $0.keepsSnapshots = keepsSnapshots }
  }

  /// Closes the idle readers but one, which lets go of its pages; those that are needed again are
  /// opened again.
  ///
  /// The one goes on reading if the files are taken away, when no other could be opened.
  func closeIdle() {
    let kept = takeIdle().last
    guard let kept else { return }
    kept.releaseMemory()
    giveBack(kept)
  }

  /// Closes the idle readers and, when they are given back, the others.
  func close() {
    state.withLock { $0.isClosed = true }
    _ = takeIdle()
  }

  /// Takes all idle readers, which close if nobody keeps them: outside the lock.
  private func takeIdle() -> [SQLiteReader] {
    state.withLock { state in
      defer { state.idle.removeAll() }
      return state.idle
    }
  }

  private func take() throws(PersistenceError) -> (SQLiteReader, epoch: Int) {
    let (reader, epoch, isClosed) = state.withLock { state in
      (state.idle.popLast(), state.epoch, state.isClosed)
    }
    if isClosed { throw .closed(path: path) }
    if let reader { return (reader, epoch) }
    // A new connection would read whatever is in the file's place now.
    try status.checkFiles()
    status.readerConnections.add(1, ordering: .relaxed)
    return (try SQLiteReader(path: path, options: options), epoch)
  }

  private func giveBack(_ reader: SQLiteReader) {
    if !state.withLock({ $0.keepsSnapshots }), (try? reader.endSnapshot()) == nil { return }
    state.withLock { state in
      if !state.isClosed, state.idle.count < Self.maximumIdle { state.idle.append(reader) }
    }
  }
}
