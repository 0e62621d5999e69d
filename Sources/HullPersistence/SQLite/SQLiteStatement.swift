import CSQLite
import HullValues

/// A prepared statement.
///
/// Parameters and columns are numbered as in SQLite: from 1 and from 0. It lives no longer than its connection, which is the only one to keep it.
final class SQLiteStatement {
  private let handle: OpaquePointer
  private unowned let connection: SQLiteConnection
  /// Which parameters are NULL, as all are in the beginning; those beyond 64 are not counted.
  private var nulls = UInt64.max
  /// Room for an id for each parameter: SQLite would allocate memory for a copy at each run.
  private let ids: UnsafeMutablePointer<(UInt64, UInt64)>

  init(_ handle: OpaquePointer, of connection: SQLiteConnection) {
    self.handle = handle
    self.connection = connection
    let count = Int(sqlite3_bind_parameter_count(handle))
    ids = .allocate(capacity: count + 1)
    ids.initialize(repeating: (0, 0), count: count + 1)
  }

  deinit {
    sqlite3_finalize(handle)
    // Nothing reads what was bound any more.
    ids.deallocate()
  }

  /// Moves to the next row.
  ///
  /// - Returns: Whether there is one.
  func step(to action: String) throws(PersistenceError) -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let result:
      let error = connection.error(result, action)
      sqlite3_reset(handle)
      throw error
    }
  }

  /// Runs a statement that returns no rows, and resets it.
  func run(to action: String) throws(PersistenceError) {
    _ = try step(to: action)
    sqlite3_reset(handle)
  }

  /// Ends the statement's hold on the snapshot and makes it ready for another run.
  func reset() {
    sqlite3_reset(handle)
  }

  func bind(_ value: Int64, at position: Int32) throws(PersistenceError) {
    try check(sqlite3_bind_int64(handle, position, value), at: position)
  }

  func bind(_ value: Double, at position: Int32) throws(PersistenceError) {
    try check(sqlite3_bind_double(handle, position, value), at: position)
  }

  func bindNull(at position: Int32) throws(PersistenceError) {
    if nulls & bit(of: position) != 0 { return }
    try check(sqlite3_bind_null(handle, position), at: position)
    nulls |= bit(of: position)
  }

  func bind(_ value: String, at position: Int32) throws(PersistenceError) {
    try check(
      sqlite3_bind_text(handle, position, value, -1, hull_sqlite3_transient()),
      at: position
    )
  }

  func bind(_ id: InternalID, at position: Int32) throws(PersistenceError) {
    guard position > 0, position <= sqlite3_bind_parameter_count(handle) else {
      throw connection.error(SQLITE_RANGE, "bind a parameter")
    }
    // Sound: there is room for each parameter, as checked, which lives as long as the statement. It
    // changes only here, between two runs.
    let bytes = ids + Int(position)
    bytes.pointee = (id.high.bigEndian, id.low.bigEndian)
    try check(sqlite3_bind_blob(handle, position, bytes, 16, nil), at: position)
  }

  func bind(_ blob: [UInt8], at position: Int32) throws(PersistenceError) {
    let result = blob.withUnsafeBytes { bytes in
      // An empty buffer may have no address, and SQLite would take that for NULL.
      bytes.isEmpty
        ? sqlite3_bind_zeroblob(handle, position, 0)
        : sqlite3_bind_blob64(
          handle,
          position,
          bytes.baseAddress,
          UInt64(bytes.count),
          hull_sqlite3_transient()
        )
    }
    try check(result, at: position)
  }

  /// Binds a blob without copying it and runs the statement, which must return no rows.
  ///
  /// SQLite reads the blob only during this call: the next run binds all parameters anew.
  func run(bindingBlob blob: [UInt8], at position: Int32, to action: String)
    throws(PersistenceError)
  {
    if blob.isEmpty {
      try bind(blob, at: position)
      try run(to: action)
      return
    }
    let result = blob.withUnsafeBytes { bytes in
      let result = sqlite3_bind_blob64(
        handle,
        position,
        bytes.baseAddress,
        UInt64(bytes.count),
        nil
      )
      return result == SQLITE_OK ? sqlite3_step(handle) : result
    }
    try finish(result, at: position, to: action)
  }

  /// Binds UTF-8 text without copying it and runs the statement, which must return no rows.
  ///
  /// SQLite reads the text only during this call: the next run binds all parameters anew.
  func run(bindingText text: EncodedValue, at position: Int32, to action: String)
    throws(PersistenceError)
  {
    let result = text.withText { text in
      let bytes = UnsafeRawBufferPointer(text)
      let result = sqlite3_bind_text64(
        handle,
        position,
        bytes.baseAddress,
        UInt64(bytes.count),
        nil,
        UInt8(SQLITE_UTF8)
      )
      return result == SQLITE_OK ? sqlite3_step(handle) : result
    }
    try finish(result, at: position, to: action)
  }

  /// Ends a run that returned `result`.
  private func finish(_ result: Int32, at position: Int32, to action: String)
    throws(PersistenceError)
  {
    nulls &= ~bit(of: position)
    guard result == SQLITE_DONE else {
      let error = connection.error(result, action)
      sqlite3_reset(handle)
      throw error
    }
    sqlite3_reset(handle)
  }

  private func check(_ result: Int32, at position: Int32) throws(PersistenceError) {
    guard result == SQLITE_OK else { throw connection.error(result, "bind a parameter") }
    nulls &= ~bit(of: position)
  }

  /// The bit of ``nulls`` that stands for a parameter; none for one beyond 64.
  private func bit(of position: Int32) -> UInt64 { 1 << UInt64(position - 1) }
}

