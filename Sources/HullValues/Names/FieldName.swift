/// The rule for the keys of objects: up to 1024 printable ASCII characters, no `$` first.
public enum FieldName {
  /// The longest legal name, in bytes.
  public static let maximumLength = 1024

  /// Checks that `name` may be the key of an object.
  ///
  /// - Parameter name: Any text; the empty name is legal.
  /// - Throws: ``ConvexValueError`` with the reference's text and no code.
  public static func validate(_ name: String) throws(ConvexValueError) {
    if isValid(name) { return }
    throw failure(of: name)
  }

  /// Whether `name` may be the key of an object.
  public static func isValid(_ name: String) -> Bool {
    let utf8 = name.utf8
    if utf8.count > maximumLength || utf8.first == UInt8(ascii: "$") { return false }
    return utf8.allSatisfy(isAllowed)
  }

  /// Whether a byte may stand in a field name; at the start `$` is not allowed besides.
  @inline(__always)
  package static func isAllowed(_ byte: UInt8) -> Bool { byte &- 0x20 <= 0x7E - 0x20 }

  /// The error of a name that starts with `$`.
  package static func reserved(_ name: String) -> ConvexValueError {
    ConvexValueError(message: "Field name \(name) starts with '$', which is reserved.")
  }

  private static func failure(of name: String) -> ConvexValueError {
    if name.utf8.first == UInt8(ascii: "$") { return reserved(name) }
    for scalar in name.unicodeScalars where !(0x20...0x7E).contains(scalar.value) {
      return ConvexValueError(
        message: """
          Field name \(name) has invalid character \(DisplayText.quoted(scalar)): \
          Field names can only contain non-control ASCII characters
          """
      )
    }
    return ConvexValueError(
      message: "Field name is too long (\(name.utf8.count) > maximum \(maximumLength))"
    )
  }
}
