/// What names a document in `ctx.db` calls: an ``ID``, a `DocumentID`, or its text.
public protocol DocumentIdentifier: Sendable {
  /// The document's id.
  ///
  /// - Parameter method: The method that needs it, for the error: `get`.
  /// - Returns: The id.
  /// - Throws: ``HullError`` `.invalidArgument` if it is not an id.
  func documentID(for method: String) throws -> DocumentID

  /// The table the id must belong to; nil if any will do.
  static var requiredTable: String? { get }
}

extension DocumentIdentifier {
  /// Any table.
  public static var requiredTable: String? { nil }
}

extension ID: DocumentIdentifier {
  /// The id.
  public func documentID(for method: String) -> DocumentID { documentID }

  /// The table of the type.
  public static var requiredTable: String? { Of.tableName }
}

extension DocumentID: DocumentIdentifier {
  /// The id.
  public func documentID(for method: String) -> DocumentID { self }
}

extension String: DocumentIdentifier {
  /// The id the text spells.
  public func documentID(for method: String) throws -> DocumentID {
    do {
      return try DocumentID(parsing: self)
    } catch {
      throw HullError(
        code: .invalidArgument,
        message: "Invalid argument `id` for `db.\(method)`: \(error.message)"
      )
    }
  }
}

/// A field of a plain document, such as `document["authorId"]`.
extension ConvexValue: DocumentIdentifier {
  /// The id the string spells.
  public func documentID(for method: String) throws -> DocumentID {
    guard case .string(let text) = self else {
      throw HullError(
        code: .invalidArgument,
        message: "Invalid argument `id` for `db.\(method)`, expected string but got "
          + "'\(typeName)': \(self)"
      )
    }
    return try text.documentID(for: method)
  }
}
