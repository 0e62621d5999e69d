/// A value that does not have the shape a Swift type needs, and where in it the trouble is.
///
/// Arguments are checked by their validator first, so this is rare: a number that must be whole, a
/// stored document that predates the schema.
public struct ValueDecodingError: Error, Sendable, CustomStringConvertible {
  /// What the type needs, for example `a boolean`.
  public var expected: String
  /// What is there; nil if the field is missing.
  public var found: ConvexValue?
  /// The way to it from the outermost value, as validators print it: `.pets[2].name`.
  public var path: String

  /// Makes an error about a value that is not inside another.
  ///
  /// - Parameters:
  ///   - expected: What the type needs, for example `a boolean`.
  ///   - found: What is there; nil if the field is missing.
  public init(expected: String, found: ConvexValue?) {
    self.expected = expected
    self.found = found
    path = ""
  }

  /// The same error seen from the enclosing value.
  ///
  /// - Parameter step: The way from the enclosing value to this one: `.name` or `[2]`.
  /// - Returns: The error with the longer path.
  public func inside(_ step: String) -> ValueDecodingError {
    var error = self
    error.path = step + path
    return error
  }

  /// What was expected and found, and where.
  public var description: String {
    let place = path.isEmpty ? "The value" : path
    guard let found else { return "\(place): expected \(expected), but the field is missing" }
    return "\(place): expected \(expected), found \(found)"
  }
}
