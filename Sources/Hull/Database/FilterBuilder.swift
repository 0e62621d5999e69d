/// Builds the filter expressions of `filter(matching:)`, named as in Convex.
///
/// Operands are fields, by path or by key path, and literals.
public struct FilterBuilder: Sendable {
  /// The value of a field by its dotted path; `undefined` if it is missing.
  public func field(_ path: FieldPath) -> FilterExpression { .field(path) }

  /// Whether both are the same value.
  public func eq(_ left: FilterExpression, _ right: FilterExpression) -> FilterExpression {
    .eq(left, right)
  }

  /// Whether they are different values.
  public func neq(_ left: FilterExpression, _ right: FilterExpression) -> FilterExpression {
    .neq(left, right)
  }

  /// Whether the left sorts before the right.
  public func lt(_ left: FilterExpression, _ right: FilterExpression) -> FilterExpression {
    .lt(left, right)
  }

  /// Whether the left sorts before or with the right.
  public func lte(_ left: FilterExpression, _ right: FilterExpression) -> FilterExpression {
    .lte(left, right)
  }

  /// Whether the left sorts after the right.
  public func gt(_ left: FilterExpression, _ right: FilterExpression) -> FilterExpression {
    .gt(left, right)
  }

  /// Whether the left sorts after or with the right.
  public func gte(_ left: FilterExpression, _ right: FilterExpression) -> FilterExpression {
    .gte(left, right)
  }

  /// The sum of two int64 or two float64 values.
  public func add(_ left: FilterExpression, _ right: FilterExpression) -> FilterExpression {
    .add(left, right)
  }

  /// The difference of two int64 or two float64 values.
  public func sub(_ left: FilterExpression, _ right: FilterExpression) -> FilterExpression {
    .sub(left, right)
  }

  /// The product of two int64 or two float64 values.
  public func mul(_ left: FilterExpression, _ right: FilterExpression) -> FilterExpression {
    .mul(left, right)
  }

  /// The quotient of two int64 or two float64 values.
  public func div(_ left: FilterExpression, _ right: FilterExpression) -> FilterExpression {
    .div(left, right)
  }

  /// The remainder of two int64 or two float64 values.
  public func mod(_ left: FilterExpression, _ right: FilterExpression) -> FilterExpression {
    .mod(left, right)
  }

  /// The negative of an int64 or float64 value.
  public func neg(_ operand: FilterExpression) -> FilterExpression { .neg(operand) }

  /// Whether all are true.
  public func and(_ operands: FilterExpression...) -> FilterExpression { .and(operands) }

  /// Whether any is true.
  public func or(_ operands: FilterExpression...) -> FilterExpression { .or(operands) }

  /// Whether it is false.
  public func not(_ operand: FilterExpression) -> FilterExpression { .not(operand) }

  /// A value; nil is `undefined`, the value of a missing field.
  public func literal(_ value: ConvexValue?) -> FilterExpression { .literal(value) }
}

extension FilterExpression: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral
{
  /// Makes the literal of a string.
  public init(stringLiteral value: String) { self = .literal(.string(value)) }

  /// Makes the literal of a boolean.
  public init(booleanLiteral value: Bool) { self = .literal(.boolean(value)) }

  /// Makes the literal of a float64.
  public init(floatLiteral value: Double) { self = .literal(.float64(value)) }

  /// Makes the literal of a float64, as `1` is in JavaScript.
  public init(integerLiteral value: Int64) { self = .literal(.float64(Double(value))) }
}
