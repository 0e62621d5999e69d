import CSQLite

/// A SQLite file system (VFS) whose write-ahead log is written in few large pieces; everything else
/// about it is another one's.
///
/// SQLite writes the head of each frame and its page by themselves: a commit of six pages takes twelve
/// system calls, a sixth of the time it has besides its sync. Here they gather until the log is synced,
/// read or full of them, and are written at once.
///
/// And the file becomes longer in steps: zeros are written after the end of the log where it grows.
///
/// Only for a connection with `synchronous = FULL` on a disk whose writes leave the rest of their
/// sectors alone (`SQLITE_IOCAP_POWERSAFE_OVERWRITE`). It publishes frames in the index of the log after
/// the sync that follows the last one. One that does not sync, or that fills up the last sector after
/// the sync, would publish what is not in the file yet.
///
/// Not `Sendable`: it belongs to a connection, and lives longer than that is open.
final class JoinedLogFileSystem {
  /// What SQLite knows it by.
  let name: String
  private let table: UnsafeMutablePointer<JoinedTable>
  private let nameText: UnsafeMutablePointer<CChar>

  /// Registers one that is over another, by its name; nil: the system's.
  ///
  /// - Returns: Nil if SQLite knows no such file system.
  init?(over fileSystem: String?) {
    guard let base = sqlite3_vfs_find(fileSystem) else { return nil }
    table = .allocate(capacity: 1)
    // Its address is nobody else's while it is registered.
    name = "hull-joined-\(UInt(bitPattern: table))"
    let text = Array(name.utf8CString)
    nameText = .allocate(capacity: text.count)
    nameText.initialize(from: text, count: text.count)
    table.initialize(to: JoinedTable(base: base, name: nameText))
    sqlite3_vfs_register(functions, 0)
  }

  deinit {
    sqlite3_vfs_unregister(functions)
    table.deallocate()
    nameText.deallocate()
  }

  /// The table as SQLite sees it: its functions come first.
  private var functions: UnsafeMutablePointer<sqlite3_vfs> {
    UnsafeMutableRawPointer(table).assumingMemoryBound(to: sqlite3_vfs.self)
  }

  /// From now on writes are joined: the connection meets the conditions.
  func beginJoining() { table.pointee.isJoining = true }
}

/// SQLite's table of a file system, and what its functions need besides, in the same memory.
private struct JoinedTable {
  /// First, so that its address is that of the whole.
  var functions: sqlite3_vfs
  let base: UnsafeMutablePointer<sqlite3_vfs>
  var isJoining = false

  /// Takes over everything but how files are opened.
  ///
  /// The functions of the other file system are called with this table in place of theirs. What they
  /// read of it, its data and its longest path, is the same.
  init(base: UnsafeMutablePointer<sqlite3_vfs>, name: UnsafePointer<CChar>) {
    self.base = base
    // Others may be linking theirs into SQLite's list of tables.
    let list = sqlite3_mutex_alloc(SQLITE_MUTEX_STATIC_MAIN)
    sqlite3_mutex_enter(list)
    functions = base.pointee
    sqlite3_mutex_leave(list)
    functions.pNext = nil
    functions.zName = name
    functions.szOsFile = Int32(JoinedLog.headBytes) + base.pointee.szOsFile
    functions.xOpen = { functions, path, file, flags, openedFlags in
      guard let functions, let file else { return SQLITE_INTERNAL }
      // Sound: SQLite hands back the address it was given, that of a table.
      let table = UnsafeMutableRawPointer(functions).assumingMemoryBound(to: JoinedTable.self)
      let base = table.pointee.base
      guard flags & SQLITE_OPEN_WAL != 0 else {
        return base.pointee.xOpen(base, path, file, flags, openedFlags)
      }
      return JoinedLog.open(path, in: table, at: file, flags, openedFlags)
    }
  }
}

/// An open log: what lies in the memory that SQLite allots to a file, before the other file system's
/// part.
///
/// One thread at a time uses it, as the connection it belongs to.
private struct JoinedLog {
  /// First, so that its address is that of the whole.
  private var file = sqlite3_file()
  private let table: UnsafeMutablePointer<JoinedTable>
  /// What is to be written, ``capacity`` bytes of memory.
  private let pending: UnsafeMutableRawPointer
  /// Where in the file it begins.
  private var start: sqlite3_int64 = 0
  /// Its length in bytes.
  private var count = 0
  /// Where the file ends, as far as is known; nil until it matters.
  private var fileEnd: sqlite3_int64?

  /// Where the other file system's part begins.
  static let headBytes = (MemoryLayout<JoinedLog>.stride + 15) & ~15
  /// The longest piece: 31 frames.
  ///
  /// SQLite's own file systems write less than 128 KiB at a time.
  private static let capacity = 31 * 4_120
  /// What comes before the page in a frame.
  private static let frameHeadBytes = 24
  /// How many zeros are written after the end of the log: a quarter of its length within these bounds,
  /// multiples of the first.
  private static let shortestRoom: sqlite3_int64 = 64 << 10
  private static let longestRoom: sqlite3_int64 = 256 << 10

