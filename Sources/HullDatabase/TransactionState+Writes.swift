internal import HullPersistence
internal import HullValues

extension TransactionState {
  /// Reads the `id` argument of an operation that writes.
  func writableID(_ text: String, table: String?, method: String) throws -> DocumentID {
    let id = try DocumentID(argument: text, of: method)
    try checkWritable(id, table: table, method: method)
    return id
  }

  /// Checks that a document's table exists, is the one the caller named, and may be written.
  func checkWritable(_ id: DocumentID, table: String?, method: String) throws {
    guard let actual = visibleTable(id.tableNumber) else {
      throw DatabaseError.invalidArgument(
        "id",
        of: method,
        "Table for ID \"\(id.string)\" not found"
      )
    }
    try actual.checkName(table, method: method)
    try actual.checkAccess(.user)
  }

  /// Inserts a document.
  // Not inlined: its values would take room in every caller that waits.
  @inline(never)
  func insert(
    _ value: ConvexObject,
    into name: String,
    in transaction: Transaction
  ) throws -> DocumentID {
    let name = try TableName(argument: name, of: "db.insert", scope: .user)
    try value.checkArgument(of: "db.insert")
    try transaction.checkMayWrite()
    let internalID = idGenerator.next()
    // A failed insert consumes its creation time and may leave a new, empty table behind.
    let creationTime = nextCreationTime
    nextCreationTime = creationTime.nextUp
    let table = try tableForInsert(name, limits: transaction.database.options.limits)
    let id = DocumentID(tableNumber: table.number, internalID: internalID)
    reads.insert(created: id)
    try stage(
      id,
      creationTime: creationTime,
      value: value,
      before: DocumentOverlay.Entry(version: nil, timestamp: nil),
      table: table
    )
    return id
  }

  func patch(
    _ id: DocumentID,
    _ patch: DocumentPatch,
    in transaction: Transaction
  ) async throws -> EncodedDocument {
    try transaction.checkMayWrite()
    let current = try await current(id, orThrow: "Update on")
    do {
      return try write(try patch.applied(to: current.object), over: current, transaction)
    } catch let error as ConvexValueError {
      throw DatabaseError(error)
    }
  }

  func replace(
    _ id: DocumentID,
    with value: ConvexObject,
    in transaction: Transaction
  ) async throws -> EncodedDocument {
    try transaction.checkMayWrite()
    let current = try await current(id, orThrow: "Replace on")
    return try write(value, over: current, transaction)
  }

  func delete(_ id: DocumentID, in transaction: Transaction) async throws -> EncodedDocument {
    try transaction.checkMayWrite()
    let current = try await current(id, orThrow: "Delete on")
    try countWrite(of: current.table, bytes: 0)
    record(id, before: current.entry, after: nil)
    return current.document
  }

  /// Writes new contents of an existing document, unless they are what it holds already.
  // Not inlined: its values would take room in every caller that waits.
  @inline(never)
  private func write(
    _ value: ConvexObject,
    over current: Current,
    _ transaction: Transaction
  ) throws -> EncodedDocument {
    let (id, creationTime) = (current.document.id, current.document.creationTime)
    if value.addingSystemFields(id: id, creationTime: creationTime) == current.object,
      value["_id"].map({ $0 == .string(id.string) }) ?? true,
      value["_creationTime"].map({ $0 == .float64(creationTime) }) ?? true
    {
      return current.document
    }
    return try stage(
      id,
      creationTime: creationTime,
      value: value,
      before: current.entry,
      table: current.table
    )
  }

  /// An existing document a write is about.
  private struct Current {
    var entry: DocumentOverlay.Entry
    var document: EncodedDocument
    var object: ConvexObject
    var table: Catalog.Table
  }

  /// The document a write is about; the write depends on it.
  private func current(_ id: DocumentID, orThrow operation: String) async throws -> Current {
    try recordRead(of: id)
    var entry = DocumentOverlay.Entry(version: nil, timestamp: nil)
    var found: EncodedDocument?
    if let own = writes[id] {
      entry = own
      found = own.version?.document
    } else if let stored = try await stored(id) {
      entry.timestamp = stored.timestamp
      found = stored.document
    }
    guard let document = found, let table = catalog.table(id.tableNumber) else {
      throw DatabaseError.nonexistent(id, operation)
    }
    try count(document)
    let object = try document.object()
    if entry.version == nil { entry.version = table.version(of: document, object: object) }
    return Current(entry: entry, document: document, object: object, table: table)
  }

  /// The document of the snapshot.
  private func stored(_ id: DocumentID) async throws -> StoredDocument? {
    if let recent = recentReads?[id] { return recent }
    return try await reader.document(id, catalog: catalog)
  }

  /// Checks a document and makes it the transaction's state of its id.
  @discardableResult
  private func stage(
    _ id: DocumentID,
    creationTime: Double,
    value: ConvexObject,
    before: DocumentOverlay.Entry,
    table: Catalog.Table
  ) throws -> EncodedDocument {
    let object: ConvexObject
    do { object = try value.asDocument(id: id, creationTime: creationTime) } catch {
      throw DatabaseError(error)
    }
    try table.checkSchema(of: object, tables: catalog)
    do { try object.checkDocumentSize() } catch { throw DatabaseError(error) }
    let size = object.size
    try countWrite(of: table, bytes: size)
    if object.containsCommitTimestamp { unresolved.insert(id) }
    // Most texts are a little longer than the size; what is kept of them should not be half empty.
    let document = EncodedDocument(
      id: id,
      creationTime: creationTime,
      json: EncodedValue(object, capacity: size + size / 8 + 32)
    )
    record(id, before: before, after: table.version(of: document, object: object))
    return document
  }

  /// Counts a write before it takes effect.
  private func countWrite(of table: Catalog.Table, bytes: Int) throws {
    if table.isSystem { return }
    usage.documentsWritten += 1
    usage.bytesWritten += bytes
    if usage.documentsWritten > limits.documentsWritten {
      throw DatabaseError.tooManyWrites(limits.documentsWritten)
    }
    if usage.bytesWritten > limits.bytesWritten {
      throw DatabaseError.tooManyBytesWritten(limits.bytesWritten)
    }
  }

  /// Makes a version the transaction's state of a document.
  func record(
    _ id: DocumentID,
    before: DocumentOverlay.Entry,
    after: DocumentVersion?
  ) {
    let previous = writes.set(id, to: DocumentOverlay.Entry(version: after, timestamp: nil))
    if depth > 0 { journal.append(JournalEntry(id: id, previous: previous)) }
    if previous == nil { written.append((id, before)) }
  }

  /// The table an insert goes to, created if it does not exist.
  private func tableForInsert(_ name: TableName, limits: Limits) throws -> Catalog.Table {
    if let table = catalog.table(named: name) { return table }
    guard catalog.userTableCount < limits.userTables else {
      throw DatabaseError(
        code: "TooManyTables",
        message: "Number of tables cannot exceed \(limits.userTables)."
      )
    }
    // Which number is free depends on every other table.
    reads.insertTableList()
    let table = catalog.createTable(name)
    createdTables.append(table)
    return table
  }
}

extension DatabaseError {
  static func nonexistent(_ id: DocumentID, _ operation: String) -> DatabaseError {
    DatabaseError(
      code: "NonexistentDocument",
      message: "\(operation) nonexistent document ID \(id.string)"
    )
  }
}

extension Transaction {
  /// Refuses writes in a query.
  func checkMayWrite() throws(DatabaseError) {
    if mode == .readWrite { return }
    throw DatabaseError(code: "ReadOnlyTransaction", message: "A query cannot write.")
  }
}
