import CSQLite
import Synchronization

/// One connection to a data file and the statements prepared on it.
///
/// Not `Sendable`: SQLite's own mutexes are off, so whoever owns a connection must make sure that
/// one thread at a time uses it.
final class SQLiteConnection {
  /// The path of the data file.
  let path: String
  private let handle: OpaquePointer
  /// Prepared statements by slot; a slot is filled when it is first used.
  private var statements: [SQLiteStatement?]
  /// What SQLite's hook writes after a commit that added to the write-ahead log: how many frames that
  /// has, and how many commits there have been.
  private let logged: UnsafeMutablePointer<(frames: Int32, commits: Int)>
  /// Has the frames of a commit be written at once; nil for one that reads or does not sync.
  private let joinedLog: JoinedLogFileSystem?
  /// Keeps the file mapped; nil before it is, and where it cannot be.
  private var keptMapping: KeptMapping?

  /// Opens or creates a file.
  ///
  /// - Parameters:
  ///   - path: The data file.
  ///   - fileSystem: The name of the SQLite file system it is in; nil: the system's.
  ///   - joinsLogWrites: Whether it will sync every commit, after ``beginJoiningLogWrites()``.
  /// - Throws: ``PersistenceError``.
  init(
    path: String,
    fileSystem: String?,
    joinsLogWrites: Bool = false
  ) throws(PersistenceError) {
    Self.configureOnce
    joinedLog = joinsLogWrites ? JoinedLogFileSystem(over: fileSystem) : nil
    var handle: OpaquePointer?
    let flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
    let result = sqlite3_open_v2(path, &handle, flags, joinedLog?.name ?? fileSystem)
    guard result == SQLITE_OK, let handle else {
      let detail = String(cString: sqlite3_errstr(result))
      let systemError = handle.map { sqlite3_system_errno($0) } ?? 0
      sqlite3_close(handle)
      throw PersistenceError(
        resultCode: result,
        systemError: systemError,
        detail: detail,
        action: "open the store",
        path: path
      )
    }
    self.path = path
    self.handle = handle
    statements = Array(repeating: nil, count: SQLiteQuery.slotCount)
    logged = .allocate(capacity: 1)
    logged.initialize(to: (frames: 0, commits: 0))
    // The hook takes the place of SQLite's own, which would checkpoint inside commits. Its argument
    // outlives the connection: both end in `deinit`, the connection first.
    sqlite3_wal_hook(
      handle,
      { argument, _, _, frames in
        let logged = argument?.assumingMemoryBound(to: (frames: Int32, commits: Int).self)
        logged?.pointee.frames = frames
        logged?.pointee.commits += 1
        return SQLITE_OK
      },
      logged
    )
  }

  deinit {
    statements.removeAll()
    if sqlite3_close(handle) != SQLITE_OK {
      // A statement is still in use: the connection closes with it, by the file system it was opened
      // in, which then is never freed.
      if let joinedLog { _ = Unmanaged.passRetained(joinedLog) }
      if let keptMapping { _ = Unmanaged.passRetained(keptMapping) }
      sqlite3_close_v2(handle)
    }
    logged.deallocate()
  }

  /// Has to come before the first connection of the process: with memory statistics on, every
  /// allocation of every connection takes one global mutex, and readers do not scale with cores.
  private static let configureOnce: Void = {
    _ = hull_sqlite3_disable_memory_statistics()
  }()

  /// Frames in the write-ahead log after the last commit of this connection.
  var framesInLog: Int { Int(logged.pointee.frames) }

  /// Commits of this connection that added to the write-ahead log.
  var loggedCommits: Int { logged.pointee.commits }

  /// Frames in the write-ahead log according to its index; nil if there is none yet.
  var framesInIndex: Int? { file.flatMap { LogIndex(of: $0) }?.frames }

  /// Joins the writes of each commit from now on, which is synced before others can see it.
  ///
  /// On a disk where SQLite fills up the last sector of a commit after the sync, nothing is joined.
  func beginJoiningLogWrites() {
    guard let joinedLog, let file, let methods = file.pointee.pMethods else { return }
    let traits = methods.pointee.xDeviceCharacteristics(file)
    if traits & SQLITE_IOCAP_POWERSAFE_OVERWRITE != 0 { joinedLog.beginJoining() }
  }

  /// Keeps the file mapped from one snapshot to the next.
  func keepMapping() {
    if keptMapping == nil, let file { keptMapping = KeptMapping(of: file) }
  }

