// Literals read as they do in JavaScript: a bare number is a float64. There is no literal for null:
// `nil` would mean two things wherever a value is optional.

extension ConvexValue: ExpressibleByBooleanLiteral {
  /// Makes a ``boolean(_:)``.
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
}

extension ConvexValue: ExpressibleByIntegerLiteral {
  /// Makes a ``float64(_:)``, as `1` is in JavaScript; write `.int64(1)` for an integer.
  public init(integerLiteral value: Int64) { self = .float64(Double(value)) }
}

extension ConvexValue: ExpressibleByFloatLiteral {
  /// Makes a ``float64(_:)``.
  public init(floatLiteral value: Double) { self = .float64(value) }
}

extension ConvexValue: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
  /// Makes a ``string(_:)``.
  public init(stringLiteral value: String) { self = .string(value) }
}

extension ConvexValue: ExpressibleByArrayLiteral {
  /// Makes an ``array(_:)``.
  public init(arrayLiteral elements: ConvexValue...) { self = .array(elements) }
}

extension ConvexValue: ExpressibleByDictionaryLiteral {
  /// Makes an ``object(_:)``; a name that is no field name is a programming error.
  public init(dictionaryLiteral elements: (String, ConvexValue)...) {
    self = .object(ConvexObject(literal: elements))
  }
}
