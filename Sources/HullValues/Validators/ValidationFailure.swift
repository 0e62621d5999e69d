/// Why a value does not satisfy a validator: where, what was found and what was expected.
public struct ValidationFailure: Error, Hashable, Sendable {
  /// What is wrong.
  public indirect enum Reason: Hashable, Sendable {
    /// The value is of another type, no id, or matches no member of a union.
    case noMatch(value: ConvexValue, validator: Validator)
    /// A required field is missing.
    case missingField(String, object: ConvexObject, validator: ObjectValidator)
    /// A field is not in the validator.
    case extraField(String, object: ConvexObject, validator: ObjectValidator)
    /// The value differs from a literal.
    case literalMismatch(value: ConvexValue, literal: ConvexValue)
    /// The id belongs to another table.
    case tableMismatch(id: String, found: TableName, expected: TableName)
  }

  /// What is wrong.
  public var reason: Reason
  /// The way to the offending part, innermost first, each piece as it is printed.
  private var reversedPath: [String] = []

  init(_ reason: Reason) { self.reason = reason }

  /// The way to the offending part, for example `.xs[1].id`; empty for the value itself.
  public var path: String { reversedPath.reversed().joined() }

  /// The same failure, seen from one level further out.
  func inside(_ piece: String) -> ValidationFailure {
    var result = self
    result.reversedPath.append(piece)
    return result
  }

  /// The reference's text (spec/values.md 11.1).
  ///
  /// With an empty path the forms of several lines contain an empty line; in the others the path
  /// follows the full stop without a space. Both are the reference's.
  public var message: String {
    let context = reversedPath.isEmpty ? "" : "Path: \(path)"
    switch reason {
    case .noMatch(let value, let validator):
      return """
        Value does not match validator.
        \(context)
        Value: \(value.displayText)
        Validator: \(validator)
        """
    case .missingField(let name, let object, let validator):
      return """
        Object is missing the required field `\(name)`. Consider wrapping the field validator in \
        `v.optional(...)` if this is expected.
        \(context)
        Object: \(object)
        Validator: \(validator)
        """
    case .extraField(let name, let object, let validator):
      return """
        Object contains extra field `\(name)` that is not in the validator.
        \(context)
        Object: \(object)
        Validator: \(validator)
        """
    case .literalMismatch(let value, let literal):
      return """
        `\(value.displayText)` does not match literal validator \
        `v.literal(\(Validator.literalText(literal)))`.\(context)
        """
    case .tableMismatch(let id, let found, let expected):
      let origin = found.isSystem ? "from a system table" : "from table `\(found)`"
      return """
        Found ID "\(id)" \(origin), which does not match the table name in validator \
        `v.id("\(expected)")`.\(context)
        """
    }
  }
}

extension ValidationFailure: CustomStringConvertible {
  /// The text.
  public var description: String { message }
}
