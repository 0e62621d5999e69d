extension SchemaDefinition {
  /// Reads a schema as `defineSchema(…).export()` writes it, applying every rule that needs only
  /// the schema (spec/values.md 12), except those of ``appendingCreationTime()`` and
  /// ``checkIndexReferences()``.
  ///
  /// - Parameter json: The schema.
  /// - Throws: ``ConvexValueError`` with the reference's code and text, without the prefix that says
  ///   a schema was being evaluated.
  public init(json: JSONValue) throws(ConvexValueError) {
    guard let tables = json["tables"]?.array, tables.allSatisfy(SchemaJSON.isWellFormedTable),
      let schemaValidation = SchemaJSON.optional(json["schemaValidation"], \.bool)
    else { throw .invalidJSON }
    self.init(tables: [], schemaValidation: schemaValidation ?? false)
    var definitions: [TableDefinition] = []
    for table in tables { definitions.append(try TableDefinition(wellFormed: table)) }
    self.init(tables: definitions, schemaValidation: schemaValidation ?? false)
  }

  /// The schema in the reference's normal form: everything in order, all members written.
  ///
  /// - Returns: What is stored and returned by a push.
  /// - Throws: ``ConvexValueError`` `UnsupportedFloatLiteral`.
  public func json() throws(ConvexValueError) -> JSONValue {
    var array: [JSONValue] = []
    for table in tables { array.append(try table.json()) }
    return ["tables": .array(array), "schemaValidation": .bool(schemaValidation)]
  }
}

extension TableDefinition {
  /// Reads a table whose structure was checked.
  fileprivate init(wellFormed json: JSONValue) throws(ConvexValueError) {
    var documentType: Validator?
    if let type = json["documentType"], !type.isNull {
      documentType = try TableDefinition.documentType(try Validator(wellFormed: type))
    }
    let name = try TableDefinition.tableName(json["tableName"]?.string ?? "")
    let table = SchemaJSON.TableScope(name: name)
    let count = SchemaJSON.indexKinds.reduce(0) { $0 + (json[$1]?.array?.count ?? 0) }
    try table.checkCount(count)

    self.init(name: name, documentType: documentType)
    indexes = try table.read(json["indexes"], SchemaJSON.index)
    try table.checkNotEmpty(indexes, isStaged: false)
    stagedIndexes = try table.read(json["stagedDbIndexes"], SchemaJSON.index)
    try table.checkNotEmpty(stagedIndexes, isStaged: true)
    try table.checkUniqueFields(indexes + stagedIndexes)
    searchIndexes = try table.read(json["searchIndexes"], SchemaJSON.searchIndex)
    stagedSearchIndexes = try table.read(json["stagedSearchIndexes"], SchemaJSON.searchIndex)
    try table.checkUniqueFields(searchIndexes + stagedSearchIndexes)
    vectorIndexes = try table.read(json["vectorIndexes"], SchemaJSON.vectorIndex)
    stagedVectorIndexes = try table.read(json["stagedVectorIndexes"], SchemaJSON.vectorIndex)
    try table.checkUniqueFields(vectorIndexes + stagedVectorIndexes)
    try table.checkNames(indexNames)
    sortIndexes()
  }

  /// The names of all indexes in the order they are checked in.
  var indexNames: [String] {
    indexes.map(\.name) + stagedIndexes.map(\.name) + searchIndexes.map(\.name)
      + stagedSearchIndexes.map(\.name) + stagedVectorIndexes.map(\.name)
      + vectorIndexes.map(\.name)
  }

  fileprivate func json() throws(ConvexValueError) -> JSONValue {
    var sorted = self
    sorted.sortIndexes()
    return [
      "tableName": .string(name.rawValue),
      "indexes": .array(sorted.indexes.map(\.json)),
      "stagedDbIndexes": .array(sorted.stagedIndexes.map(\.json)),
      "searchIndexes": .array(sorted.searchIndexes.map(\.json)),
      "stagedSearchIndexes": .array(sorted.stagedSearchIndexes.map(\.json)),
      "vectorIndexes": .array(sorted.vectorIndexes.map(\.json)),
      "stagedVectorIndexes": .array(sorted.stagedVectorIndexes.map(\.json)),
      "documentType": try declaredDocumentType?.json() ?? .null,
    ]
  }

  /// Puts the indexes of each kind in byte order of their names.
  private mutating func sortIndexes() {
    indexes.sort { UTF8Order.isLess($0.name, $1.name) }
    stagedIndexes.sort { UTF8Order.isLess($0.name, $1.name) }
    searchIndexes.sort { UTF8Order.isLess($0.name, $1.name) }
    stagedSearchIndexes.sort { UTF8Order.isLess($0.name, $1.name) }
    vectorIndexes.sort { UTF8Order.isLess($0.name, $1.name) }
    stagedVectorIndexes.sort { UTF8Order.isLess($0.name, $1.name) }
  }
}

extension IndexDefinition {
  fileprivate var json: JSONValue {
    ["indexDescriptor": .string(name), "fields": SchemaJSON.paths(fields)]
  }
}

extension SearchIndexDefinition {
  fileprivate var json: JSONValue {
    [
      "indexDescriptor": .string(name), "searchField": .string(searchField.description),
      "filterFields": SchemaJSON.paths(filterFields.sorted()),
    ]
  }
}

extension VectorIndexDefinition {
  fileprivate var json: JSONValue {
    [
      "indexDescriptor": .string(name), "vectorField": .string(vectorField.description),
      "dimensions": .integer(Int64(dimensions)), "dimension": .null,
      "filterFields": SchemaJSON.paths(filterFields.sorted()),
    ]
  }
}

