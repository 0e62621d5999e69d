/// A type that stands for a table, so that ``ID`` can say which table an id is of.
///
/// ``Table`` refines it. For a table without a Swift struct write
/// `enum Users: TableReference { static let tableName = "users" }`.
public protocol TableReference: Sendable {
  /// The table's name in the database.
  static var tableName: String { get }
}

/// A struct that is what the documents of one table hold, without `_id` and `_creationTime`.
///
/// ```swift
/// @Table("customers")
/// struct Customer {
///   var code: String
///   var email: String?
///   var deletedAt: Double?
///
///   static let byCode = index("by_code", \.code)
///   static let searchName = searchIndex("search_name", \.name, filters: \.deletedAt)
/// }
/// ```
///
/// The macro collects the indexes declared as `static let` in the braces of the struct.
public protocol Table: TableReference, ConvexStruct {
  /// The table's indexes, search indexes and vector indexes.
  static var indexes: [any TableIndexProtocol] { get }
}

extension Table {
  /// The table's entry in the schema.
  public static var definition: TableDefinition {
    get throws {
      var definition = TableDefinition(
        name: try TableName(validating: tableName),
        documentType: convexValidator
      )
      for index in indexes { try index.add(to: &definition) }
      return definition
    }
  }

  /// The validator of a whole document: the struct's fields, `_id` and `_creationTime`.
  public static var documentObject: ObjectValidator {
    ObjectValidator(names: documentFields)
  }

  static var documentFields: [(String, FieldValidator)] {
    convexFields.flatMap(\.fields) + [
      ("_id", FieldValidator(v.id(TableName(stringLiteral: tableName)), isOptional: false)),
      ("_creationTime", FieldValidator(v.number(), isOptional: false)),
    ]
  }
}

/// A schema: what ``HullApplication/schema`` returns.
public typealias Schema = SchemaDefinition

extension SchemaDefinition {
  /// Makes the schema of the given tables.
  ///
  /// - Parameters:
  ///   - tables: The tables.
  ///   - schemaValidation: Whether written documents are checked against it.
  /// - Throws: `ConvexValueError` for a name or an index the schema rules refuse.
  public init(_ tables: any Table.Type..., schemaValidation: Bool = true) throws {
    self.init(tables: try tables.map { try $0.definition }, schemaValidation: schemaValidation)
  }
}
