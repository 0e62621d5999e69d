import HullValues
import Testing

@Suite struct FilterExpressionTests {
  private let document: ConvexObject = [
    "n": 5, "i": .int64(7), "s": "text", "yes": true, "o": ["p": .null],
  ]

  private func evaluate(_ text: String) throws -> ConvexValue? {
    try FilterExpression(json: try JSONParser().json(text)).evaluate(document)
  }

  @Test(arguments: [
    (#"{"$eq":[{"$field":"n"},{"$literal":5}]}"#, true),
    (#"{"$eq":[{"$field":"i"},{"$literal":7}]}"#, false),
    (#"{"$neq":[{"$field":"i"},{"$literal":7}]}"#, true),
    (#"{"$eq":[{"$field":"missing"},{"$literal":{"$undefined":null}}]}"#, true),
    (#"{"$eq":[{"$field":"o.p"},{"$literal":{"$undefined":null}}]}"#, false),
    (#"{"$eq":[{"$field":"o.p"},{"$literal":null}]}"#, true),
    (#"{"$lt":[{"$field":"missing"},{"$literal":null}]}"#, true),
    (#"{"$gt":[{"$field":"s"},{"$field":"n"}]}"#, true),
    (#"{"$lte":[{"$literal":1},{"$literal":1}]}"#, true),
    (#"{"$gte":[{"$literal":0},{"$literal":1}]}"#, false),
    (#"{"$and":[]}"#, true), (#"{"$or":[]}"#, false),
    (#"{"$and":[{"$literal":false},{"$literal":"never looked at"}]}"#, false),
    (#"{"$or":[{"$field":"yes"},{"$literal":"never looked at"}]}"#, true),
    (#"{"$not":{"$field":"yes"}}"#, false),
    (#"{"$eq":[{"$literal":0},{"$literal":{"$float":"AAAAAAAAAIA="}}]}"#, false),
  ])
  func `conditions are true or false`(text: String, expected: Bool) throws {
    let expression = try FilterExpression(json: try JSONParser().json(text))
    #expect(try expression.matches(document) == expected)
    #expect(try FilterExpression(json: expression.json) == expression)
  }

  @Test(arguments: [
    (#"{"$add":[{"$field":"n"},{"$literal":1.5}]}"#, ConvexValue.float64(6.5)),
    (#"{"$sub":[{"$field":"n"},{"$literal":1.5}]}"#, .float64(3.5)),
    (#"{"$mul":[{"$field":"n"},{"$literal":2}]}"#, .float64(10)),
    (#"{"$div":[{"$field":"n"},{"$literal":0}]}"#, .float64(.infinity)),
    (#"{"$mod":[{"$neg":{"$field":"n"}},{"$literal":3}]}"#, .float64(-2)),
    (#"{"$add":[{"$field":"i"},{"$field":"i"}]}"#, .int64(14)),
    (#"{"$mod":[{"$neg":{"$field":"i"}},{"$literal":{"$integer":"AwAAAAAAAAA="}}]}"#, .int64(-1)),
  ])
  func `arithmetic stays within one type`(text: String, expected: ConvexValue) throws {
    #expect(try evaluate(text) == expected)
  }

  @Test(arguments: [
    (
      #"{"$add":[{"$field":"n"},{"$field":"i"}]}"#,
      "Cannot add 5.0 (type Float64) and 7 (type Int64)"
    ),
    (
      #"{"$sub":[{"$field":"missing"},{"$literal":"x"}]}"#,
      "Cannot subtract undefined (type undefined) and \"x\" (type String)"
    ),
    (
      #"{"$div":[{"$field":"i"},{"$literal":{"$integer":"AAAAAAAAAAA="}}]}"#,
      "Cannot divide 7 by zero"
    ),
    (
      #"{"$mod":[{"$field":"i"},{"$literal":{"$integer":"AAAAAAAAAAA="}}]}"#,
      "Cannot mod 7 by zero"
    ),
    (
      #"{"$mul":[{"$field":"i"},{"$literal":{"$integer":"/////////38="}}]}"#,
      "Cannot multiply 7 and 9223372036854775807: the result is out of range for Int64"
    ),
    (
      #"{"$neg":{"$literal":{"$integer":"AAAAAAAAAIA="}}}"#,
      "Cannot negate -9223372036854775808: the result is out of range for Int64"
    ),
    (#"{"$neg":{"$field":"s"}}"#, "Cannot negate \"text\" (type String)"),
    (#"{"$not":{"$field":"n"}}"#, "Cannot use value 5.0 (type Float64) as a Boolean"),
    (
      #"{"$and":[{"$literal":true},{"$field":"missing"}]}"#,
      "Cannot use value undefined (type undefined) as a Boolean"
    ),
  ])
  func `wrong operands are errors with the reference's texts`(text: String, message: String) {
    let error = #expect(throws: ConvexValueError.self) { try evaluate(text) }
    #expect(error?.code == "EvalError")
    #expect(error?.message == message)
  }

  @Test func `a condition must be a boolean`() throws {
    let error = #expect(throws: ConvexValueError.self) {
      try FilterExpression.literal(1).matches([:])
    }
    #expect(error?.message == "Cannot use value 1.0 (type Float64) as a Boolean")
  }

  @Test(arguments: [
    "1", "{}", #"{"$eq":[1]}"#, #"{"$eq":[{"$literal":1}]}"#, #"{"$what":1}"#, #"{"$field":1}"#,
    #"{"$and":1}"#, #"{"$field":"a b"}"#, #"{"$literal":{"$x":1}}"#,
  ])
  func `malformed expressions are refused`(text: String) throws {
    let json = try JSONParser().json(text)
    #expect(throws: ConvexValueError.self) { try FilterExpression(json: json) }
  }
}
