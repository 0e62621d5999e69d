extension Validator {
  /// Reads a validator from its JSON (spec/values.md 10.1).
  ///
  /// - Parameter json: What `v.*.json` is in JavaScript.
  /// - Throws: ``ConvexValueError`` `InvalidJson` for a wrong structure, `InvalidRecordType` for
  ///   records of a forbidden kind, and errors without a code for bad names and literals.
  public init(json: JSONValue) throws(ConvexValueError) {
    guard Validator.isWellFormed(json) else { throw .invalidJSON }
    try self.init(wellFormed: json)
  }

  /// Reads a validator from JSON text.
  ///
  /// - Parameter text: UTF-8 bytes.
  /// - Throws: ``ConvexValueError`` as ``init(json:)``; `InvalidJson` too if it is not JSON.
  public init(jsonText text: [UInt8]) throws(ConvexValueError) {
    guard let json = try? JSONParser().json(text) else { throw .invalidJSON }
    try self.init(json: json)
  }

  /// Whether all members a validator needs are there and have the right types.
  ///
  /// Structure is checked before meaning, over the whole text, as a typed decoder does.
  static func isWellFormed(_ json: JSONValue) -> Bool {
    guard let type = json["type"]?.string else { return false }
    switch type {
    case "null", "number", "bigint", "commitTs", "boolean", "string", "bytes", "any", "map", "set":
      return true
    case "literal": return json["value"] != nil
    case "id": return json["tableName"]?.string != nil
    case "array": return json["value"].map(isWellFormed) ?? false
    case "record":
      guard let keys = json["keys"], let values = json["values"] else { return false }
      return isWellFormed(keys) && isWellFormedField(values)
    case "object": return json["value"]?.object?.allSatisfy { isWellFormedField($0.value) } ?? false
    case "union": return json["value"]?.array?.allSatisfy(isWellFormed) ?? false
    default: return false
    }
  }

  private static func isWellFormedField(_ json: JSONValue) -> Bool {
    json["optional"]?.bool != nil && json["fieldType"].map(isWellFormed) ?? false
  }

  /// Reads a validator whose structure was checked.
  init(wellFormed json: JSONValue) throws(ConvexValueError) {
    switch json["type"]?.string {
    case "null": self = .null
    case "number": self = .float64
    case "bigint": self = .int64
    case "commitTs": self = .commitTimestamp
    case "boolean": self = .boolean
    case "string": self = .string
    case "bytes": self = .bytes
    case "any", "map", "set": self = .any
    case "literal": self = .literal(try Validator.literal(json["value"] ?? .null))
    case "id": self = .id(try TableName(validating: json["tableName"]?.string ?? ""))
    case "array": self = .array(try Validator(wellFormed: json["value"] ?? .null))
    case "record":
      let keys = try Validator(wellFormed: json["keys"] ?? .null)
      try keys.checkIsStringKey()
      let values = try Validator.field(json["values"] ?? .null)
      try keys.checkHasNoLiteralKey()
      if values.isOptional {
        throw ConvexValueError(
          code: "InvalidRecordType",
          message: "Records cannot have optional values"
        )
      }
      self = .record(keys: keys, values: values.validator)
    case "object": self = .object(try Validator.object(json["value"]?.object ?? [:]))
    case "union":
      var members: [Validator] = []
      for member in json["value"]?.array ?? [] {
        members.append(try Validator(wellFormed: member))
      }
      self = .union(members)
    default: throw .invalidJSON
    }
  }

  private static func literal(_ json: JSONValue) throws(ConvexValueError) -> ConvexValue {
    let value = try ConvexValue(json: json)
    switch value {
    case .string, .float64, .int64, .boolean: return value
    default:
      throw ConvexValueError(message: "Value \(value.displayText) is not a valid literal.")
    }
  }

  private static func object(_ members: JSONObject) throws(ConvexValueError) -> ObjectValidator {
    var fields: [(String, FieldValidator)] = []
    // The first bad field in byte order is the one reported.
    for (name, json) in members.sorted(by: { UTF8Order.isLess($0.key, $1.key) }) {
      try Identifier.validateFieldName(name)
      do {
        fields.append((name, try field(json)))
      } catch {
        throw error.prefixed("Invalid validator for key `\(name)`: ")
      }
    }
    return try ObjectValidator(validating: fields)
  }

  private static func field(_ json: JSONValue) throws(ConvexValueError) -> FieldValidator {
    FieldValidator(
      try Validator(wellFormed: json["fieldType"] ?? .null),
      isOptional: json["optional"]?.bool ?? false
    )
  }

  // MARK: Rules on records

  /// Checks the rules on records everywhere in a validator that was built by code.
  ///
  /// - Throws: ``ConvexValueError`` `InvalidRecordType`; `UnsupportedFloatLiteral` for a literal
  ///   that is infinite or NaN.
  public func checkRules() throws(ConvexValueError) {
    switch self {
    case .array(let element): try element.checkRules()
    case .record(let keys, let values):
      try keys.checkRules()
      try keys.checkIsStringKey()
      try values.checkRules()
      try keys.checkHasNoLiteralKey()
    case .object(let object):
      for (name, field) in object.fields {
        do {
          try field.validator.checkRules()
        } catch {
          throw error.prefixed("Invalid validator for key `\(name)`: ")
        }
      }
    case .union(let members): for member in members { try member.checkRules() }
    case .literal(.float64(let value)) where !value.isFinite: throw .unsupportedFloatLiteral
    default: break
    }
  }

  private func checkIsStringKey() throws(ConvexValueError) {
    if isSubset(of: .string) { return }
    throw ConvexValueError(
      code: "InvalidRecordType",
      message: """
        Records can only have string keys. Your validator contains a record with key typed as \
        `\(self)`, which is not a subtype of `v.string()`
        """
    )
  }

  private func checkHasNoLiteralKey() throws(ConvexValueError) {
    if containsStringLiteral {
      throw ConvexValueError(
        code: "InvalidRecordType",
        message: "Records cannot have string literal keys"
      )
    }
  }

  private var containsStringLiteral: Bool {
    switch self {
    case .literal(.string): true
    case .union(let members): members.contains(where: \.containsStringLiteral)
    default: false
    }
  }

  // MARK: Writing

  /// The validator's JSON, object fields in byte order.
  ///
  /// - Returns: What the reference stores and exports.
  /// - Throws: ``ConvexValueError`` `UnsupportedFloatLiteral` for a literal that is infinite or NaN.
  public func json() throws(ConvexValueError) -> JSONValue {
    switch self {
    case .null: return ["type": "null"]
    case .float64: return ["type": "number"]
    case .int64: return ["type": "bigint"]
    case .commitTimestamp: return ["type": "commitTs"]
    case .boolean: return ["type": "boolean"]
    case .string: return ["type": "string"]
    case .bytes: return ["type": "bytes"]
    case .any: return ["type": "any"]
    case .literal(let value):
      if case .float64(let number) = value, !number.isFinite { throw .unsupportedFloatLiteral }
      return ["type": "literal", "value": JSONValue(wireFormOf: value)]
    case .id(let table): return ["type": "id", "tableName": .string(table.rawValue)]
    case .array(let element): return ["type": "array", "value": try element.json()]
    case .record(let keys, let values):
      return [
        "type": "record", "keys": try keys.json(),
        "values": ["fieldType": try values.json(), "optional": false],
      ]
    case .object(let object): return ["type": "object", "value": try object.membersJSON()]
    case .union(let members):
      var array: [JSONValue] = []
      for member in members { array.append(try member.json()) }
      return ["type": "union", "value": .array(array)]
    }
  }
}

