/// The id of a document of one table.
///
/// It is a string for clients and `v.id(…)` for validators. Whether such a document exists is not
/// part of it.
public struct ID<Of: TableReference>: Hashable, Sendable {
  /// The id without the table's type.
  public let documentID: DocumentID

  /// Takes an id known to be of that table.
  public init(unchecked documentID: DocumentID) { self.documentID = documentID }

  /// The id as clients see it.
  public var string: String { documentID.string }
}

extension ID: ConvexConvertible {
  /// `v.id(…)`.
  public static var convexValidator: Validator { v.id(TableName(stringLiteral: Of.tableName)) }

  /// Reads an id; that it is of the right table is the validator's concern.
  public init(convexValue: ConvexValue) throws {
    guard case .string(let text) = convexValue,
      let id = try? DocumentID(parsing: text)
    else { throw ValueDecodingError(expected: "an id of `\(Of.tableName)`", found: convexValue) }
    documentID = id
  }

  /// A string.
  public func convexValue() -> ConvexValue { .string(string) }

  /// Appends a JSON string.
  public func encode(into writer: inout JSONWriter) { writer.string(string) }
}

extension ID: CustomStringConvertible {
  /// The id as clients see it.
  public var description: String { string }
}

extension ID: Comparable {
  /// Orders ids as their texts sort.
  public static func < (left: ID, right: ID) -> Bool { left.documentID < right.documentID }
}
