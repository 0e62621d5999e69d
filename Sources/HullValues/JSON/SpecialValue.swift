/// The objects with one `$` key that stand for what JSON cannot say (spec/values.md 5).
enum SpecialValue {
  static let integer = "$integer"
  static let float = "$float"
  static let bytes = "$bytes"
  static let commitTimestamp = "$commitTs"

  /// The value of `{key: payload}`.
  ///
  /// - Throws: ``ConvexValueError`` with the reference's text.
  static func decode(
    _ key: String,
    _ payload: UnsafeBufferPointer<UInt8>
  ) throws(ConvexValueError) -> ConvexValue {
    switch key {
    case integer:
      let bits = try eightBytes(payload, "Int64 must be exactly eight bytes")
      return .int64(Int64(bitPattern: bits))
    case float:
      let value = Double(
        bitPattern: try eightBytes(payload, "Float64 must be exactly eight bytes")
      )
      if value.isNormal || value.isSubnormal {
        throw ConvexValueError(
          message: "Float64 \(NumberText.plain(value)) should be encoded as a number"
        )
      }
      return .float64(value)
    case bytes: return .bytes(try Base64.decode(payload))
    default: throw FieldName.reserved(key)
    }
  }

  private static func eightBytes(
    _ payload: UnsafeBufferPointer<UInt8>,
    _ message: String
  ) throws(ConvexValueError) -> UInt64 {
    let bytes = try Base64.decode(payload)
    guard bytes.count == 8 else { throw ConvexValueError(message: message) }
    return bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}

extension ConvexValue {
  /// Reads a value from plain JSON by the rules of the wire form.
  ///
  /// - Parameters:
  ///   - json: A tree at most as deep as the parser makes them.
  ///   - options: What it may contain.
  /// - Throws: ``ConvexValueError`` of the first part, children before parents, that is no value.
  public init(
    json: JSONValue,
    options: JSONParser.Options = JSONParser.Options()
  ) throws(ConvexValueError) {
    self = try ConvexValue.convert(json, options).value
  }

  /// A value with its size and nesting, so that limits are checked at every level in one pass.
  private typealias Measured = (value: ConvexValue, size: Int, nesting: Int)

  private static func convert(
    _ json: JSONValue,
    _ options: JSONParser.Options
  ) throws(ConvexValueError) -> Measured {
    switch json {
    case .null: return (.null, 1, 0)
    case .bool(let value): return (.boolean(value), 1, 0)
    case .integer(let value):
      return (options.isExportForm ? .int64(value) : .float64(Double(value)), 9, 0)
    case .double(let value): return (.float64(value), 9, 0)
    case .string(let value): return try bounded(.string(value), 2 + value.utf8.count, 0)
    case .array(let elements):
      var values: [ConvexValue] = []
      values.reserveCapacity(elements.count)
      var size = 2
      var deepest = 0
      for element in elements {
        let part = try convert(element, options)
        values.append(part.value)
        size += part.size
        deepest = max(deepest, part.nesting)
      }
      if values.count > ValueLimits.maximumElements { throw .arrayTooLong(values.count) }
      return try bounded(.array(values), size, deepest + 1)
    case .object(let object): return try convert(object, options)
    }
  }

  private static func convert(
    _ object: JSONObject,
    _ options: JSONParser.Options
  ) throws(ConvexValueError) -> Measured {
    if object.count == 1, let special = try special(object[0].key, object[0].value, options) {
      return try bounded(special, special.size, 0)
    }
    var fields: [ConvexObject.Field] = []
    fields.reserveCapacity(object.count)
    var size = 2
    var deepest = 0
    for (name, json) in object {
      try FieldName.validate(name)
      let part = try convert(json, options)
      fields.append(ConvexObject.Field(name: name, value: part.value))
      size += name.utf8.count + 1 + part.size
      deepest = max(deepest, part.nesting)
    }
    try ConvexObject.checkFieldCount(fields.count)
    return try bounded(.object(ConvexObject(normalizing: fields)), size, deepest + 1)
  }

  /// The value of an object with one member, if its key is one of the special ones.
  private static func special(
    _ key: String,
    _ payload: JSONValue,
    _ options: JSONParser.Options
  ) throws(ConvexValueError) -> ConvexValue? {
    switch key {
    case SpecialValue.commitTimestamp where options.allowsCommitTimestamp:
      guard payload == .null else {
        throw ConvexValueError(message: "$commitTs value must be null")
      }
      return .commitTimestamp
    case SpecialValue.integer, SpecialValue.float, SpecialValue.bytes:
      guard case .string(let text) = payload else {
        throw ConvexValueError(
          message: "invalid type: \(payload.unexpectedType), expected a string"
        )
      }
      let bytes = Array(text.utf8)
      return try bytes.withUnsafeBufferPointer {
        (buffer) throws(ConvexValueError) -> ConvexValue in
        try SpecialValue.decode(key, buffer)
      }
    default: return nil
    }
  }

  private static func bounded(
    _ value: ConvexValue,
    _ size: Int,
    _ nesting: Int
  ) throws(ConvexValueError) -> Measured {
    if size > ValueLimits.maximumSize { throw .valueTooLarge(size) }
    if nesting > ValueLimits.maximumNesting { throw .tooNested(nesting) }
    return (value, size, nesting)
  }
}

extension JSONValue {
  /// What the value is, as the reference's decoder says it.
  package var unexpectedType: String {
    switch self {
    case .null: "null"
    case .bool(let value): "boolean `\(value)`"
    case .integer(let value): "integer `\(value)`"
    case .double(let value): "floating point `\(NumberText.display(value))`"
    case .string(let value): "string \(DisplayText.quoted(value))"
    case .array: "sequence"
    case .object: "map"
    }
  }
}