extension ObjectValidator {
  fileprivate func membersJSON() throws(ConvexValueError) -> JSONValue {
    var members: [(String, JSONValue)] = []
    for (name, field) in fields {
      members.append(
        (name, ["fieldType": try field.validator.json(), "optional": .bool(field.isOptional)])
      )
    }
    return .object(JSONObject(members))
  }
}

extension JSONValue {
  /// The wire form of a value as a tree.
  package init(wireFormOf value: ConvexValue) {
    switch value {
    case .null: self = .null
    case .boolean(let value): self = .bool(value)
    case .string(let value): self = .string(value)
    case .float64(let value) where value.isFinite && value.bitPattern != (-0.0).bitPattern:
      self = .double(value)
    case .float64(let value):
      self = ["$float": .string(Base64.encode(littleEndian: value.bitPattern))]
    case .int64(let value):
      self = ["$integer": .string(Base64.encode(littleEndian: UInt64(bitPattern: value)))]
    case .bytes(let value): self = ["$bytes": .string(Base64.encode(value))]
    case .array(let elements): self = .array(elements.map(JSONValue.init(wireFormOf:)))
    case .object(let object):
      self = .object(JSONObject(object.map { ($0.name, JSONValue(wireFormOf: $0.value)) }))
    case .commitTimestamp: self = ["$commitTs": .null]
    }
  }
}

extension Base64 {
  fileprivate static func encode(littleEndian value: UInt64) -> String {
    encode((0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) })
  }
}

extension ConvexValueError {
  static let invalidJSON = ConvexValueError(code: "InvalidJson", message: "Invalid JSON")

  static let unsupportedFloatLiteral = ConvexValueError(
    code: "UnsupportedFloatLiteral",
    message: "Infinite or NaN values are not supported in literal validators."
  )
}