/// Columns of the current row.
extension SQLiteStatement {
  var columnCount: Int32 { sqlite3_column_count(handle) }

  func isNull(at column: Int32) -> Bool {
    sqlite3_column_type(handle, column) == SQLITE_NULL
  }

  func integer(at column: Int32) -> Int64 {
    sqlite3_column_int64(handle, column)
  }

  func double(at column: Int32) -> Double {
    sqlite3_column_double(handle, column)
  }

  /// The bytes of a blob or text; empty for NULL.
  func bytes(at column: Int32) -> [UInt8] {
    // `column_blob` hands out text as it is stored; the pointer holds until the next step.
    guard let start = sqlite3_column_blob(handle, column) else { return [] }
    let count = Int(sqlite3_column_bytes(handle, column))
    // Measured to be the cheapest way to make an array of a buffer, by a factor of 1.5 to 2.
    return [UInt8](UnsafeRawBufferPointer(start: start, count: count))
  }

  /// Calls a closure with the bytes of a blob or text, which hold until it returns; with none for
  /// NULL.
  func withBytes<Result>(
    at column: Int32,
    _ body: (UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result {
    let start = sqlite3_column_blob(handle, column)
    let count = start == nil ? 0 : Int(sqlite3_column_bytes(handle, column))
    return body(
      UnsafeBufferPointer(start: start?.assumingMemoryBound(to: UInt8.self), count: count)
    )
  }

  func string(at column: Int32) -> String {
    String(decoding: bytes(at: column), as: UTF8.self)
  }

  func internalID(at column: Int32) throws(PersistenceError) -> InternalID {
    guard let start = sqlite3_column_blob(handle, column),
      sqlite3_column_bytes(handle, column) == 16
    else { throw .damaged(connection.path, "an id that is none") }
    let high = start.loadUnaligned(as: UInt64.self)
    let low = start.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    return InternalID(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
  }

  /// The id in a column for the table number and one for the internal id.
  func documentID(at column: Int32) throws(PersistenceError) -> DocumentID {
    guard let number = UInt32(exactly: integer(at: column)),
      let tableNumber = TableNumber(rawValue: number)
    else { throw .damaged(connection.path, "a table number that is none") }
    return DocumentID(tableNumber: tableNumber, internalID: try internalID(at: column + 1))
  }

  /// A document in columns for timestamp, creation time and body.
  func document(_ id: DocumentID, at column: Int32) -> StoredDocument {
    StoredDocument(
      document: EncodedDocument(
        id: id,
        creationTime: double(at: column + 1),
        json: EncodedValue(canonical: bytes(at: column + 2))
      ),
      timestamp: Timestamp(rawValue: integer(at: column))
    )
  }
}
