import CSQLite

/// The layout of a data file and its version, which the file carries in its header.
package struct SQLiteFormat: Sendable {
  /// Written to files, and the only version read and written without a migration.
  package var version: Int64
  /// The SQL that brings a file of the version that is the key to the next one.
  package var migrations: [Int64: String]

  package init(version: Int64, migrations: [Int64: String]) {
    self.version = version
    self.migrations = migrations
  }

  /// What this Hull writes.
  package static let current = SQLiteFormat(version: 1, migrations: [:])

  /// Marks a file as Hull's: "Hull" in ASCII.
  static let applicationID: Int64 = 0x4875_6C6C

  /// Names begin with `_hull_`, which no table of an application can, so views can have their names.
  ///
  /// Documents lie in the order they were first written, whatever their ids, and index entries point
  /// to their place: a scan looks each one up by integer, and one in creation order reads neighbours.
  private static let tables = """
    CREATE TABLE _hull_documents (
      row INTEGER PRIMARY KEY,
      table_number INTEGER NOT NULL,
      id BLOB NOT NULL,
      timestamp INTEGER NOT NULL,
      creation_time REAL NOT NULL,
      body TEXT NOT NULL,
      UNIQUE (table_number, id)
    );
    CREATE TABLE _hull_entries (
      index_id INTEGER NOT NULL,
      key BLOB NOT NULL,
      row INTEGER NOT NULL,
      PRIMARY KEY (index_id, key)
    ) WITHOUT ROWID;
    CREATE TABLE _hull_changes (
      timestamp INTEGER NOT NULL,
      n INTEGER NOT NULL,
      table_number INTEGER NOT NULL,
      id BLOB NOT NULL,
      is_deletion INTEGER NOT NULL,
      before_timestamp INTEGER,
      before_creation_time REAL,
      before_body TEXT,
      PRIMARY KEY (timestamp, n)
    ) WITHOUT ROWID;
    CREATE TABLE _hull_metadata (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE _hull_state (last_timestamp INTEGER NOT NULL);
    INSERT INTO _hull_state VALUES (0);
    """

  /// Makes an empty file Hull's, or brings an older one up to date; refuses any other.
  ///
  /// A file that is refused is not changed. One that is migrated changes in one transaction.
  func prepare(_ connection: SQLiteConnection) throws(PersistenceError) {
    let action = "read the store"
    let application = try connection.integer("PRAGMA application_id", to: action) ?? 0
    let version = try connection.integer("PRAGMA user_version", to: action) ?? 0
    let objects = try connection.integer("SELECT count(*) FROM sqlite_schema", to: action) ?? 0
    if application == 0, version == 0, objects == 0 {
      try useWriteAheadLog(connection)
      try transaction(connection, to: "create the store", Self.tables, version: self.version)
      return
    }
    guard application == Self.applicationID else {
      throw PersistenceError(
        code: .notADatabase,
        message: """
          \(connection.path) is a SQLite database that another program made: \
          choose another data directory.
          """,
        path: connection.path
      )
    }
    guard version <= self.version else {
      throw PersistenceError(
        code: .newerFormat,
        message: """
          \(connection.path) has format version \(version), which a newer Hull wrote; \
          this one reads up to version \(self.version). Use the newer Hull or another data directory.
          """,
        path: connection.path
      )
    }
    guard !connection.isReadOnly else {
      throw PersistenceError(
        code: .notWritable,
        message: "\(connection.path) may only be read. Check that this user may write to it.",
        path: connection.path
      )
    }
    try useWriteAheadLog(connection)
    for from in version..<self.version {
      guard let migration = migrations[from] else {
        throw PersistenceError(
          code: .migrationFailed,
          message: """
            \(connection.path) has format version \(from), which this Hull cannot bring up to \
            version \(self.version): open it once with an older Hull that can.
            """,
          path: connection.path
        )
      }
      let action = "bring the store from format version \(from) to \(from + 1)"
      try transaction(connection, to: action, migration, version: from + 1)
    }
  }

  private func useWriteAheadLog(_ connection: SQLiteConnection) throws(PersistenceError) {
    let mode = try connection.texts("PRAGMA journal_mode = WAL", to: "use a write-ahead log")
    guard mode == [["wal"]] else {
      throw PersistenceError(
        code: .notWritable,
        message: """
          \(connection.path) cannot have a write-ahead log: its file system lacks shared memory. \
          Choose a data directory on a local disk.
          """,
        path: connection.path
      )
    }
  }

  private func transaction(
    _ connection: SQLiteConnection,
    to action: String,
    _ sql: String,
    version: Int64
  ) throws(PersistenceError) {
    try connection.execute("BEGIN IMMEDIATE", to: action)
    do throws(PersistenceError) {
      try connection.execute(sql, to: action)
      try connection.execute("PRAGMA application_id = \(Self.applicationID)", to: action)
      try connection.execute("PRAGMA user_version = \(version)", to: action)
      try connection.execute("COMMIT", to: action)
    } catch {
      if connection.isInTransaction { try? connection.execute("ROLLBACK", to: action) }
      throw error
    }
  }
}
