import CSQLite

/// SQLite's result codes, of which Swift does not import those that are computed.
enum DiskCode: Error {
  case ok, busy, full, cannotOpen
  case readFailed, shortRead, writeFailed, syncFailed, truncateFailed, deleteFailed, nothingToDelete
  case lockFailed, mapFailed

  var rawValue: Int32 {
    switch self {
    case .ok: SQLITE_OK
    case .busy: SQLITE_BUSY
    case .full: SQLITE_FULL
    case .cannotOpen: SQLITE_CANTOPEN
    case .readFailed: SQLITE_IOERR | 1 << 8
    case .shortRead: SQLITE_IOERR | 2 << 8
    case .writeFailed: SQLITE_IOERR | 3 << 8
    case .syncFailed: SQLITE_IOERR | 4 << 8
    case .truncateFailed: SQLITE_IOERR | 6 << 8
    case .deleteFailed: SQLITE_IOERR | 10 << 8
    case .lockFailed: SQLITE_IOERR | 15 << 8
    case .nothingToDelete: SQLITE_IOERR | 23 << 8
    case .mapFailed: SQLITE_IOERR | 21 << 8
    }
  }
}
