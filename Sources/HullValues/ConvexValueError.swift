/// Why something is not a value, a name, a validator or a schema, in the reference's words.
///
/// What it is about is in the text; the entry point that got the value adds where it came from.
public struct ConvexValueError: Error, Hashable, Sendable {
  /// Convex's short code, for example `TooNestedError`; nil where the reference gives none.
  public var code: String?
  /// The text, exact to the letter.
  public var message: String

  /// Makes an error.
  ///
  /// - Parameters:
  ///   - code: Convex's short code, if there is one.
  ///   - message: The exact text.
  public init(code: String? = nil, message: String) {
    self.code = code
    self.message = message
  }

  /// The same error with `prefix` before its text.
  public func prefixed(_ prefix: String) -> ConvexValueError {
    ConvexValueError(code: code, message: prefix + message)
  }
}

extension ConvexValueError: CustomStringConvertible {
  /// The text.
  public var description: String { message }
}
