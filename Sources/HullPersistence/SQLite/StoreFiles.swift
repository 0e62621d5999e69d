private import CSQLite

/// The files of an open store, looked at before each commit to notice when one is taken away.
///
/// SQLite goes on writing to a file that was deleted, replaced or cut off, and the next start would
/// not find what it wrote.
struct StoreFiles: Sendable {
  private struct Identity: Hashable {
    var device: UInt64
    var number: UInt64
  }

  /// Bytes of a page, and of what precedes pages in the log.
  private static let (pageBytes, frameHeaderBytes, logHeaderBytes) = (4096, 24, 32)

  private let path: String
  private let identities: [(path: String, identity: Identity)]

  /// Remembers the files of a store that is open.
  init(path: String) {
    self.path = path
    identities = [path, path + "-wal", path + ".lock"].compactMap { path in
      Self.status(of: path).map { (path, $0.identity) }
    }
  }

  /// Makes sure that the files are the ones the store has open, and that the log is whole.
  ///
  /// - Parameters:
  ///   - framesInLog: How many pages this store knows to be in the log.
  ///   - framesInIndex: How many there are according to the log's index, which all programs share;
  ///     nil if that cannot be told.
  /// - Throws: ``PersistenceError`` `filesChanged`, naming the file.
  func check(
    framesInLog: Int,
    framesInIndex: () -> Int?
  ) throws(PersistenceError) {
    for (file, identity) in identities {
      let status = Self.status(of: file)
      guard let status, status.identity == identity else {
        throw changed(file, status == nil ? "deleted or moved away" : "replaced by another file")
      }
      guard file.hasSuffix("-wal"), framesInLog > 0, status.bytes < Self.logBytes(framesInLog)
      else { continue }
      // Another program may have emptied the log in the orderly way; the index of the log knows.
      guard let frames = framesInIndex(), status.bytes < Self.logBytes(frames) else { continue }
      throw changed(file, "cut off")
    }
  }

  private func changed(_ file: String, _ what: String) -> PersistenceError {
    PersistenceError(
      code: .filesChanged,
      message: """
        \(file) was \(what) while Hull was using it, so nothing more is written. Put it back, or \
        restart Hull to go on with what is there now.
        """,
      path: path
    )
  }

  private static func logBytes(_ frames: Int) -> Int {
    frames == 0 ? 0 : logHeaderBytes + frames * (frameHeaderBytes + pageBytes)
  }

  private static func status(of path: String) -> (identity: Identity, bytes: Int)? {
    var (identity, bytes) = (Identity(device: 0, number: 0), Int64(0))
    let result = hull_file_identity(path, &identity.device, &identity.number, &bytes)
    return result == 0 ? (identity, Int(bytes)) : nil
  }
}
