/// The fields of an index that a range may still constrain, first to last.
public protocol IndexKeyFields: Sendable {}

/// No more fields.
public enum NoMoreFields: IndexKeyFields {}

/// A field and the ones after it.
public enum KeyFields<Head: ConvexConvertible, Tail: IndexKeyFields>: IndexKeyFields {}

/// The implicit last field of every index: `_creationTime`.
public typealias CreationTimeField = KeyFields<Double, NoMoreFields>

/// An index of a table as ``Table/indexes`` lists it.
public protocol TableIndexProtocol: Sendable {
  /// The index's name.
  var name: String { get }
  /// Declares the index in a schema.
  func add(to definition: inout TableDefinition) throws
}

/// An index, with the types of its fields in order.
public struct TableIndex<Of: TableReference, Key: IndexKeyFields>: TableIndexProtocol {
  /// The index's name.
  public let name: String
  /// The indexed fields, without the implicit `_creationTime`.
  public let fields: [String]

  init(name: String, fields: [String]) {
    self.name = name
    self.fields = fields
  }

  /// Declares the index in a schema.
  ///
  /// - Parameter definition: The table's entry.
  /// - Throws: `ConvexValueError` for a name or field the schema rules refuse.
  public func add(to definition: inout TableDefinition) throws {
    definition.indexes.append(
      IndexDefinition(name: name, fields: try fields.map { try FieldPath(parsing: $0) })
    )
  }
}

/// A full-text index.
public struct SearchIndex<Of: TableReference>: TableIndexProtocol {
  /// The index's name.
  public let name: String
  /// The field whose words are found.
  public let searchField: String
  /// The fields a search may be narrowed by.
  public let filterFields: [String]

  /// Declares the index in a schema.
  ///
  /// - Parameter definition: The table's entry.
  /// - Throws: `ConvexValueError` for a name or field the schema rules refuse.
  public func add(to definition: inout TableDefinition) throws {
    definition.searchIndexes.append(
      SearchIndexDefinition(
        name: name,
        searchField: try FieldPath(parsing: searchField),
        filterFields: try filterFields.map { try FieldPath(parsing: $0) }
      )
    )
  }
}

extension Table {
  /// The built-in index in order of creation.
  public static var byCreationTime: TableIndex<Self, CreationTimeField> {
    TableIndex(name: "by_creation_time", fields: [])
  }

  /// Declares a full-text index.
  ///
  /// - Parameters:
  ///   - name: The index's name.
  ///   - field: The field, a string, whose words are found.
  ///   - filters: The fields a search may be narrowed by.
  /// - Returns: The index, to be kept in a `static let` of the table's struct.
  public static func searchIndex<F: FieldReference, each Filter: FieldReference>(
    _ name: String,
    _ field: KeyPath<Fields, F>,
    filters: repeat KeyPath<Fields, each Filter>
  ) -> SearchIndex<Self> {
    var filterFields: [String] = []
    repeat filterFields.append(fields[keyPath: each filters].path)
    return SearchIndex(
      name: name,
      searchField: fields[keyPath: field].path,
      filterFields: filterFields
    )
  }
}
