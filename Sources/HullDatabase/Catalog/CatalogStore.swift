internal import HullPersistence
internal import HullValues

/// How the catalog lies in the store's metadata: one JSON value per table, so that creating one
/// writes one.
enum CatalogStore {
  static let prefix = "catalog/"
  private static let tablePrefix = "catalog/table/"
  private static let nextIndexIDKey = "catalog/nextIndexID"
  private static let schemaKey = "catalog/schema"
  static let retentionFloorKey = "retention/floor"

  // MARK: Writing

  static func metadata(of table: Catalog.Table) -> [String: [UInt8]?] {
    [tablePrefix + String(table.number.rawValue): EncodedValue(encoded(table)).bytes]
  }

  static func metadata(nextIndexID: Int64) -> [String: [UInt8]?] {
    [nextIndexIDKey: Array(String(nextIndexID).utf8)]
  }

  static func metadata(retentionFloor: Timestamp) -> [String: [UInt8]?] {
    [retentionFloorKey: Array(String(retentionFloor.rawValue).utf8)]
  }

  static func metadata(schema: SchemaDefinition) throws -> [String: [UInt8]?] {
    var writer = JSONWriter()
    writer.json(try schema.json())
    return [schemaKey: writer.bytes]
  }

  private static func encoded(_ table: Catalog.Table) -> ConvexObject {
    [
      "name": .string(table.name.rawValue),
      "number": .int64(Int64(table.number.rawValue)),
      "indexes": .array(table.indexes.map { .object(encoded($0)) }),
      "dropped": .array(table.droppedIndexes.map { .int64($0.rawValue) }),
    ]
  }

  private static func encoded(_ index: Catalog.Index) -> ConvexObject {
    var fields: [(String, ConvexValue)] = [
      ("id", .int64(index.id.rawValue)),
      ("name", .string(index.name)),
      ("staged", .boolean(index.isStaged)),
    ]
    switch index.kind {
    case .database(let paths):
      fields.append(("fields", .array(paths.map { .string($0.description) })))
    case .search(let definition):
      fields.append(("searchField", .string(definition.searchField.description)))
      fields.append(
        ("filterFields", .array(definition.filterFields.map { .string($0.description) }))
      )
    case .vector(let definition):
      fields.append(("vectorField", .string(definition.vectorField.description)))
      fields.append(("dimensions", .int64(Int64(definition.dimensions))))
      fields.append(
        ("filterFields", .array(definition.filterFields.map { .string($0.description) }))
      )
    }
    switch index.state {
    case .ready: break
    case .backfilling(let through):
      fields.append(("backfilledThrough", through.map { .bytes($0.bytes) } ?? .null))
    }
    return ConvexObject(literal: fields)
  }

  // MARK: Reading

  /// The catalog in a store; nil if the store has none yet.
  static func load(from persistence: any Persistence) async throws -> Catalog? {
    let metadata = try await persistence.metadata(prefix: prefix)
    if metadata.isEmpty { return nil }
    var tables: [Catalog.Table] = []
    for (key, bytes) in metadata where key.hasPrefix(tablePrefix) {
      tables.append(try decodedTable(bytes, key: key))
    }
    guard let nextIndexID = integer(metadata[nextIndexIDKey]) else {
      throw corrupt(nextIndexIDKey)
    }
    return Catalog(
      tables: tables,
      nextIndexID: nextIndexID,
      schema: try metadata[schemaKey].map { bytes in
        try SchemaDefinition(json: try JSONParser().json(bytes))
      }
    )
  }

  static func loadRetentionFloor(from persistence: any Persistence) async throws -> Timestamp? {
    integer(try await persistence.metadata(retentionFloorKey)).map(Timestamp.init)
  }

  private static func integer(_ bytes: [UInt8]?) -> Int64? {
    bytes.flatMap { Int64(String(decoding: $0, as: UTF8.self)) }
  }

  private static func decodedTable(_ bytes: [UInt8], key: String) throws -> Catalog.Table {
    guard case .object(let object) = try EncodedValue(canonical: bytes).decoded(),
      let name = object["name"]?.string.flatMap({ try? TableName(validating: $0) }),
      let number = object["number"]?.int64
        .flatMap({ UInt32(exactly: $0) }).flatMap({ TableNumber(rawValue: $0) }),
      case .array(let indexes)? = object["indexes"], !indexes.isEmpty,
      case .array(let dropped)? = object["dropped"]
    else { throw corrupt(key) }
    return Catalog.Table(
      name: name,
      number: number,
      indexes: try indexes.map { value in
        guard case .object(let object) = value, let index = decodedIndex(object) else {
          throw corrupt(key)
        }
        return index
      },
      droppedIndexes: dropped.compactMap { $0.int64.map(IndexID.init) }
    )
  }

  private static func decodedIndex(_ object: ConvexObject) -> Catalog.Index? {
    guard let id = object["id"]?.int64, let name = object["name"]?.string,
      let isStaged = object["staged"]?.boolean
    else { return nil }
    let kind: Catalog.Index.Kind
    if let fields = paths(object["fields"]) {
      kind = .database(fields: fields)
    } else if let text = object["searchField"]?.string,
      let searchField = try? FieldPath(parsing: text),
      let filterFields = paths(object["filterFields"])
    {
      kind = .search(
        SearchIndexDefinition(name: name, searchField: searchField, filterFields: filterFields)
      )
    } else if let text = object["vectorField"]?.string,
      let vectorField = try? FieldPath(parsing: text),
      let dimensions = object["dimensions"]?.int64,
      let filterFields = paths(object["filterFields"])
    {
      kind = .vector(
        VectorIndexDefinition(
          name: name,
          vectorField: vectorField,
          dimensions: Int(dimensions),
          filterFields: filterFields
        )
      )
    } else {
      return nil
    }
    let state: Catalog.Index.State
    switch object["backfilledThrough"] {
    case nil: state = .ready
    case .bytes(let bytes)?: state = .backfilling(through: InternalID(bytes: bytes))
    default: state = .backfilling(through: nil)
    }
    return Catalog.Index(
      id: IndexID(rawValue: id),
      name: name,
      kind: kind,
      state: state,
      isStaged: isStaged
    )
  }

  private static func paths(_ value: ConvexValue?) -> [FieldPath]? {
    guard case .array(let elements)? = value else { return nil }
    let paths = elements.compactMap { element in
      element.string.flatMap { try? FieldPath(parsing: $0) }
    }
    return paths.count == elements.count ? paths : nil
  }

  private static func corrupt(_ key: String) -> DatabaseError {
    DatabaseError(
      code: "CatalogCorrupt",
      message: """
        The catalog entry \(key) of the data file cannot be read. Restore the file from a backup.
        """,
      kind: .system
    )
  }
}
