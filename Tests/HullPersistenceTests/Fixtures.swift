import HullPersistence
import HullValues

let users = TableNumber.firstUserTable
let pets = TableNumber(known: 10002)

/// The n-th document id of a table; ids ascend with n.
func id(_ n: UInt64, in table: TableNumber = users) -> DocumentID {
  DocumentID(tableNumber: table, internalID: InternalID(high: n, low: 7))
}

func document(
  _ n: UInt64,
  in table: TableNumber = users,
  _ fields: ConvexObject = [:]
) -> EncodedDocument {
  EncodedDocument(id: id(n, in: table), creationTime: Double(n), fields: fields)
}

func stored(_ document: EncodedDocument, at timestamp: Timestamp) -> StoredDocument {
  StoredDocument(document: document, timestamp: timestamp)
}

extension Timestamp: ExpressibleByIntegerLiteral {
  package init(integerLiteral value: Int64) { self.init(rawValue: value) }
}

extension IndexID: ExpressibleByIntegerLiteral {
  package init(integerLiteral value: Int64) { self.init(rawValue: value) }
}

extension DocumentWrite {
  static func insert(_ document: EncodedDocument) -> DocumentWrite {
    DocumentWrite(id: document.id, before: nil, after: document)
  }

  static func replace(_ before: StoredDocument, with after: EncodedDocument) -> DocumentWrite {
    DocumentWrite(id: before.document.id, before: before, after: after)
  }

  static func delete(_ before: StoredDocument) -> DocumentWrite {
    DocumentWrite(id: before.document.id, before: before, after: nil)
  }
}

extension IndexWrite {
  static func set(_ index: IndexID, _ values: ConvexValue..., id: DocumentID) -> IndexWrite {
    IndexWrite(index: index, key: indexKey(values, id), id: id, isPresent: true)
  }

  static func remove(_ index: IndexID, _ values: ConvexValue..., id: DocumentID) -> IndexWrite {
    IndexWrite(index: index, key: indexKey(values, id), id: id, isPresent: false)
  }
}

/// The key of a document with these values in the fields of an index.
func indexKey(_ values: [ConvexValue], _ id: DocumentID) -> IndexKey {
  IndexKey(values.map { $0 } + [.string(id.string)])
}

extension Persistence {
  func document(_ id: DocumentID) async throws -> StoredDocument? {
    try await document(id, atLeast: lastTimestamp).document
  }

  func scan(_ request: ScanRequest) async throws -> ScanPage {
    try await scan(request, atLeast: lastTimestamp)
  }

  /// The ids of a whole index, or of a range of it.
  func ids(
    _ source: ScanSource,
    _ range: KeyRange = .all,
    _ order: Order = .ascending
  ) async throws -> [DocumentID] {
    try await scan(ScanRequest(source: source, range: range, order: order, limit: 10_000)).rows
      .map(\.id)
  }
}
