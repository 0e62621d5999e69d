/// The rule for table names, index names, validator fields and the parts of field paths:
/// `[A-Za-z_][A-Za-z0-9_]*`, up to 64 characters, not underscores only.
public enum Identifier {
  /// The longest legal identifier, in characters.
  public static let maximumLength = 64

  /// Checks that `text` is an identifier.
  ///
  /// - Parameter text: Any text.
  /// - Throws: ``ConvexValueError`` with the reference's text and no code.
  public static func validate(_ text: String) throws(ConvexValueError) {
    if !isValid(text) { throw failure(of: text) }
  }

  /// Whether `text` is an identifier.
  public static func isValid(_ text: String) -> Bool {
    let utf8 = text.utf8
    guard let first = utf8.first, utf8.count <= maximumLength, isStart(first) else { return false }
    var hasOther = false
    for byte in utf8 {
      guard isPart(byte) else { return false }
      if byte != underscore { hasOther = true }
    }
    return hasOther
  }

  /// Checks that `text` is a field name and an identifier, as validator fields must be.
  ///
  /// - Parameter text: Any text.
  /// - Throws: ``ConvexValueError``; the field-name rule is checked first.
  public static func validateFieldName(_ text: String) throws(ConvexValueError) {
    if isValid(text) { return }
    try FieldName.validate(text)
    try validate(text)
  }

  private static let underscore: UInt8 = 0x5F

  private static func isStart(_ byte: UInt8) -> Bool {
    (byte | 0x20) &- 0x61 < 26 || byte == underscore
  }

  private static func isPart(_ byte: UInt8) -> Bool { isStart(byte) || byte &- 0x30 < 10 }

  private static func failure(of text: String) -> ConvexValueError {
    guard let first = text.unicodeScalars.first else {
      return ConvexValueError(message: "Identifier cannot be empty")
    }
    if !isStart(first) {
      return ConvexValueError(
        message: """
          Invalid first character \(DisplayText.quoted(first)) in \(text): \
          Identifiers must start with an alphabetic character or underscore
          """
      )
    }
    for scalar in text.unicodeScalars where !isPart(scalar) {
      return ConvexValueError(
        message: """
          Identifier \(text) has invalid character \(DisplayText.quoted(scalar)): \
          Identifiers can only contain alphanumeric characters or underscores
          """
      )
    }
    if text.utf8.count > maximumLength {
      return ConvexValueError(
        message: "Identifier is too long (\(text.utf8.count) > maximum \(maximumLength))"
      )
    }
    return ConvexValueError(message: "Identifier \(text) cannot have exclusively underscores")
  }

  private static func isStart(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII && isStart(UInt8(truncatingIfNeeded: scalar.value))
  }

  private static func isPart(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII && isPart(UInt8(truncatingIfNeeded: scalar.value))
  }
}
