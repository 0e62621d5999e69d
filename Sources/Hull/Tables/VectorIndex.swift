/// A vector index: finds the documents whose vectors point most nearly in a given direction.
///
/// Actions search it with ``ActionContext/vectorSearch(_:vector:limit:filter:)``.
public struct VectorIndex<Of: TableReference>: TableIndexProtocol {
  /// The index's name.
  public let name: String
  /// The field that holds a document's vector.
  public let vectorField: String
  /// How many numbers a vector has: 2…4096.
  public let dimensions: Int
  /// The fields a search may be narrowed by.
  public let filterFields: [String]

  /// Declares the index in a schema.
  ///
  /// - Parameter definition: The table's entry.
  /// - Throws: `ConvexValueError` for a name or field the schema rules refuse.
  public func add(to definition: inout TableDefinition) throws {
    definition.vectorIndexes.append(
      VectorIndexDefinition(
        name: name,
        vectorField: try FieldPath(parsing: vectorField),
        dimensions: dimensions,
        filterFields: try filterFields.map { try FieldPath(parsing: $0) }
      )
    )
  }
}

/// The type of a field that a vector index can be of: an array of numbers, which may be missing or
/// null.
public protocol VectorFieldValue: ConvexConvertible {}

extension Array: VectorFieldValue where Element == Double {}

extension Optional: VectorFieldValue where Wrapped: VectorFieldValue {}

extension Nullable: VectorFieldValue where Wrapped: VectorFieldValue {}

extension Table {
  /// Declares a vector index.
  ///
  /// ```swift
  /// static let byEmbedding = vectorIndex(
  ///   "by_embedding", \.embedding, dimensions: 1536, filters: \.cuisine)
  /// ```
  ///
  /// A document whose vector is missing, has another number of components, or has one that is
  /// infinite or NaN is not in the index.
  ///
  /// - Parameters:
  ///   - name: The index's name.
  ///   - field: The field that holds the vector.
  ///   - dimensions: How many numbers a vector has: 2…4096.
  ///   - filters: The fields a search may be narrowed by.
  /// - Returns: The index, to be kept in a `static let` of the table's struct.
  public static func vectorIndex<F: FieldReference, each Filter: FieldReference>(
    _ name: String,
    _ field: KeyPath<Fields, F>,
    dimensions: Int,
    filters: repeat KeyPath<Fields, each Filter>
  ) -> VectorIndex<Self> where F.Value: VectorFieldValue {
    var filterFields: [String] = []
    repeat filterFields.append(fields[keyPath: each filters].path)
    return VectorIndex(
      name: name,
      vectorField: fields[keyPath: field].path,
      dimensions: dimensions,
      filterFields: filterFields
    )
  }
}