  /// The open data file.
  private var file: UnsafeMutablePointer<sqlite3_file>? {
    var file: UnsafeMutablePointer<sqlite3_file>?
    let result = sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &file)
    return result == SQLITE_OK ? file : nil
  }

  /// Whether a transaction is open.
  var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

  /// The rows the last statement inserted, updated or deleted.
  var changedRows: Int { Int(sqlite3_changes64(handle)) }

  /// How long to wait for another connection's lock.
  func setBusyTimeout(_ timeout: Duration) {
    sqlite3_busy_timeout(handle, Int32(clamping: timeout.nanoseconds / 1_000_000))
  }

  /// Runs statements that return nothing of interest.
  func execute(_ sql: String, to action: String) throws(PersistenceError) {
    let result = sqlite3_exec(handle, sql, nil, nil, nil)
    guard result == SQLITE_OK else { throw error(result, action) }
  }

  /// The first column of the first row, as an integer; nil without a row.
  func integer(_ sql: String, to action: String) throws(PersistenceError) -> Int64? {
    let statement = try prepare(sql, to: action)
    return try statement.step(to: action) ? statement.integer(at: 0) : nil
  }

  /// The rows of a query that is not worth caching, as text.
  func texts(_ sql: String, to action: String) throws(PersistenceError) -> [[String]] {
    let statement = try prepare(sql, to: action)
    var rows: [[String]] = []
    while try statement.step(to: action) {
      rows.append((0..<statement.columnCount).map { statement.string(at: $0) })
    }
    return rows
  }

  /// A statement for one use.
  func prepare(
    _ sql: String,
    isPersistent: Bool = false,
    to action: String
  ) throws(PersistenceError) -> SQLiteStatement {
    var statement: OpaquePointer?
    let flags = UInt32(isPersistent ? SQLITE_PREPARE_PERSISTENT : 0)
    let result = sqlite3_prepare_v3(handle, sql, -1, flags, &statement, nil)
    guard result == SQLITE_OK, let statement else { throw error(result, action) }
    return SQLiteStatement(statement, of: self)
  }

  /// The prepared statement of a query, ready for new parameters.
  func statement(_ query: SQLiteQuery) throws(PersistenceError) -> SQLiteStatement {
    if let statement = statements[query.slot] { return statement }
    let statement = try prepare(query.sql, isPersistent: true, to: "prepare a statement")
    statements[query.slot] = statement
    return statement
  }

  /// Runs a cached statement without parameters.
  func run(_ query: SQLiteQuery, to action: String) throws(PersistenceError) {
    let statement = try statement(query)
    try statement.run(to: action)
  }

  /// Drops the pages it keeps in memory, as far as nothing is using them.
  func releaseMemory() { sqlite3_db_release_memory(handle) }

  /// Copies the write-ahead log into the file.
  ///
  /// SQLite syncs the file when all of the log is in it, and counts what it has copied until then as
  /// copied without that. When a sync fails, the system may have given up any page written since the
  /// last one, and says so only once. So after a failure everything is copied again.
  ///
  /// - Parameters:
  ///   - mode: How far to go, as SQLite numbers it.
  ///   - status: Remembers that everything is to be copied, for whichever connection is next.
  /// - Returns: How many frames the log has, and how many of them are in the file by now.
  /// - Throws: ``PersistenceError``.
  func checkpoint(
    mode: Int32,
    _ status: SQLiteStatus
  ) throws(PersistenceError) -> (frames: Int, copied: Int) {
    if status.mustCopyAll.load(ordering: .sequentiallyConsistent) { try copyAllAgain(status) }
    var frames: Int32 = 0
    var copied: Int32 = 0
    let result = sqlite3_wal_checkpoint_v2(handle, nil, mode, &frames, &copied)
    guard result == SQLITE_OK else {
      let error = error(result, "checkpoint")
      if result & 0xFF == SQLITE_IOERR {
        status.mustCopyAll.store(true, ordering: .sequentiallyConsistent)
        // If another program's checkpoint is in the way, the next one begins with it.
        try? copyAllAgain(status)
      }
      throw error
    }
    return (Int(frames), Int(copied))
  }

  private func copyAllAgain(_ status: SQLiteStatus) throws(PersistenceError) {
    guard let file, let index = LogIndex(of: file), index.forgetCopied() else {
      throw error(SQLITE_BUSY, "checkpoint")
    }
    status.mustCopyAll.store(false, ordering: .sequentiallyConsistent)
  }

  /// Whether the file may only be read.
  var isReadOnly: Bool { sqlite3_db_readonly(handle, "main") == 1 }

  /// Has the log stay as it is when the last connection is closed.
  func leavesLogOnClose() {
    _ = hull_sqlite3_leave_log_on_close(handle)
  }

  /// The error of the call that just returned `result`.
  func error(_ result: Int32, _ action: String) -> PersistenceError {
    PersistenceError(
      resultCode: result,
      systemError: systemError(of: result),
      detail: String(cString: sqlite3_errmsg(handle)),
      action: action,
      path: path
    )
  }

  /// The `errno` behind a result; 0 if it is not known.
  ///
  /// SQLite keeps that of a failed commit only where the log is.
  private func systemError(of result: Int32) -> Int32 {
    let error = sqlite3_system_errno(handle)
    guard error == 0, result & 0xFF == SQLITE_IOERR else { return error }
    var file: UnsafeMutablePointer<sqlite3_file>?
    guard sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file) == SQLITE_OK,
      let methods = file?.pointee.pMethods
    else { return 0 }
    var logError: Int32 = 0
    let isKnown = methods.pointee.xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &logError)
    return isKnown == SQLITE_OK ? logError : 0
  }
}
