/// An enumeration of strings as a union of literals.
///
/// ```swift
/// enum Tier: String, ConvexLiteral { case bronze = "BRONZE", silver = "SILVER", gold = "GOLD" }
/// ```
///
/// Its validator is `v.union(v.literal("BRONZE"), v.literal("SILVER"), v.literal("GOLD"))`.
public protocol ConvexLiteral: ConvexConvertible, CaseIterable, RawRepresentable<String>, Hashable {
}

extension ConvexLiteral {
  /// The union of the cases' literals; the literal itself if there is only one.
  public static var convexValidator: Validator {
    let literals = allCases.map { v.literal($0.rawValue) }
    return literals.count == 1 ? literals[0] : .union(literals)
  }

  /// Reads one of the literals.
  public init(convexValue: ConvexValue) throws {
    guard case .string(let text) = convexValue, let value = Self(rawValue: text) else {
      let names = Self.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
      throw ValueDecodingError(expected: "one of \(names)", found: convexValue)
    }
    self = value
  }

  /// The literal.
  public func convexValue() -> ConvexValue { .string(rawValue) }

  /// Appends the literal.
  public func encode(into writer: inout JSONWriter) { writer.string(rawValue) }
}
