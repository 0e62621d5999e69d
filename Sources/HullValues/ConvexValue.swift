/// One value as documents, arguments and results hold it.
///
/// Equality and hashing are those of the total order used by indexes: floats compare by their bits
/// (`-0` differs from `0`, a NaN equals itself) and strings by their UTF-8 bytes, never by Unicode
/// equivalence. `int64` and `float64` never equal each other.
public enum ConvexValue: Sendable {
  /// The absence of a value that was nevertheless written down.
  case null
  /// A signed 64-bit integer, `bigint` in JavaScript.
  case int64(Int64)
  /// Any IEEE 754 double, `number` in JavaScript; NaN payloads and the sign of zero are kept.
  case float64(Double)
  /// True or false.
  case boolean(Bool)
  /// Unicode text, kept as it was given: no normalization.
  case string(String)
  /// A byte string, `ArrayBuffer` in JavaScript.
  case bytes([UInt8])
  /// Values of any kinds in order.
  case array([ConvexValue])
  /// Named values.
  case object(ConvexObject)
  /// The commit timestamp of the running mutation, an `int64` that is unknown until it commits.
  ///
  /// Legal only inside a mutation's transaction; it validates and sorts as `Int64.max`.
  case commitTimestamp
}

extension ConvexValue {
  /// The name of the value's type as error texts print it, for example `Float64`.
  public var typeName: String {
    switch self {
    case .null: "Null"
    case .int64, .commitTimestamp: "Int64"
    case .float64: "Float64"
    case .boolean: "Boolean"
    case .string: "String"
    case .bytes: "Bytes"
    case .array: "Array"
    case .object: "Object"
    }
  }

  /// Whether this is ``null``.
  public var isNull: Bool {
    if case .null = self { true } else { false }
  }

  /// The integer, if this is an ``int64(_:)``.
  public var int64: Int64? {
    if case .int64(let value) = self { value } else { nil }
  }

  /// The double, if this is a ``float64(_:)``.
  public var float64: Double? {
    if case .float64(let value) = self { value } else { nil }
  }

  /// The truth value, if this is a ``boolean(_:)``.
  public var boolean: Bool? {
    if case .boolean(let value) = self { value } else { nil }
  }

  /// The text, if this is a ``string(_:)``.
  public var string: String? {
    if case .string(let value) = self { value } else { nil }
  }

  /// The byte string, if this is a ``bytes(_:)``.
  public var bytes: [UInt8]? {
    if case .bytes(let value) = self { value } else { nil }
  }

  /// The elements, if this is an ``array(_:)``.
  public var array: [ConvexValue]? {
    if case .array(let value) = self { value } else { nil }
  }

  /// The fields, if this is an ``object(_:)``.
  public var object: ConvexObject? {
    if case .object(let value) = self { value } else { nil }
  }

  /// The value of a field of an object; nil for a missing field and for any other kind of value.
  public subscript(name: String) -> ConvexValue? {
    if case .object(let object) = self { object[name] } else { nil }
  }

  /// The value at a path of nested objects; nil when it is missing or leads through a non-object.
  public subscript(path: FieldPath) -> ConvexValue? {
    var value = self
    for name in path.fields {
      guard case .object(let object) = value, let next = object[name] else { return nil }
      value = next
    }
    return value
  }
}

extension ConvexValue: Hashable {
  /// Whether both have the same place in the order of indexes.
  public static func == (left: ConvexValue, right: ConvexValue) -> Bool {
    switch (left, right) {
    case (.null, .null), (.commitTimestamp, .commitTimestamp): true
    case (.int64(let left), .int64(let right)): left == right
    case (.float64(let left), .float64(let right)): left.bitPattern == right.bitPattern
    case (.boolean(let left), .boolean(let right)): left == right
    case (.string(let left), .string(let right)): UTF8Order.areEqual(left, right)
    case (.bytes(let left), .bytes(let right)): left == right
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)): left == right
    default: false
    }
  }

  /// Feeds kind and content to `hasher`, text as UTF-8.
  public func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0 as UInt8)
    case .int64(let value):
      hasher.combine(1 as UInt8)
      hasher.combine(value)
    case .float64(let value):
      hasher.combine(2 as UInt8)
      hasher.combine(value.bitPattern)
    case .boolean(let value):
      hasher.combine(3 as UInt8)
      hasher.combine(value)
    case .string(let value):
      hasher.combine(4 as UInt8)
      UTF8Order.hash(value, into: &hasher)
    case .bytes(let value):
      hasher.combine(5 as UInt8)
      hasher.combine(value)
    case .array(let value):
      hasher.combine(6 as UInt8)
      hasher.combine(value)
    case .object(let value):
      hasher.combine(7 as UInt8)
      hasher.combine(value)
    case .commitTimestamp: hasher.combine(8 as UInt8)
    }
  }
}

extension ConvexValue: CustomStringConvertible {
  /// The text error messages show, for example `{a: 1.0, b: "x"}`.
  public var description: String { displayText }
}
