extension FilterExpression {
  /// Whether a document satisfies the expression.
  ///
  /// - Parameter document: The whole document.
  /// - Returns: The expression's value.
  /// - Throws: ``ConvexValueError`` `EvalError` for operands of a wrong type, overflow, division of
  ///   integers by zero, and an expression that is not a boolean.
  public func matches(_ document: ConvexObject) throws(ConvexValueError) -> Bool {
    try boolean(try evaluate(document))
  }

  /// The value of the expression on a document.
  ///
  /// - Parameter document: The whole document.
  /// - Returns: The value; nil for `undefined`.
  /// - Throws: ``ConvexValueError`` `EvalError`.
  public func evaluate(_ document: ConvexObject) throws(ConvexValueError) -> ConvexValue? {
    switch self {
    case .literal(let value): return value
    case .field(let path): return ConvexValue.object(document)[path]
    case .eq(let left, let right): return .boolean(try compare(left, right, document) == 0)
    case .neq(let left, let right): return .boolean(try compare(left, right, document) != 0)
    case .lt(let left, let right): return .boolean(try compare(left, right, document) < 0)
    case .lte(let left, let right): return .boolean(try compare(left, right, document) <= 0)
    case .gt(let left, let right): return .boolean(try compare(left, right, document) > 0)
    case .gte(let left, let right): return .boolean(try compare(left, right, document) >= 0)
    case .and(let operands):
      for operand in operands where try !operand.matches(document) { return false }
      return true
    case .or(let operands):
      for operand in operands where try operand.matches(document) { return true }
      return false
    case .not(let operand): return .boolean(try !operand.matches(document))
    case .neg(let operand): return try negate(try operand.evaluate(document))
    case .add(let left, let right):
      return try arithmetic(
        "add",
        left,
        right,
        document,
        { $0.addingReportingOverflow($1) },
        { $0 + $1 }
      )
    case .sub(let left, let right):
      return try arithmetic(
        "subtract",
        left,
        right,
        document,
        { $0.subtractingReportingOverflow($1) },
        { $0 - $1 }
      )
    case .mul(let left, let right):
      return try arithmetic(
        "multiply",
        left,
        right,
        document,
        { $0.multipliedReportingOverflow(by: $1) },
        { $0 * $1 }
      )
    case .div(let left, let right):
      return try arithmetic(
        "divide",
        left,
        right,
        document,
        { $0.dividedReportingOverflow(by: $1) },
        { $0 / $1 }
      )
    case .mod(let left, let right):
      return try arithmetic(
        "mod",
        left,
        right,
        document,
        { $0.remainderReportingOverflow(dividingBy: $1) },
        { $0.truncatingRemainder(dividingBy: $1) }
      )
    }
  }

  /// Compares two operands in the order of indexes, `undefined` first.
  private func compare(
    _ left: FilterExpression,
    _ right: FilterExpression,
    _ document: ConvexObject
  ) throws(ConvexValueError) -> Int {
    switch (try left.evaluate(document), try right.evaluate(document)) {
    case (nil, nil): 0
    case (nil, _): -1
    case (_, nil): 1
    case (let left?, let right?): ConvexValue.compare(left, right)
    }
  }

  private func arithmetic(
    _ name: String,
    _ left: FilterExpression,
    _ right: FilterExpression,
    _ document: ConvexObject,
    _ integers: (Int64, Int64) -> (partialValue: Int64, overflow: Bool),
    _ floats: (Double, Double) -> Double
  ) throws(ConvexValueError) -> ConvexValue {
    let leftValue = try left.evaluate(document)
    let rightValue = try right.evaluate(document)
    switch (leftValue, rightValue) {
    case (.int64(let left), .int64(let right)):
      let (result, overflow) = integers(left, right)
      if !overflow { return .int64(result) }
      throw .evaluation(
        right == 0
          ? "Cannot \(name) \(left) by zero"
          : "Cannot \(name) \(left) and \(right): the result is out of range for Int64"
      )
    case (.float64(let left), .float64(let right)): return .float64(floats(left, right))
    default:
      throw .evaluation(
        "Cannot \(name) \(describe(leftValue)) and \(describe(rightValue))"
      )
    }
  }

  private func negate(_ value: ConvexValue?) throws(ConvexValueError) -> ConvexValue {
    switch value {
    case .int64(.min):
      throw .evaluation("Cannot negate \(Int64.min): the result is out of range for Int64")
    case .int64(let value): .int64(-value)
    case .float64(let value): .float64(-value)
    default: throw .evaluation("Cannot negate \(describe(value))")
    }
  }

  private func boolean(_ value: ConvexValue?) throws(ConvexValueError) -> Bool {
    guard case .boolean(let value) = value else {
      throw .evaluation("Cannot use value \(describe(value)) as a Boolean")
    }
    return value
  }

  /// A value with its type, as error texts name it.
  private func describe(_ value: ConvexValue?) -> String {
    guard let value else { return "undefined (type undefined)" }
    return "\(value.displayText) (type \(value.typeName))"
  }
}

extension ConvexValueError {
  fileprivate static func evaluation(_ message: String) -> ConvexValueError {
    ConvexValueError(code: "EvalError", message: message)
  }
}
