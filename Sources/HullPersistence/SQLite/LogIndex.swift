import CSQLite

/// The index of the write-ahead log, memory that all connections to a file share
/// (sqlite.org/walformat.html, section 2).
///
/// Reached where SQLite has mapped it: to open its file and close it again would drop all locks that
/// this process has on it. Valid as long as the connection is open.
struct LogIndex {
  /// Where the first region has the number of frames, and how many of them are in the data file.
  private static let (framesOffset, copiedOffset) = (16, 96)
  /// The lock a checkpoint holds.
  private static let checkpointLock: Int32 = 1

  private let file: UnsafeMutablePointer<sqlite3_file>
  private let methods: sqlite3_io_methods
  private let region: UnsafeMutableRawPointer

  /// The index of an open data file; nil if there is none yet.
  init?(of file: UnsafeMutablePointer<sqlite3_file>) {
    guard let methods = file.pointee.pMethods?.pointee, methods.iVersion >= 2 else { return nil }
    var region: UnsafeMutableRawPointer?
    // Sound: the first region of the index has 32 KiB and stays mapped while the connection is open.
    guard methods.xShmMap?(file, 0, 32 << 10, 0, &region) == SQLITE_OK, let region else {
      return nil
    }
    (self.file, self.methods, self.region) = (file, methods, region)
  }

  /// Frames in the log.
  var frames: Int { Int(region.load(fromByteOffset: Self.framesOffset, as: UInt32.self)) }

  /// Has the next checkpoint copy the log from its beginning, also what earlier ones have copied.
  ///
  /// What is in the data file already is written there once more. The log is not begun anew before a
  /// checkpoint has reached its end, whatever this number says.
  ///
  /// - Returns: False if the lock is not to be had, as during a checkpoint: nothing was done.
  func forgetCopied() -> Bool {
    guard let lock = methods.xShmLock, let barrier = methods.xShmBarrier,
      lock(file, Self.checkpointLock, 1, SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE) == SQLITE_OK
    else { return false }
    // Sound: the store of an aligned word is never seen half done, and who else writes it without the
    // lock, to begin the log anew, writes the same.
    region.storeBytes(of: 0, toByteOffset: Self.copiedOffset, as: UInt32.self)
    barrier(file)
    _ = lock(file, Self.checkpointLock, 1, SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE)
    return true
  }
}