/// Reading the parts of schema JSON.
enum SchemaJSON {
  /// The members that hold indexes.
  static let indexKinds = [
    "indexes", "stagedDbIndexes", "searchIndexes", "stagedSearchIndexes", "vectorIndexes",
    "stagedVectorIndexes",
  ]

  static func paths(_ fields: [FieldPath]) -> JSONValue {
    .array(fields.map { .string($0.description) })
  }

  // MARK: Structure, which is checked before any meaning

  /// A member that may be absent or null: nil if it has another type, nil inside if it is absent.
  static func optional<Value>(
    _ json: JSONValue?,
    _ read: (JSONValue) -> Value?
  ) -> Value?? {
    guard let json, !json.isNull else { return .some(nil) }
    return read(json).map { .some($0) }
  }

  static func isWellFormedTable(_ json: JSONValue) -> Bool {
    guard json["tableName"]?.string != nil, json["indexes"]?.array != nil else { return false }
    if let type = json["documentType"], !type.isNull, !Validator.isWellFormed(type) { return false }
    return areWellFormed(json["indexes"], isWellFormedIndex)
      && areWellFormed(json["stagedDbIndexes"], isWellFormedIndex)
      && areWellFormed(json["searchIndexes"], isWellFormedSearchIndex)
      && areWellFormed(json["stagedSearchIndexes"], isWellFormedSearchIndex)
      && areWellFormed(json["vectorIndexes"], isWellFormedVectorIndex)
      && areWellFormed(json["stagedVectorIndexes"], isWellFormedVectorIndex)
  }

  private static func areWellFormed(
    _ json: JSONValue?,
    _ isWellFormed: (JSONValue) -> Bool
  ) -> Bool {
    guard let json, !json.isNull else { return true }
    return json.array?.allSatisfy(isWellFormed) ?? false
  }

  private static func isWellFormedIndex(_ json: JSONValue) -> Bool {
    json["indexDescriptor"]?.string != nil && areStrings(json["fields"])
  }

  private static func isWellFormedSearchIndex(_ json: JSONValue) -> Bool {
    json["indexDescriptor"]?.string != nil && json["searchField"]?.string != nil
      && areStrings(json["filterFields"])
  }

  private static func isWellFormedVectorIndex(_ json: JSONValue) -> Bool {
    json["indexDescriptor"]?.string != nil && json["vectorField"]?.string != nil
      && areStrings(json["filterFields"]) && optional(json["dimensions"], unsigned) != nil
      && optional(json["dimension"], unsigned) != nil
  }

  private static func areStrings(_ json: JSONValue?) -> Bool {
    json?.array?.allSatisfy { $0.string != nil } ?? false
  }

  /// A number of 32 bits without sign.
  private static func unsigned(_ json: JSONValue) -> Int? {
    json.integer.flatMap { UInt32(exactly: $0) }.map { Int($0) }
  }

  // MARK: Single indexes

  static func index(_ json: JSONValue) throws(ConvexValueError) -> IndexDefinition {
    let name = try indexName(json)
    let fields = try paths(json["fields"], index: name)
    do {
      try SchemaRules.checkFields(fields)
    } catch {
      throw error.prefixed("In index \"\(name)\": ")
    }
    return IndexDefinition(name: name, fields: fields)
  }

  static func searchIndex(_ json: JSONValue) throws(ConvexValueError) -> SearchIndexDefinition {
    let name = try indexName(json)
    let field = try path(json["searchField"]?.string ?? "", index: name)
    let filters = try filterFields(json, index: name)
    return SearchIndexDefinition(name: name, searchField: field, filterFields: filters)
  }

  static func vectorIndex(_ json: JSONValue) throws(ConvexValueError) -> VectorIndexDefinition {
    let name = try indexName(json)
    let field = try path(json["vectorField"]?.string ?? "", index: name)
    var filters = try paths(json["filterFields"], index: name)
    guard let dimensions = (json["dimensions"] ?? nil)?.integer ?? json["dimension"]?.integer
    else { throw ConvexValueError(message: "Missing dimensions field") }
    try SchemaRules.checkDimensions(Int(dimensions))
    filters = try filterFields(json, index: name)
    return VectorIndexDefinition(
      name: name,
      vectorField: field,
      dimensions: Int(dimensions),
      filterFields: filters
    )
  }

  private static func indexName(_ json: JSONValue) throws(ConvexValueError) -> String {
    let name = json["indexDescriptor"]?.string ?? ""
    try SchemaRules.checkIndexIdentifier(name)
    return name
  }

  private static func filterFields(
    _ json: JSONValue,
    index: String
  ) throws(ConvexValueError) -> [FieldPath] {
    let filters = Set(try paths(json["filterFields"], index: index)).sorted()
    try SchemaRules.checkFilterCount(filters.count)
    return filters
  }

  private static func paths(
    _ json: JSONValue?,
    index: String
  ) throws(ConvexValueError) -> [FieldPath] {
    var paths: [FieldPath] = []
    for field in json?.array ?? [] { paths.append(try path(field.string ?? "", index: index)) }
    return paths
  }

  private static func path(
    _ text: String,
    index: String
  ) throws(ConvexValueError) -> FieldPath {
    do {
      return try FieldPath(parsing: text)
    } catch {
      throw ConvexValueError(
        code: "InvalidIndexField",
        message: "In index \"\(index)\": Invalid index field: \"\(text)\""
      )
    }
  }
}
