/// The name of a table: an identifier; names starting with `_` are the system's.
public struct TableName: Sendable, Hashable {
  /// The name as text.
  public let rawValue: String

  /// Reads a table name.
  ///
  /// - Parameter text: The name.
  /// - Throws: ``ConvexValueError`` if it is not an identifier.
  public init(validating text: String) throws(ConvexValueError) {
    try Identifier.validate(text)
    rawValue = text
  }

  /// Whether the table belongs to the system, virtual tables such as `_storage` included.
  public var isSystem: Bool { rawValue.utf8.first == 0x5F }
}

extension TableName: Comparable {
  /// Orders names by their bytes.
  public static func < (left: TableName, right: TableName) -> Bool {
    UTF8Order.isLess(left.rawValue, right.rawValue)
  }
}

extension TableName: CustomStringConvertible {
  /// The name.
  public var description: String { rawValue }
}

extension TableName: ExpressibleByStringLiteral {
  /// Makes a name from a literal; a literal that is no identifier is a programming error.
  public init(stringLiteral value: String) {
    do { try self.init(validating: value) } catch { preconditionFailure(error.message) }
  }
}
