import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Keeps a second process, or a second store in this one, away from a data file.
///
/// The lock is on a file of its own beside the data: SQLite's locks allow several writers to take
/// turns, and touching the data file's descriptors would drop them. The system releases it when
/// the process ends, however it ends. The file stays, with the id of its last owner.
final class FileLock: Sendable {
  /// The open lock file, nil once released; guarded so that it is closed once.
  private let descriptor: Mutex<Int32?>

  /// Takes the lock of a data file.
  ///
  /// - Throws: ``PersistenceError/Code/inUse`` or ``PersistenceError/Code/notWritable``.
  init(dataPath: String) throws(PersistenceError) {
    let path = dataPath + ".lock"
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw PersistenceError(
        code: .notWritable,
        message: """
          Cannot create \(path): \(String(cString: strerror(errno))). \
          Check that the directory exists and that this user may write to it.
          """,
        path: dataPath
      )
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let owner = Self.owner(descriptor).map { "process \($0)" } ?? "another process"
      close(descriptor)
      throw PersistenceError(
        code: .inUse,
        message: """
          \(dataPath) is in use by \(owner): stop it, or choose another data directory.
          """,
        path: dataPath
      )
    }
    let text = Array("\(getpid())\n".utf8)
    // The id only serves the message above, so it does not matter if it cannot be written.
    if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.count, 0) }
    self.descriptor = Mutex(descriptor)
  }

  deinit {
    release()
  }

  /// Gives the lock up.
  func release() {
    descriptor.withLock { descriptor in
      guard let open = descriptor.take() else { return }
      // Closing is not enough: a child that this process is just starting has a copy until it runs
      // its program.
      flock(open, LOCK_UN)
      close(open)
    }
  }

  private static func owner(_ descriptor: Int32) -> Int32? {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    let digits = bytes.prefix(max(0, count)).prefix { $0 >= 0x30 && $0 <= 0x39 }
    return Int32(String(decoding: digits, as: UTF8.self))
  }
}
