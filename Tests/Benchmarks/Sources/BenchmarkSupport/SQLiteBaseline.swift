// What SQLite's C API does by itself with the same pragmas: the anchor of the store rows.

import CSQLiteBaseline
public import Foundation

/// A bare SQLite file with the tables a document store needs and nothing around them.
///
/// Not `Sendable`: one connection, used by one thread.
public final class SQLiteBaseline {
  private let connection: OpaquePointer
  private var statements: [String: OpaquePointer] = [:]

  /// Turns off SQLite's own counts of memory and sets the allocator, as Hull does, before the first
  /// connection is opened.
  public static func configure() {
    _ = baseline_disable_memory_statistics()
    baseline_configure_allocator()
  }

  /// The version of the library, such as `3.40.1`.
  public static var libraryVersion: String { String(cString: sqlite3_libversion()) }

  /// Opens a file with the pragmas of Hull's writer.
  ///
  /// - Parameters:
  ///   - file: The file, made if there is none.
  ///   - synchronous: The pragma's value: `full`, `normal` or `off`.
  /// - Throws: What SQLite says.
  public init(file: URL, synchronous: String = "full") throws {
    var opened: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
    guard sqlite3_open_v2(file.path, &opened, flags, nil) == SQLITE_OK, let opened else {
      throw BenchmarkFailure("cannot open \(file.path)")
    }
    connection = opened
    try execute(
      """
      pragma journal_mode = wal;
      pragma synchronous = \(synchronous);
      pragma cache_size = -8192;
      pragma mmap_size = 2147418112;
      pragma temp_store = memory;
      pragma wal_autocheckpoint = 8000;
      create table if not exists documents (
        id integer primary key, key blob unique not null, body text not null);
      create table if not exists entries (
        idx integer not null, key blob not null, document integer not null,
        primary key (idx, key)) without rowid;
      """
    )
  }

  deinit {
    for statement in statements.values { sqlite3_finalize(statement) }
    sqlite3_close_v2(connection)
  }

  /// Runs statements that return nothing of interest.
  public func execute(_ sql: String) throws {
    guard sqlite3_exec(connection, sql, nil, nil, nil) == SQLITE_OK else { throw failure() }
  }

  /// Makes the write-ahead log as long as it gets, and has it begin anew, as that of a store which
  /// has been in use: a log that grows is much slower to sync.
  ///
  /// - Parameter synchronous: The pragma's value after that.
  /// - Throws: What SQLite says.
  public func warmUp(synchronous: String = "full") throws {
    try execute(
      """
      pragma synchronous = off;
      create table filler (bytes blob);
      insert into filler values (zeroblob(40000000));
      drop table filler;
      pragma synchronous = \(synchronous);
      pragma wal_checkpoint(restart);
      """
    )
  }

  /// Does something within one transaction.
  public func transaction(_ body: () throws -> Void) throws {
    try execute("begin immediate")
    try body()
    try execute("commit")
  }

  /// Does something within one transaction that only reads, as the functions of Hull do.
  public func snapshot(_ body: () throws -> Void) throws {
    try execute("begin")
    try body()
    try execute("commit")
  }

  /// Inserts one document and one index row; commits if no transaction is open.
  public func insert(number: Int, body: String) throws {
    let key = Self.key(number)
    let document = try prepared("insert into documents (id, key, body) values (?, ?, ?)")
    sqlite3_bind_int64(document, 1, Int64(number))
    sqlite3_bind_blob(document, 2, key, Int32(key.count), baseline_transient())
    sqlite3_bind_text(document, 3, body, -1, baseline_transient())
    try run(document)
    let entry = try prepared("insert into entries (idx, key, document) values (1, ?, ?)")
    sqlite3_bind_blob(entry, 1, key, Int32(key.count), baseline_transient())
    sqlite3_bind_int64(entry, 2, Int64(number))
    try run(entry)
  }

  /// Replaces the body of one document; commits if no transaction is open.
  public func update(number: Int, body: String) throws {
    let key = Self.key(number)
    let statement = try prepared("update documents set body = ? where key = ?")
    sqlite3_bind_text(statement, 1, body, -1, baseline_transient())
    sqlite3_bind_blob(statement, 2, key, Int32(key.count), baseline_transient())
    try run(statement)
  }

  /// Appends the body of one document to `output`.
  public func get(number: Int, into output: inout [UInt8]) throws {
    let key = Self.key(number)
    let statement = try prepared("select body from documents where key = ?")
    sqlite3_bind_blob(statement, 1, key, Int32(key.count), baseline_transient())
    copyRows(of: statement, into: &output)
  }

  /// Walks the index from a number on and appends the bodies of `count` documents to `output`.
  public func page(of count: Int, from number: Int = 0, into output: inout [UInt8]) throws {
    let key = Self.key(number)
    let statement = try prepared(
      """
      select d.body from entries e join documents d on d.id = e.document
      where e.idx = 1 and e.key >= ? order by e.key limit ?
      """
    )
    sqlite3_bind_blob(statement, 1, key, Int32(key.count), baseline_transient())
    sqlite3_bind_int64(statement, 2, Int64(count))
    copyRows(of: statement, into: &output)
  }

  private func copyRows(of statement: OpaquePointer, into output: inout [UInt8]) {
    while sqlite3_step(statement) == SQLITE_ROW {
      let length = Int(sqlite3_column_bytes(statement, 0))
      if let text = sqlite3_column_text(statement, 0) {
        output.append(contentsOf: UnsafeBufferPointer(start: text, count: length))
        output.append(UInt8(ascii: ","))
      }
    }
    sqlite3_reset(statement)
  }

  /// Sixteen bytes, as an id of Hull has.
  private static func key(_ number: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt64(number).bigEndian) { [UInt8]($0) } + [UInt8](repeating: 7, count: 8)
  }

  private func prepared(_ sql: String) throws -> OpaquePointer {
    if let statement = statements[sql] { return statement }
    var made: OpaquePointer?
    guard sqlite3_prepare_v2(connection, sql, -1, &made, nil) == SQLITE_OK, let made else {
      throw failure()
    }
    statements[sql] = made
    return made
  }

  private func run(_ statement: OpaquePointer) throws {
    let code = sqlite3_step(statement)
    sqlite3_reset(statement)
    guard code == SQLITE_DONE else { throw failure() }
  }

  private func failure() -> BenchmarkFailure {
    BenchmarkFailure(String(cString: sqlite3_errmsg(connection)))
  }
}
