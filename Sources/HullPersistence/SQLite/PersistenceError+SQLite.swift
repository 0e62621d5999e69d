import CSQLite

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension PersistenceError {
  /// An error in what a file holds, which SQLite itself has no objection to.
  static func damaged(_ path: String, _ what: String) -> PersistenceError {
    PersistenceError(
      code: .corrupt,
      message: "\(path) has \(what). The file is damaged: restore it from a backup.",
      path: path
    )
  }

  /// An error SQLite reported.
  ///
  /// - Parameters:
  ///   - resultCode: The extended result code.
  ///   - systemError: The `errno` behind it; 0 for none.
  ///   - detail: SQLite's own text.
  ///   - action: What was being attempted, as in "Cannot {action}".
  ///   - path: The data file.
  init(
    resultCode: Int32,
    systemError: Int32,
    detail: String,
    action: String,
    path: String
  ) {
    let isFailure = [SQLITE_IOERR, SQLITE_CANTOPEN].contains(resultCode & 0xFF) && systemError != 0
    let (code, advice): (Code, String) =
      switch resultCode & 0xFF {
      case SQLITE_IOERR where systemError == EFBIG:
        (.diskFull, "The file may not grow: raise the limit on the size of files (ulimit -f).")
      case SQLITE_IOERR where systemError == ENOSPC || systemError == EDQUOT, SQLITE_FULL:
        (.diskFull, "The disk is full: free some space, then try again.")
      case SQLITE_IOERR:
        (.inputOutput, "The disk failed: check it and the system's log.")
      case SQLITE_CORRUPT:
        (.corrupt, "The file is damaged: restore it from a backup.")
      case SQLITE_NOTADB:
        (.notADatabase, "It is not a SQLite database: choose another data directory.")
      case SQLITE_READONLY, SQLITE_PERM, SQLITE_CANTOPEN, SQLITE_AUTH:
        (.notWritable, "Check that the directory exists and that this user may write to it.")
      case SQLITE_BUSY, SQLITE_LOCKED:
        (.busy, "Another program holds a lock on it: close that program, then try again.")
      default:
        (.unexpected, "This is an error in Hull.")
      }
    self.init(
      code: code,
      message: """
        Cannot \(action) in \(path): \(detail)\
        \(isFailure ? ", \(String(cString: strerror(systemError)))" : "") \
        (SQLite \(resultCode)). \(advice)
        """,
      path: path,
      resultCode: resultCode
    )
  }
}
