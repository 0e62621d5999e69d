extension FilterExpression {
  /// Reads an expression from the JSON clients send, for example `{"$eq":[{"$field":"a"}, …]}`.
  ///
  /// - Parameter json: The expression.
  /// - Throws: ``ConvexValueError`` `InvalidJson` for a wrong structure, or without a code for a bad
  ///   field path or literal.
  public init(json: JSONValue) throws(ConvexValueError) {
    guard let object = json.object, object.count == 1 else { throw .invalidJSON }
    let (key, operand) = object[0]
    switch key {
    case "$field":
      guard let path = operand.string else { throw .invalidJSON }
      self = .field(try FieldPath(parsing: path))
    case "$literal": self = .literal(try FilterExpression.value(operand))
    case "$not": self = .not(try FilterExpression(json: operand))
    case "$neg": self = .neg(try FilterExpression(json: operand))
    case "$and": self = .and(try FilterExpression.operands(operand))
    case "$or": self = .or(try FilterExpression.operands(operand))
    default:
      guard let make = FilterExpression.binaryOperators[key] else { throw .invalidJSON }
      let operands = try FilterExpression.operands(operand)
      guard operands.count == 2 else { throw .invalidJSON }
      self = make(operands[0], operands[1])
    }
  }

  /// A literal, where `{"$undefined": null}` stands for a missing field.
  ///
  /// - Parameter json: The wire form of a value.
  /// - Returns: The value; nil for `undefined`.
  /// - Throws: ``ConvexValueError`` for what is no value.
  public static func value(_ json: JSONValue) throws(ConvexValueError) -> ConvexValue? {
    json == ["$undefined": .null] ? nil : try ConvexValue(json: json)
  }

  private static let binaryOperators:
    [String: @Sendable (FilterExpression, FilterExpression) -> FilterExpression] = [
      "$eq": { .eq($0, $1) }, "$neq": { .neq($0, $1) }, "$lt": { .lt($0, $1) },
      "$lte": { .lte($0, $1) }, "$gt": { .gt($0, $1) }, "$gte": { .gte($0, $1) },
      "$add": { .add($0, $1) }, "$sub": { .sub($0, $1) }, "$mul": { .mul($0, $1) },
      "$div": { .div($0, $1) }, "$mod": { .mod($0, $1) },
    ]

  private static func operands(
    _ json: JSONValue
  ) throws(ConvexValueError) -> [FilterExpression] {
    guard let array = json.array else { throw .invalidJSON }
    var operands: [FilterExpression] = []
    for element in array { operands.append(try FilterExpression(json: element)) }
    return operands
  }

  /// The expression as JSON, equal for equal expressions.
  public var json: JSONValue {
    switch self {
    case .eq(let left, let right): ["$eq": [left.json, right.json]]
    case .neq(let left, let right): ["$neq": [left.json, right.json]]
    case .lt(let left, let right): ["$lt": [left.json, right.json]]
    case .lte(let left, let right): ["$lte": [left.json, right.json]]
    case .gt(let left, let right): ["$gt": [left.json, right.json]]
    case .gte(let left, let right): ["$gte": [left.json, right.json]]
    case .add(let left, let right): ["$add": [left.json, right.json]]
    case .sub(let left, let right): ["$sub": [left.json, right.json]]
    case .mul(let left, let right): ["$mul": [left.json, right.json]]
    case .div(let left, let right): ["$div": [left.json, right.json]]
    case .mod(let left, let right): ["$mod": [left.json, right.json]]
    case .neg(let operand): ["$neg": operand.json]
    case .not(let operand): ["$not": operand.json]
    case .and(let operands): ["$and": .array(operands.map(\.json))]
    case .or(let operands): ["$or": .array(operands.map(\.json))]
    case .field(let path): ["$field": .string(path.description)]
    case .literal(let value):
      ["$literal": value.map(JSONValue.init(wireFormOf:)) ?? ["$undefined": .null]]
    }
  }
}
