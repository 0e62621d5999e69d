internal import HullPersistence
internal import HullValues

// Documents of the server's own, which no schema and no limit is about.

extension TransactionState {
  /// A document of the server's own as the transaction sees it, on which it depends from now on.
  struct SystemDocument {
    fileprivate var entry: DocumentOverlay.Entry
    var document: EncodedDocument
    var object: ConvexObject
  }

  /// Reads a document of the server's own; it counts towards no limit.
  func systemDocument(_ id: DocumentID, of table: Catalog.Table) async throws -> SystemDocument? {
    reads.insert(created: id)
    var entry = DocumentOverlay.Entry(version: nil, timestamp: nil)
    var found: EncodedDocument?
    if let own = writes[id] {
      entry = own
      found = own.version?.document
    } else if let stored = try await reader.document(id, catalog: catalog) {
      entry.timestamp = stored.timestamp
      found = stored.document
    }
    guard let document = found else { return nil }
    let object = try document.object()
    if entry.version == nil { entry.version = table.version(of: document, object: object) }
    return SystemDocument(entry: entry, document: document, object: object)
  }

  /// The documents of a small table of the server's own, in the order they were made.
  func systemDocuments(of table: Catalog.Table) async throws -> [EncodedDocument] {
    let scan = scan(.index(table.byCreationTime), in: table.number, range: .all, expectedRows: 64)
    defer { close(scan) }
    var documents: [EncodedDocument] = []
    while let row = try await next(scan) {
      if let document = row.document { documents.append(document) }
    }
    return documents
  }

  /// Writes a new document.
  func insert(
    _ fields: ConvexObject,
    as id: DocumentID,
    into table: Catalog.Table
  ) throws {
    let creationTime = nextCreationTime
    nextCreationTime = creationTime.nextUp
    reads.insert(created: id)
    let object = fields.addingSystemFields(id: id, creationTime: creationTime)
    let document = EncodedDocument(
      id: id,
      creationTime: creationTime,
      json: EncodedValue(object)
    )
    record(
      id,
      before: DocumentOverlay.Entry(version: nil, timestamp: nil),
      after: table.version(of: document, object: object)
    )
  }

  /// Writes new contents of a document.
  func replace(
    _ current: SystemDocument,
    with fields: ConvexObject,
    in table: Catalog.Table
  ) {
    let (id, creationTime) = (current.document.id, current.document.creationTime)
    let object = fields.addingSystemFields(id: id, creationTime: creationTime)
    let document = EncodedDocument(
      id: id,
      creationTime: creationTime,
      json: EncodedValue(object)
    )
    record(id, before: current.entry, after: table.version(of: document, object: object))
  }

  /// Removes a document, if it is there.
  func remove(_ id: DocumentID, of table: Catalog.Table) async throws {
    guard let current = try await systemDocument(id, of: table) else { return }
    record(id, before: current.entry, after: nil)
  }

  /// A table that is made when the database is opened.
  func systemTable(_ number: TableNumber) -> Catalog.Table {
    guard let table = catalog.table(number) else {
      preconditionFailure("system tables are made when the database is opened")
    }
    return table
  }
}