  private init(_ table: UnsafeMutablePointer<JoinedTable>) {
    self.table = table
    pending = .allocate(byteCount: Self.capacity, alignment: 16)
    file.pMethods = Self.methods
  }

  /// Opens the log in the other file system.
  static func open(
    _ path: UnsafePointer<CChar>?,
    in table: UnsafeMutablePointer<JoinedTable>,
    at file: UnsafeMutablePointer<sqlite3_file>,
    _ flags: Int32,
    _ openedFlags: UnsafeMutablePointer<Int32>?
  ) -> Int32 {
    let (base, real) = (table.pointee.base, real(file))
    real.pointee.pMethods = nil
    let result = base.pointee.xOpen(base, path, real, flags, openedFlags)
    guard result == SQLITE_OK else {
      // A file that failed to open is closed all the same if it has methods.
      if let methods = real.pointee.pMethods { _ = methods.pointee.xClose(real) }
      file.pointee.pMethods = nil
      return result
    }
    UnsafeMutableRawPointer(file).initializeMemory(as: JoinedLog.self, to: JoinedLog(table))
    return SQLITE_OK
  }

  /// The file as the other file system knows it.
  private static func real(
    _ file: UnsafeMutablePointer<sqlite3_file>
  ) -> UnsafeMutablePointer<sqlite3_file> {
    (UnsafeMutableRawPointer(file) + headBytes).assumingMemoryBound(to: sqlite3_file.self)
  }

  /// Calls a method of the file as the other file system knows it.
  private static func forward(
    _ file: UnsafeMutablePointer<sqlite3_file>?,
    _ call: (sqlite3_io_methods, UnsafeMutablePointer<sqlite3_file>) -> Int32
  ) -> Int32 {
    guard let file else { return SQLITE_INTERNAL }
    let real = real(file)
    guard let methods = real.pointee.pMethods else { return SQLITE_INTERNAL }
    return call(methods.pointee, real)
  }

  /// The same, after everything pending has been written.
  private static func flushAndForward(
    _ file: UnsafeMutablePointer<sqlite3_file>?,
    _ call: (sqlite3_io_methods, UnsafeMutablePointer<sqlite3_file>) -> Int32
  ) -> Int32 {
    guard let log = log(file) else { return SQLITE_INTERNAL }
    let result = flush(log)
    return result == SQLITE_OK ? forward(file, call) : result
  }

  private static func log(
    _ file: UnsafeMutablePointer<sqlite3_file>?
  ) -> UnsafeMutablePointer<JoinedLog>? {
    // Sound: SQLite calls the methods with the file they were set in.
    file.map { UnsafeMutableRawPointer($0).assumingMemoryBound(to: JoinedLog.self) }
  }

  /// Writes what is pending.
  ///
  /// If that fails, it is pending no more: SQLite gives up the commit.
  private static func flush(_ log: UnsafeMutablePointer<JoinedLog>) -> Int32 {
    let (start, count) = (log.pointee.start, log.pointee.count)
    if count == 0 { return SQLITE_OK }
    log.pointee.count = 0
    // The log begins anew: another connection may have cut its file since.
    if start == 0 { log.pointee.fileEnd = nil }
    let result = write(log, count, at: start)
    if result & 0xFF == SQLITE_FULL {
      // A commit that found the disk full is taken for one that is not there. Where even writing over
      // something may find it full, what is missing of the last frame might be zeros that are there.
      log.pointee.pending.initializeMemory(as: UInt8.self, repeating: 0, count: frameHeadBytes)
      _ = write(log, frameHeadBytes, at: start)
    }
    return result
  }

  /// Writes the first bytes of ``pending``.
  private static func write(
    _ log: UnsafeMutablePointer<JoinedLog>,
    _ count: Int,
    at start: sqlite3_int64
  ) -> Int32 {
    forward(file(of: log)) { $0.xWrite($1, log.pointee.pending, Int32(count), start) }
  }

  /// Makes the file longer with zeros if it ends where a commit has just been written.
  ///
  /// A file that has become longer takes half as long again to sync, or twice as long, since its length
  /// is synced as well; with zeros to write over, that is one commit in many. SQLite takes them for the
  /// end of the log, as frames carry the random salts of its header. Nothing depends on them: if they
  /// cannot be written, the next commit makes the file longer by itself.
  ///
  /// Only before the sync of a commit, which holds SQLite's lock for writing: at any other time there
  /// may be commits of other programs.
  private static func makeRoom(
    _ log: UnsafeMutablePointer<JoinedLog>,
    after end: sqlite3_int64
  ) {
    guard let known = log.pointee.fileEnd ?? size(of: log) else { return }
    log.pointee.fileEnd = max(known, end)
    guard end >= known else { return }
    let room = min(max(end / 4, shortestRoom), longestRoom)
    log.pointee.pending.initializeMemory(as: UInt8.self, repeating: 0, count: Int(shortestRoom))
    for start in stride(from: end, to: end + room, by: Int(shortestRoom)) {
      guard write(log, Int(shortestRoom), at: start) == SQLITE_OK else { return }
      log.pointee.fileEnd = start + shortestRoom
    }
  }

