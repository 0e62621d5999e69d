package import HullPersistence
package import HullValues

/// The tables and indexes of a database at one moment.
///
/// A value: transactions hold the one of their snapshot, and add the tables they create to it.
package struct Catalog: Sendable {
  /// One table with the indexes that every write of its documents maintains.
  package struct Table: Sendable {
    package let name: TableName
    package let number: TableNumber
    /// `by_creation_time` first, then the others by ascending id.
    package var indexes: [Index]
    /// What the active schema demands of its documents; nil if it demands nothing.
    package var documentType: Validator?
    /// Indexes that are no longer defined and whose entries are still being removed.
    package var droppedIndexes: [IndexID] = []

    init(
      name: TableName,
      number: TableNumber,
      indexes: [Index],
      droppedIndexes: [IndexID] = []
    ) {
      precondition(!indexes.isEmpty, "every table has by_creation_time")
      self.name = name
      self.number = number
      self.indexes = indexes
      self.droppedIndexes = droppedIndexes
    }

    package var isSystem: Bool { name.isSystem }

    /// Whether functions must not know of it.
    var isHidden: Bool { SystemTables.hidden.contains(number) }

    /// The index of creation time, which every table has.
    package var byCreationTime: IndexID { indexes[0].id }

    /// The index of that name, whatever its state; `by_id` is not stored and not in here.
    package func index(named name: String) -> Index? {
      indexes.first { $0.name == name }
    }
  }

  /// One stored index.
  package struct Index: Sendable, Hashable {
    package let id: IndexID
    package let name: String
    package let kind: Kind
    package var state: State
    /// Whether it is built and maintained, but not to be queried yet.
    package var isStaged: Bool

    package enum Kind: Sendable, Hashable {
      /// An index of fields; `_creationTime` is the last one.
      case database(fields: [FieldPath])
      /// A full-text index.
      case search(SearchIndexDefinition)
      /// A vector index. It has no entries in the store: it is made of the documents in memory when
      /// it is first searched.
      case vector(VectorIndexDefinition)
    }

    package enum State: Sendable, Hashable {
      /// Has the entries of documents with internal ids up to `through`; nil: of none yet.
      case backfilling(through: InternalID?)
      case ready
    }
  }

  static let firstUserTable: UInt32 = 10_001

  package private(set) var tables: [TableNumber: Table] = [:]
  private var numbers: [TableName: TableNumber] = [:]
  /// No number from ``firstUserTable`` up to here is free.
  private var firstFreeNumber = Catalog.firstUserTable
  /// The id the next index gets; ids are never used twice.
  package private(set) var nextIndexID: Int64 = 1
  /// The schema in force; nil before the first one.
  package var schema: SchemaDefinition?

  package init() {}

  init(tables: [Table], nextIndexID: Int64, schema: SchemaDefinition?) {
    for table in tables { insert(table) }
    self.nextIndexID = nextIndexID
    self.schema = schema
    applyDocumentTypes()
  }

  /// Puts the demands of the schema in force where writes look for them.
  mutating func applyDocumentTypes() {
    for number in tables.keys {
      guard let name = tables[number]?.name else { continue }
      let isEnforced = schema?.schemaValidation ?? false
      tables[number]?.documentType = isEnforced ? schema?[name]?.documentType : nil
    }
  }

  /// The catalog with tables that a transaction created; nil if it created none.
  func adding(_ created: [Table]) -> Catalog? {
    if created.isEmpty { return nil }
    var result = self
    for table in created {
      result.insert(table)
      result.nextIndexID = max(nextIndexID, table.byCreationTime.rawValue + 1)
    }
    return result
  }

  package func table(_ number: TableNumber) -> Table? { tables[number] }

  package func table(named name: TableName) -> Table? {
    numbers[name].flatMap { tables[$0] }
  }

  /// Every table, by ascending name.
  package var tablesByName: [Table] { tables.values.sorted { $0.name < $1.name } }

  var userTableCount: Int { tables.values.count { !$0.isSystem } }

  /// Adds or replaces a table.
  package mutating func insert(_ table: Table) {
    tables[table.number] = table
    numbers[table.name] = table.number
  }

  /// Makes a table with the smallest free number and its `by_creation_time` index.
  mutating func createTable(_ name: TableName, number: TableNumber? = nil) -> Table {
    let table = Table(
      name: name,
      number: number ?? nextTableNumber(),
      indexes: [
        Index(
          id: allocateIndexID(),
          name: "by_creation_time",
          kind: .database(fields: [.creationTime]),
          state: .ready,
          isStaged: false
        )
      ]
    )
    insert(table)
    return table
  }

  mutating func allocateIndexID() -> IndexID {
    defer { nextIndexID += 1 }
    return IndexID(rawValue: nextIndexID)
  }

  private mutating func nextTableNumber() -> TableNumber {
    while tables[TableNumber(known: firstFreeNumber)] != nil { firstFreeNumber += 1 }
    return TableNumber(known: firstFreeNumber)
  }
}

extension Catalog: TableMapping {
  package func tableName(for number: TableNumber) -> TableName? { tables[number]?.name }

  package func tableNumber(for name: TableName) -> TableNumber? { numbers[name] }
}

extension Catalog.Table {
  /// A state of one of the table's documents with its keys in every index.
  ///
  /// - Parameters:
  ///   - document: The stored form.
  ///   - object: The same document as a value, system fields included.
  /// - Returns: The version.
  package func version(of document: EncodedDocument, object: ConvexObject) -> DocumentVersion {
    DocumentVersion(
      document: document,
      entries: indexes.compactMap { index in
        index.keys(of: object, id: document.id).map { IndexEntries(index: index.id, keys: $0) }
      }
    )
  }

  /// A state of one of the table's documents, decoded from its stored form.
  package func version(of document: EncodedDocument) throws -> DocumentVersion {
    version(of: document, object: try document.object())
  }
}

extension Catalog.Index {
  /// The keys of one document in this index; nil for a vector index, which has none.
  package func keys(of object: ConvexObject, id: DocumentID) -> IndexKeys? {
    switch kind {
    case .database(let fields):
      .one(IndexKey(fields: fields, of: object, id: id))
    case .search(let definition):
      .many(searchEntries(for: definition, id: id, object: object))
    case .vector: nil
    }
  }
}
