// What SQLite's C API does by itself with the same pragmas: the anchor of the store rows.

import CSQLiteBaseline
import Foundation

/// A bare SQLite file with the tables a document store needs and nothing around them.
///
/// Not `Sendable`: one connection, used by one thread.
final class SQLiteBaseline {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  private let connection: OpaquePointer
  private var statements: [String: OpaquePointer] = [:]

  /// Must run before the first connection of the process is opened.
  static func configure() { _ = baseline_disable_memory_statistics() }

  init(file: URL) throws {
    var opened: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
    guard sqlite3_open_v2(file.path, &opened, flags, nil) == SQLITE_OK, let opened else {
      throw Failure(description: "cannot open \(file.path)")
    }
    connection = opened
    try execute("pragma journal_mode = wal")
    try execute("pragma synchronous = full")
    try execute(
      """
      create table if not exists documents (
        id integer primary key, key blob unique not null, body text not null)
      """
    )
    try execute(
      """
      create table if not exists entries (
        idx integer not null, key blob not null, document integer not null,
        primary key (idx, key)) without rowid
      """
    )
  }

  deinit {
    for statement in statements.values { sqlite3_finalize(statement) }
    sqlite3_close_v2(connection)
  }

  func execute(_ sql: String) throws {
    guard sqlite3_exec(connection, sql, nil, nil, nil) == SQLITE_OK else {
      throw Failure(description: String(cString: sqlite3_errmsg(connection)))
    }
  }

  /// Inserts one document and one index row; commits if no transaction is open.
  func insert(number: Int, body: String) throws {
    var key = withUnsafeBytes(of: UInt64(number).bigEndian) { [UInt8]($0) }
    key += [UInt8](repeating: 7, count: 8)
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

  /// Walks the index from its start and appends the bodies of `count` documents to `output`.
  func page(of count: Int, into output: inout [UInt8]) throws {
    let statement = try prepared(
      """
      select d.body from entries e join documents d on d.id = e.document
      where e.idx = 1 and e.key >= x'00' order by e.key limit ?
      """
    )
    sqlite3_bind_int64(statement, 1, Int64(count))
    while sqlite3_step(statement) == SQLITE_ROW {
      let length = Int(sqlite3_column_bytes(statement, 0))
      if let text = sqlite3_column_text(statement, 0) {
        output.append(contentsOf: UnsafeBufferPointer(start: text, count: length))
        output.append(UInt8(ascii: ","))
      }
    }
    sqlite3_reset(statement)
  }

  private func prepared(_ sql: String) throws -> OpaquePointer {
    if let statement = statements[sql] { return statement }
    var made: OpaquePointer?
    guard sqlite3_prepare_v2(connection, sql, -1, &made, nil) == SQLITE_OK, let made else {
      throw Failure(description: String(cString: sqlite3_errmsg(connection)))
    }
    statements[sql] = made
    return made
  }

  private func run(_ statement: OpaquePointer) throws {
    let code = sqlite3_step(statement)
    sqlite3_reset(statement)
    guard code == SQLITE_DONE else {
      throw Failure(description: String(cString: sqlite3_errmsg(connection)))
    }
  }
}
