/// The tables of an application: what `defineSchema` makes (spec/values.md 12).
public struct SchemaDefinition: Sendable, Hashable {
  /// The tables in byte order of their names.
  public private(set) var tables: [TableDefinition]
  /// Whether documents are checked against the tables' document types.
  public var schemaValidation: Bool

  /// Makes a schema; of two definitions of one table the last wins.
  ///
  /// - Parameters:
  ///   - tables: The tables in any order.
  ///   - schemaValidation: Whether documents are checked.
  public init(tables: [TableDefinition] = [], schemaValidation: Bool = true) {
    self.tables = []
    self.schemaValidation = schemaValidation
    for table in tables { set(table) }
  }

  /// The definition of a table; nil if the schema does not name it.
  public subscript(name: TableName) -> TableDefinition? {
    let position = lowerBound(of: name)
    guard position < tables.count, tables[position].name == name else { return nil }
    return tables[position]
  }

  private mutating func set(_ table: TableDefinition) {
    let position = lowerBound(of: table.name)
    if position < tables.count, tables[position].name == table.name {
      tables[position] = table
    } else {
      tables.insert(table, at: position)
    }
  }

  private func lowerBound(of name: TableName) -> Int {
    var low = 0
    var high = tables.count
    while low < high {
      let middle = (low + high) / 2
      if tables[middle].name < name { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// One table of a schema.
public struct TableDefinition: Sendable, Hashable {
  /// The table's name.
  public var name: TableName
  /// Database indexes.
  public var indexes: [IndexDefinition]
  /// Database indexes that are built but not used yet.
  public var stagedIndexes: [IndexDefinition]
  /// Full-text indexes.
  public var searchIndexes: [SearchIndexDefinition]
  /// Full-text indexes that are built but not used yet.
  public var stagedSearchIndexes: [SearchIndexDefinition]
  /// Vector indexes.
  public var vectorIndexes: [VectorIndexDefinition]
  /// Vector indexes that are built but not used yet.
  public var stagedVectorIndexes: [VectorIndexDefinition]
  /// The validator of the table's documents without system fields; nil if the schema names none.
  public var declaredDocumentType: Validator?

  /// The validator of the table's documents without system fields.
  public var documentType: Validator { declaredDocumentType ?? .any }

  /// Makes the definition of a table.
  ///
  /// - Parameters:
  ///   - name: The table's name.
  ///   - documentType: An object, a union of objects, or any; nil means any.
  ///   - indexes: Database indexes.
  ///   - stagedIndexes: Database indexes not used yet.
  ///   - searchIndexes: Full-text indexes.
  ///   - stagedSearchIndexes: Full-text indexes not used yet.
  ///   - vectorIndexes: Vector indexes.
  ///   - stagedVectorIndexes: Vector indexes not used yet.
  public init(
    name: TableName,
    documentType: Validator? = nil,
    indexes: [IndexDefinition] = [],
    stagedIndexes: [IndexDefinition] = [],
    searchIndexes: [SearchIndexDefinition] = [],
    stagedSearchIndexes: [SearchIndexDefinition] = [],
    vectorIndexes: [VectorIndexDefinition] = [],
    stagedVectorIndexes: [VectorIndexDefinition] = []
  ) {
    self.name = name
    // System fields may be declared and say nothing; what is no document type is refused later.
    declaredDocumentType = documentType.map { (try? Self.documentType($0)) ?? $0 }
    self.indexes = indexes
    self.stagedIndexes = stagedIndexes
    self.searchIndexes = searchIndexes
    self.stagedSearchIndexes = stagedSearchIndexes
    self.vectorIndexes = vectorIndexes
    self.stagedVectorIndexes = stagedVectorIndexes
  }
}

/// A database index of a table.
public struct IndexDefinition: Sendable, Hashable {
  /// The index's name.
  public var name: String
  /// The declared fields, without the `_creationTime` that every index ends with.
  public var fields: [FieldPath]

  /// Makes the definition of an index.
  ///
  /// - Parameters:
  ///   - name: The index's name.
  ///   - fields: The declared fields in order.
  public init(name: String, fields: [FieldPath]) {
    self.name = name
    self.fields = fields
  }

  /// The fields the index is stored with: the declared ones and `_creationTime`.
  public var storedFields: [FieldPath] { fields + [.creationTime] }
}

/// A full-text index of a table.
public struct SearchIndexDefinition: Sendable, Hashable {
  /// The index's name.
  public var name: String
  /// The field whose text is searched.
  public var searchField: FieldPath
  /// Fields that searches can be narrowed by.
  public var filterFields: [FieldPath]

  /// Makes the definition of a full-text index.
  ///
  /// - Parameters:
  ///   - name: The index's name.
  ///   - searchField: The field whose text is searched.
  ///   - filterFields: Fields that searches can be narrowed by.
  public init(name: String, searchField: FieldPath, filterFields: [FieldPath] = []) {
    self.name = name
    self.searchField = searchField
    self.filterFields = filterFields
  }
}

/// A vector index of a table.
public struct VectorIndexDefinition: Sendable, Hashable {
  /// The index's name.
  public var name: String
  /// The field that holds the vector, an array of float64.
  public var vectorField: FieldPath
  /// The length of the vectors, 2…4096.
  public var dimensions: Int
  /// Fields that searches can be narrowed by.
  public var filterFields: [FieldPath]

  /// Makes the definition of a vector index.
  ///
  /// - Parameters:
  ///   - name: The index's name.
  ///   - vectorField: The field that holds the vector.
  ///   - dimensions: The length of the vectors.
  ///   - filterFields: Fields that searches can be narrowed by.
  public init(
    name: String,
    vectorField: FieldPath,
    dimensions: Int,
    filterFields: [FieldPath] = []
  ) {
    self.name = name
    self.vectorField = vectorField
    self.dimensions = dimensions
    self.filterFields = filterFields
  }
}