  /// The length of the file; nil if that is not to be had.
  private static func size(of log: UnsafeMutablePointer<JoinedLog>) -> sqlite3_int64? {
    var size: sqlite3_int64 = 0
    let result = forward(file(of: log)) { $0.xFileSize($1, &size) }
    return result == SQLITE_OK ? size : nil
  }

  private static func file(
    of log: UnsafeMutablePointer<JoinedLog>
  ) -> UnsafeMutablePointer<sqlite3_file> {
    // Sound: ``file`` comes first.
    UnsafeMutableRawPointer(log).assumingMemoryBound(to: sqlite3_file.self)
  }

  /// The functions of every open log.
  ///
  /// `nonisolated(unsafe)`: written once, before SQLite sees it, and never freed.
  private nonisolated(unsafe) static let methods: UnsafePointer<sqlite3_io_methods> = {
    let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
    methods.initialize(to: sqlite3_io_methods())
    // The first version: a log has neither shared memory nor mapped pages.
    methods.pointee.iVersion = 1
    setContentMethods(&methods.pointee)
    setOtherMethods(&methods.pointee)
    return UnsafePointer(methods)
  }()

  private static func setContentMethods(_ methods: inout sqlite3_io_methods) {
    methods.xWrite = { file, bytes, count, offset in
      guard let log = JoinedLog.log(file), let bytes else { return SQLITE_INTERNAL }
      let pending = log.pointee.count
      let end = log.pointee.start + sqlite3_int64(pending)
      if pending > 0, offset != end || pending + Int(count) > JoinedLog.capacity {
        let result = JoinedLog.flush(log)
        if result != SQLITE_OK { return result }
      }
      guard log.pointee.table.pointee.isJoining, count <= JoinedLog.capacity else {
        return JoinedLog.forward(file) { $0.xWrite($1, bytes, count, offset) }
      }
      if log.pointee.count == 0 { log.pointee.start = offset }
      (log.pointee.pending + log.pointee.count).copyMemory(from: bytes, byteCount: Int(count))
      log.pointee.count += Int(count)
      return SQLITE_OK
    }
    methods.xRead = { file, buffer, count, offset in
      JoinedLog.flushAndForward(file) { $0.xRead($1, buffer, count, offset) }
    }
    methods.xTruncate = { file, size in
      JoinedLog.log(file)?.pointee.fileEnd = nil
      return JoinedLog.flushAndForward(file) { $0.xTruncate($1, size) }
    }
    methods.xSync = { file, flags in
      guard let log = JoinedLog.log(file) else { return SQLITE_INTERNAL }
      let (start, count) = (log.pointee.start, log.pointee.count)
      let result = JoinedLog.flush(log)
      guard result == SQLITE_OK else { return result }
      // Without anything pending it is a checkpoint that syncs.
      if count > 0 { JoinedLog.makeRoom(log, after: start + sqlite3_int64(count)) }
      return JoinedLog.forward(file) { $0.xSync($1, flags) }
    }
    methods.xFileSize = { file, size in
      JoinedLog.flushAndForward(file) { $0.xFileSize($1, size) }
    }
    methods.xClose = { file in
      guard let file, let log = JoinedLog.log(file) else { return SQLITE_INTERNAL }
      // What is pending was never synced, so it belongs to no commit, and another connection may have
      // begun the log anew since.
      let closed = JoinedLog.forward(file) { $0.xClose($1) }
      log.pointee.pending.deallocate()
      file.pointee.pMethods = nil
      return closed
    }
  }

  private static func setOtherMethods(_ methods: inout sqlite3_io_methods) {
    methods.xLock = { file, level in JoinedLog.forward(file) { $0.xLock($1, level) } }
    methods.xUnlock = { file, level in JoinedLog.forward(file) { $0.xUnlock($1, level) } }
    methods.xCheckReservedLock = { file, result in
      JoinedLog.forward(file) { $0.xCheckReservedLock($1, result) }
    }
    methods.xFileControl = { file, operation, argument in
      JoinedLog.forward(file) { $0.xFileControl($1, operation, argument) }
    }
    methods.xSectorSize = { file in JoinedLog.forward(file) { $0.xSectorSize($1) } }
    methods.xDeviceCharacteristics = { file in
      JoinedLog.forward(file) { $0.xDeviceCharacteristics($1) }
    }
  }
}
