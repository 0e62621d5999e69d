/// When an append counts as done.
package enum Durability: String, CaseIterable, Hashable, Sendable {
  /// When it survives a power failure: one `fsync` per batch.
  case full
  /// When it survives the end of the process. A power failure may take the newest commits, whole
  /// ones only; or half of one, if it comes after a sync of the log that failed, for which the system may
  /// have dropped pages, in the middle of the next checkpoint.
  case normal
  /// When the operating system has it, and nothing is ever synced. A power failure may damage
  /// the file.
  case off
}

/// How a data file is used.
package struct SQLiteOptions: Sendable {
  /// When an append counts as done.
  package var durability: Durability
  /// How long to wait for a lock another program holds, for example a backup.
  package var busyTimeout: Duration
  /// Memory for pages of the writer, which takes more for a transaction that needs it.
  ///
  /// More is slower: a commit that has balanced a tree looks through all of them
  /// (`sqlite3PcacheTruncate` after pages have changed places).
  package var writerCacheBytes: Int
  /// Memory for pages of each reader, of which there are as many as threads that read at once.
  package var readerCacheBytes: Int
  /// How much of the file to read through the page cache of the system, which all share.
  package var mappedBytes: Int
  /// The length of the write-ahead log, in frames of one page, that sets off a checkpoint.
  package var checkpointFrames: Int
  /// The size the file may grow to; nil: that of the disk.
  ///
  /// Beyond it writes fail as on a full disk.
  package var maximumFileBytes: Int?
  /// The name of the SQLite file system (VFS) the file is in; nil: the system's.
  ///
  /// Another one only in tests of what a disk can do.
  package var fileSystem: String?
  /// The layout; another one only in tests of migrations.
  package var format = SQLiteFormat.current
  /// Called at every step of a write, for tests: what it throws, the step fails with.
  package var fault: (@Sendable (SQLiteWriteStep) throws -> Void)?

  package init(
    durability: Durability = .full,
    busyTimeout: Duration = .seconds(10),
    writerCacheBytes: Int = 8 << 20,
    readerCacheBytes: Int = 8 << 20,
    mappedBytes: Int = 0x7FFF_0000,
    checkpointFrames: Int = 8_000,
    maximumFileBytes: Int? = nil
  ) {
    self.durability = durability
    self.busyTimeout = busyTimeout
    self.writerCacheBytes = writerCacheBytes
    self.readerCacheBytes = readerCacheBytes
    self.mappedBytes = mappedBytes
    self.checkpointFrames = checkpointFrames
    self.maximumFileBytes = maximumFileBytes
  }

  /// How many frames the write-ahead log may have before commits wait for it to begin anew.
  var framesForRestart: Int { 3 * checkpointFrames }

  /// What the file of the log is cut to when the log begins anew, in bytes.
  ///
  /// More than it grows to under constant load: to make the file longer takes time at every commit
  /// that does it.
  var longestLogBytes: Int { (framesForRestart + checkpointFrames) * 4_120 }
}

/// The steps of a write, for tests that make one of them fail.
package enum SQLiteWriteStep: Hashable, Sendable {
  case begin, document, change, entry, metadata, timestamp
  /// Just before the commit.
  case commit
  /// Just after it, when failing means the outcome is unknown.
  case committed
}

extension SQLiteConnection {
  /// Opens a connection of the kind that writes.
  ///
  /// - Parameters:
  ///   - path: The data file.
  ///   - options: How it is used.
  ///   - commits: Whether it commits; otherwise it only copies the log into the file.
  /// - Returns: The connection.
  /// - Throws: ``PersistenceError`` if the file cannot be opened.
  static func writer(
    path: String,
    options: SQLiteOptions,
    commits: Bool = true
  ) throws(PersistenceError) -> SQLiteConnection {
    let connection = try SQLiteConnection(
      path: path,
      fileSystem: options.fileSystem,
      joinsLogWrites: commits && options.durability == .full
    )
    connection.setBusyTimeout(options.busyTimeout)
    return connection
  }

  /// Settings that can only be made once the file is known to be Hull's.
  func configureWriter(_ options: SQLiteOptions) throws(PersistenceError) {
    let synchronous =
      switch options.durability {
      case .full: "FULL"
      case .normal: "NORMAL"
      case .off: "OFF"
      }
    // `fullfsync` matters on macOS only, where plain fsync does not reach the disk. Checkpoints
    // have a connection of their own.
    try execute(
      """
      PRAGMA synchronous = \(synchronous);
      PRAGMA fullfsync = \(options.durability == .full ? 1 : 0);
      PRAGMA checkpoint_fullfsync = \(options.durability == .off ? 0 : 1);
      PRAGMA journal_size_limit = \(options.longestLogBytes);
      PRAGMA cache_size = -\(options.writerCacheBytes / 1024);
      PRAGMA cache_spill = OFF;
      PRAGMA mmap_size = 0;
      PRAGMA temp_store = MEMORY;
      PRAGMA trusted_schema = OFF;
      """,
      to: "configure the writer"
    )
    if options.durability == .full { beginJoiningLogWrites() }
    if let maximum = options.maximumFileBytes {
      try execute("PRAGMA max_page_count = \(max(1, maximum / 4096))", to: "configure the writer")
    }
  }

  /// Has pages of the file be read by mapping it, outside a transaction.
  ///
  /// A connection begins without: of a file that is not in memory, each page that is touched first
  /// takes what lies around it along, by as much as the device is set to read ahead. That brings a
  /// file into memory fast, and takes milliseconds for a page, where a server that starts needs
  /// a handful of them.
  func map(_ options: SQLiteOptions) throws(PersistenceError) {
    try execute("PRAGMA mmap_size = \(options.mappedBytes)", to: "map the file")
    keepMapping()
  }

  /// Opens a connection that only reads.
  static func reader(path: String, options: SQLiteOptions) throws(PersistenceError)
    -> SQLiteConnection
  {
    let connection = try SQLiteConnection(path: path, fileSystem: options.fileSystem)
    connection.setBusyTimeout(options.busyTimeout)
    try connection.execute(
      """
      PRAGMA query_only = ON;
      PRAGMA cache_size = -\(options.readerCacheBytes / 1024);
      PRAGMA mmap_size = 0;
      PRAGMA temp_store = MEMORY;
      PRAGMA trusted_schema = OFF;
      """,
      to: "configure a reader"
    )
    return connection
  }
}
