import HullValues

/// A connection that reads, with a read transaction that it keeps open between reads: to begin and
/// end one costs more than a point read.
///
/// Unchecked, because the connection is not safe to share: ``SQLiteReaderPool`` hands a reader to
/// one caller at a time, and the caller gives it back before it returns.
final class SQLiteReader: @unchecked Sendable {
  private let connection: SQLiteConnection
  private let options: SQLiteOptions
  /// How many more reads go without mapping the file.
  private var readsBeforeMapping = 64
  private var isMapped = false
  /// The timestamp of the open snapshot; nil without one.
  private(set) var snapshot: Timestamp?
  /// The pool's epoch when the snapshot was taken.
  private(set) var epoch = 0

  init(path: String, options: SQLiteOptions) throws(PersistenceError) {
    connection = try .reader(path: path, options: options)
    self.options = options
    // The writer decides what becomes of the log.
    connection.leavesLogOnClose()
  }

  /// Whether the snapshot serves a read that needs one of this epoch with everything up to a
  /// timestamp; counts the read.
  func holdsSnapshot(atLeast needed: Timestamp, epoch: Int) -> Bool {
    if !isMapped { readsBeforeMapping -= 1 }
    guard let snapshot, isMapped || readsBeforeMapping > 0 else { return false }
    return snapshot >= needed && self.epoch == epoch
  }

  /// Takes the newest snapshot in place of the one held.
  func renewSnapshot(epoch: Int) throws(PersistenceError) {
    try endSnapshot()
    if !isMapped, readsBeforeMapping <= 0 {
      try connection.map(options)
      isMapped = true
    }
    try connection.run(.begin, to: "begin a snapshot")
    let statement = try connection.statement(.lastTimestamp)
    defer { statement.reset() }
    guard try statement.step(to: "begin a snapshot") else {
      throw .damaged(connection.path, "no timestamp")
    }
    snapshot = Timestamp(rawValue: statement.integer(at: 0))
    self.epoch = epoch
  }

  /// Lets go of the snapshot, so that a checkpoint can pass it.
  func endSnapshot() throws(PersistenceError) {
    snapshot = nil
    if connection.isInTransaction { try connection.run(.commit, to: "end a snapshot") }
  }

  /// Lets go of the snapshot and of the pages in memory.
  func releaseMemory() {
    try? endSnapshot()
    connection.releaseMemory()
  }

  func document(_ id: DocumentID) throws(PersistenceError) -> StoredDocument? {
    let statement = try connection.statement(.document)
    defer { statement.reset() }
    try statement.bind(Int64(id.tableNumber.rawValue), at: 1)
    try statement.bind(id.internalID, at: 2)
    guard try statement.step(to: "read a document") else { return nil }
    return statement.document(id, at: 0)
  }

  func metadata(_ key: String) throws(PersistenceError) -> [UInt8]? {
    let statement = try connection.statement(.metadata)
    defer { statement.reset() }
    try statement.bind(key, at: 1)
    return try statement.step(to: "read metadata") ? statement.bytes(at: 0) : nil
  }

  func metadata(prefix: String) throws(PersistenceError) -> [String: [UInt8]] {
    let statement = try connection.statement(.metadataFrom)
    defer { statement.reset() }
    try statement.bind(prefix, at: 1)
    var values: [String: [UInt8]] = [:]
    while try statement.step(to: "read metadata") {
      let key = statement.string(at: 0)
      guard key.utf8.starts(with: prefix.utf8) else { break }
      values[key] = statement.bytes(at: 1)
    }
    return values
  }

  func changes(
    after: Timestamp,
    upTo: Timestamp?,
    limit: Int
  ) throws(PersistenceError) -> [Change] {
    let statement = try connection.statement(.changes)
    defer { statement.reset() }
    try statement.bind(after.rawValue, at: 1)
    try statement.bind(upTo?.rawValue ?? .max, at: 2)
    var changes: [Change] = []
    while try statement.step(to: "read the log of changes") {
      let timestamp = Timestamp(rawValue: statement.integer(at: 0))
      if changes.count >= limit, changes.last?.timestamp != timestamp { break }
      let id = try statement.documentID(at: 1)
      changes.append(
        Change(
          timestamp: timestamp,
          id: id,
          before: statement.isNull(at: 4) ? nil : statement.document(id, at: 4),
          isDeletion: statement.integer(at: 3) != 0
        )
      )
    }
    return changes
  }

  /// Reads a page; its timestamp is that of the snapshot.
  func scan(_ request: ScanRequest, readAt: Timestamp) throws(PersistenceError) -> ScanPage {
    var page = ScanPage(rows: [], isExhausted: true, readAt: readAt)
    guard let statement = try startScan(request) else { return page }
    defer { statement.reset() }
    var bytes = 0
    while try statement.step(to: "scan an index") {
      let row = try row(of: request, in: statement)
      bytes += row.document?.document.json.count ?? 0
      page.rows.append(row)
      // The statement has the limit too; this saves stepping past it.
      if page.rows.count == request.limit || bytes > request.byteLimit {
        page.isExhausted = false
        break
      }
    }
    return page
  }

