/// The forms in which values are written as JSON (spec/values.md 6).
public enum ValueFormat: String, Sendable, Hashable, CaseIterable {
  /// Lossless, what clients and the store use: `{"$integer": …}`, `{"$float": …}`, `{"$bytes": …}`.
  case encoded = "convex_encoded_json"
  /// Lossy and easy to read: int64 and bytes become strings. The HTTP API's default.
  case clean = "json"
  /// Lossless with int64 as integer literals, for exports.
  case export = "export_json"

  /// Reads the name of a format as a `format` parameter has it, aliases included.
  ///
  /// - Parameter name: The parameter.
  /// - Throws: ``ConvexValueError`` with the code `BadFormat` (HTTP status 400).
  public init(name: String) throws(ConvexValueError) {
    switch name {
    case "convex_json": self = .encoded
    case "convex_clean_json": self = .clean
    default:
      guard let format = ValueFormat(rawValue: name) else {
        throw ConvexValueError(
          code: "BadFormat",
          message: "format param must be one of [`json`]. Got \(name)"
        )
      }
      self = format
    }
  }
}
