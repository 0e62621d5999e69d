/// What names a file in `ctx.storage` calls: an ``ID``, a `DocumentID`, or a text.
///
/// A text is an id or, as applications from before 1.6 keep it, the UUID of the file's URL.
public protocol StoredFileIdentifier: Sendable {
  /// The text of the id.
  ///
  /// - Returns: The text, which need not be that of a file.
  /// - Throws: ``HullError`` `.invalidArgument` for a value that is no text.
  func storageID() throws -> String
}

extension ID: StoredFileIdentifier where Of == StoredFile {
  /// The id.
  public func storageID() -> String { string }
}

extension DocumentID: StoredFileIdentifier {
  /// The id.
  public func storageID() -> String { string }
}

extension String: StoredFileIdentifier {
  /// The text itself.
  public func storageID() -> String { self }
}

/// A field of a plain document, such as `document["photo"]`.
extension ConvexValue: StoredFileIdentifier {
  /// The string.
  public func storageID() throws -> String {
    guard case .string(let text) = self else {
      throw HullError(
        code: .invalidArgument,
        message: "Invalid argument `storageId`, expected string but got '\(typeName)': \(self)"
      )
    }
    return text
  }
}