  /// Reads a page of documents without their keys.
  func documents(
    _ request: ScanRequest,
    of table: TableNumber,
    readAt: Timestamp
  ) throws(PersistenceError) -> DocumentPage {
    var page = DocumentPage(documents: [], lastKey: nil, bytes: 0, readAt: readAt)
    guard let statement = try startScan(request, withVersions: false) else { return page }
    defer { statement.reset() }
    let isByID = if case .byID = request.source { true } else { false }
    // Columns: key, id, creation time, body; by id without the first.
    let idColumn: Int32 = isByID ? 0 : 1
    var packed = PackedDocuments(expecting: request.limit)
    while try statement.step(to: "scan an index") {
      let id = DocumentID(tableNumber: table, internalID: try statement.internalID(at: idColumn))
      let creationTime = statement.double(at: idColumn + 1)
      statement.withBytes(at: idColumn + 2) { body in
        packed.append(id, creationTime: creationTime, body: body)
      }
      // The statement has the limit too; this saves stepping past it.
      if packed.count == request.limit || packed.bytes > request.byteLimit {
        page.lastKey = isByID ? .byID(id) : IndexKey(bytes: statement.bytes(at: 0))
        break
      }
    }
    page.bytes = packed.bytes
    page.documents = packed.finish()
    return page
  }

  /// Binds the bounds of a scan.
  ///
  /// - Parameters:
  ///   - request: What to scan.
  ///   - withVersions: Whether documents come with their tables' numbers and their timestamps.
  /// - Returns: The statement before its first row; nil if nothing can be in the bounds.
  /// - Throws: ``PersistenceError`` when the statement cannot be prepared.
  private func startScan(
    _ request: ScanRequest,
    withVersions: Bool = true
  ) throws(PersistenceError) -> SQLiteStatement? {
    var shape: SQLiteQuery.Shape = request.order == .descending ? .descending : []
    if request.wantsDocuments { shape.insert(.documents) }
    if !withVersions { shape.insert(.bare) }
    let statement: SQLiteStatement
    switch request.source {
    case .index(let index):
      if request.range.end != nil { shape.insert(.hasEnd) }
      statement = try connection.statement(.scan(shape))
      try statement.bind(index.rawValue, at: 1)
      try statement.bind(request.range.start.bytes, at: 2)
      if let end = request.range.end { try statement.bind(end.bytes, at: 4) }
    case .byID(let table):
      shape.insert(.byID)
      guard let start = request.range.start.firstID(in: table) else { return nil }
      let end = request.range.end.flatMap { $0.firstID(in: table) }
      if end != nil { shape.insert(.hasEnd) }
      statement = try connection.statement(.scan(shape))
      try statement.bind(Int64(table.rawValue), at: 1)
      try statement.bind(start, at: 2)
      if let end { try statement.bind(end, at: 4) }
    }
    try statement.bind(Int64(request.limit), at: 3)
    return statement
  }

  private func row(
    of request: ScanRequest,
    in statement: SQLiteStatement
  ) throws(PersistenceError) -> ScanRow {
    switch (request.source, request.wantsDocuments) {
    case (.index, true):
      let id = try statement.documentID(at: 1)
      return ScanRow(
        key: IndexKey(bytes: statement.bytes(at: 0)),
        id: id,
        document: statement.document(id, at: 3)
      )
    case (.index, false):
      let key = IndexKey(bytes: statement.bytes(at: 0))
      if let table = request.postingTable,
        let internalID = InternalID(bytes: key.bytes.suffix(16))
      {
        let id = DocumentID(tableNumber: table, internalID: internalID)
        return ScanRow(key: key, id: id, document: nil)
      }
      if let id = key.trailingDocumentID { return ScanRow(key: key, id: id, document: nil) }
      let id = try documentID(ofRow: statement.integer(at: 1))
      return ScanRow(key: key, id: id, document: nil)
    case (.byID(let table), let wantsDocuments):
      let id = DocumentID(tableNumber: table, internalID: try statement.internalID(at: 0))
      let document = wantsDocuments ? statement.document(id, at: 1) : nil
      return ScanRow(key: .byID(id), id: id, document: document)
    }
  }

  private func documentID(ofRow row: Int64) throws(PersistenceError) -> DocumentID {
    let statement = try connection.statement(.documentOfRow)
    defer { statement.reset() }
    try statement.bind(row, at: 1)
    guard try statement.step(to: "read a document") else {
      throw .damaged(connection.path, "an index entry without its document")
    }
    return try statement.documentID(at: 0)
  }
}
