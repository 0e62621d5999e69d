/// Every statement a connection keeps prepared.
enum SQLiteQuery {
  case begin, beginImmediate, commit, rollback
  case lastTimestamp, setLastTimestamp
  case document, documentOfRow, findDocument
  case insertDocument, updateDocument, deleteDocument
  case setEntry, deleteEntry, deleteEntriesOfIndex
  case insertChange, changes, pruneChanges
  case metadata, metadataFrom, setMetadata, deleteMetadata
  case scan(Shape)

  /// What the text of a scan depends on.
  struct Shape: OptionSet {
    var rawValue: Int

    /// The documents of a table by id; otherwise the entries of an index.
    static let byID = Shape(rawValue: 1)
    static let descending = Shape(rawValue: 2)
    /// There is an upper bound.
    static let hasEnd = Shape(rawValue: 4)
    static let documents = Shape(rawValue: 8)
    /// Documents without what their readers know already; each column read takes its time.
    static let bare = Shape(rawValue: 16)
    static let count = 32
  }
}

extension SQLiteQuery {
  static let slotCount = 22 + Shape.count

  /// Where a connection keeps the prepared statement.
  var slot: Int {
    switch self {
    case .begin: 0
    case .beginImmediate: 1
    case .commit: 2
    case .rollback: 3
    case .lastTimestamp: 4
    case .setLastTimestamp: 5
    case .document: 6
    case .documentOfRow: 7
    case .findDocument: 8
    case .insertDocument: 9
    case .updateDocument: 10
    case .deleteDocument: 11
    case .setEntry: 12
    case .deleteEntry: 13
    case .deleteEntriesOfIndex: 14
    case .insertChange: 15
    case .changes: 16
    case .pruneChanges: 17
    case .metadata: 18
    case .metadataFrom: 19
    case .setMetadata: 20
    case .deleteMetadata: 21
    case .scan(let shape): 22 + shape.rawValue
    }
  }

  /// The text of the statement.
  var sql: String {
    switch self {
    case .begin: "BEGIN"
    case .beginImmediate: "BEGIN IMMEDIATE"
    case .commit: "COMMIT"
    case .rollback: "ROLLBACK"
    case .lastTimestamp:
      "SELECT last_timestamp FROM _hull_state"
    case .setLastTimestamp:
      "UPDATE _hull_state SET last_timestamp = ?1"
    case .document:
      """
      SELECT timestamp, creation_time, body FROM _hull_documents
      WHERE table_number = ?1 AND id = ?2
      """
    case .documentOfRow:
      "SELECT table_number, id FROM _hull_documents WHERE row = ?1"
    case .findDocument:
      "SELECT row, timestamp FROM _hull_documents WHERE table_number = ?1 AND id = ?2"
    case .insertDocument:
      """
      INSERT INTO _hull_documents (row, table_number, id, timestamp, creation_time, body)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      """
    case .updateDocument:
      "UPDATE _hull_documents SET timestamp = ?2, creation_time = ?3, body = ?4 WHERE row = ?1"
    case .deleteDocument:
      "DELETE FROM _hull_documents WHERE row = ?1"
    case .setEntry:
      "INSERT OR REPLACE INTO _hull_entries (index_id, key, row) VALUES (?1, ?2, ?3)"
    case .deleteEntry:
      "DELETE FROM _hull_entries WHERE index_id = ?1 AND key = ?2"
    case .deleteEntriesOfIndex:
      """
      DELETE FROM _hull_entries WHERE index_id = ?1 AND key IN (
        SELECT key FROM _hull_entries WHERE index_id = ?1 ORDER BY key LIMIT ?2)
      """
    case .insertChange:
      """
      INSERT INTO _hull_changes (timestamp, n, table_number, id, is_deletion,
        before_timestamp, before_creation_time, before_body)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
      """
    case .changes:
      """
      SELECT timestamp, table_number, id, is_deletion,
        before_timestamp, before_creation_time, before_body
      FROM _hull_changes WHERE timestamp > ?1 AND timestamp <= ?2 ORDER BY timestamp, n
      """
    case .pruneChanges:
      // At most about ?2 of them, so that commits need not wait long; commits are not cut in two.
      """
      DELETE FROM _hull_changes WHERE timestamp < ?1 AND timestamp <= coalesce(
        (SELECT timestamp FROM _hull_changes ORDER BY timestamp, n LIMIT 1 OFFSET ?2), ?1)
      """
    case .metadata:
      "SELECT value FROM _hull_metadata WHERE key = ?1"
    case .metadataFrom:
      "SELECT key, value FROM _hull_metadata WHERE key >= ?1 ORDER BY key"
    case .setMetadata:
      "INSERT OR REPLACE INTO _hull_metadata (key, value) VALUES (?1, ?2)"
    case .deleteMetadata:
      "DELETE FROM _hull_metadata WHERE key = ?1"
    case .scan(let shape):
      shape.sql
    }
  }
}

extension SQLiteQuery.Shape {
  /// Parameters: 1 the index or table, 2 the lower bound, 3 the limit, 4 the upper bound.
  fileprivate var sql: String {
    let key = contains(.byID) ? "id" : "key"
    let columns =
      switch (contains(.byID), contains(.documents)) {
      case (true, true) where contains(.bare): "id, creation_time, body"
      case (true, true): "id, timestamp, creation_time, body"
      case (true, false): "id"
      case (false, true) where contains(.bare): "key, id, creation_time, body"
      case (false, true): "key, table_number, id, timestamp, creation_time, body"
      case (false, false): "key, row"
      }
    // A cross join keeps the planner from starting at the documents.
    let source =
      switch (contains(.byID), contains(.documents)) {
      case (true, _): "_hull_documents"
      case (false, true): "_hull_entries CROSS JOIN _hull_documents USING (row)"
      case (false, false): "_hull_entries"
      }
    return """
      SELECT \(columns) FROM \(source)
      WHERE \(contains(.byID) ? "table_number" : "index_id") = ?1 AND \(key) >= ?2\
      \(contains(.hasEnd) ? " AND \(key) < ?4" : "")
      ORDER BY \(key)\(contains(.descending) ? " DESC" : "") LIMIT ?3
      """
  }
}
