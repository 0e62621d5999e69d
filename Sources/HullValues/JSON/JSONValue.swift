/// Plain JSON as a tree: request envelopes, validators and schemas, not documents.
public enum JSONValue: Sendable, Hashable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number spelled without fraction and exponent that fits 64 bits; never `-0`.
  case integer(Int64)
  /// Any other number; finite when it was parsed.
  case double(Double)
  /// A string.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object.
  case object(JSONObject)

  /// The text, if this is a string.
  public var string: String? {
    if case .string(let value) = self { value } else { nil }
  }

  /// The truth value, if this is one.
  public var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// The number, however it was spelled.
  public var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  /// The number, if it was spelled as an integer of 64 bits.
  public var integer: Int64? {
    if case .integer(let value) = self { value } else { nil }
  }

  /// The elements, if this is an array.
  public var array: [JSONValue]? {
    if case .array(let value) = self { value } else { nil }
  }

  /// The members, if this is an object.
  public var object: JSONObject? {
    if case .object(let value) = self { value } else { nil }
  }

  /// Whether this is `null`.
  public var isNull: Bool { self == .null }

  /// What the reference's error texts call this: `null`, ``integer `7` ``, `string "a"`, `map`.
  package var shape: String {
    switch self {
    case .null: "null"
    case .bool(let value): "boolean `\(value)`"
    case .integer(let value): "integer `\(value)`"
    case .double(let value): "floating point `\(value)`"
    case .string(let value): "string \(value.debugDescription)"
    case .array: "sequence"
    case .object: "map"
    }
  }

  /// A member of an object; nil if it is missing or this is no object.
  public subscript(key: String) -> JSONValue? { object?[key] }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  /// Makes a string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// Makes `true` or `false`.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// Makes an integer.
  public init(integerLiteral value: Int64) { self = .integer(value) }
  /// Makes a number.
  public init(floatLiteral value: Double) { self = .double(value) }
  /// Makes an array.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// Makes an object.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(JSONObject(elements))
  }
}

extension JSONValue: CustomStringConvertible {
  /// Compact JSON text.
  public var description: String {
    var writer = JSONWriter()
    writer.json(self)
    return writer.string
  }
}

/// The members of a JSON object in the order of their first appearance; of equal keys the last wins.
public struct JSONObject: Sendable {
  private var members: [(key: String, value: JSONValue)]

  /// Makes an object without members.
  public init() { members = [] }

  /// Makes an object of members in order.
  public init(_ members: some Sequence<(String, JSONValue)>) {
    self.init(normalizing: members.map { (key: $0.0, value: $0.1) })
  }

  init(normalizing members: [(key: String, value: JSONValue)]) {
    self.members = members
    // Few members: compare all pairs. Many: a bounded cost needs a dictionary.
    if members.count <= 8 {
      for index in members.indices.dropFirst()
      where members[..<index].contains(where: { UTF8Order.areEqual($0.key, members[index].key) }) {
        self.members = JSONObject.keepingLast(members)
        return
      }
    } else {
      self.members = JSONObject.keepingLast(members)
    }
  }

  private static func keepingLast(
    _ members: [(key: String, value: JSONValue)]
  ) -> [(key: String, value: JSONValue)] {
    var positions: [ByteKey: Int] = [:]
    positions.reserveCapacity(members.count)
    var result: [(key: String, value: JSONValue)] = []
    result.reserveCapacity(members.count)
    for member in members {
      if let position = positions[ByteKey(text: member.key)] {
        result[position].value = member.value
      } else {
        positions[ByteKey(text: member.key)] = result.count
        result.append(member)
      }
    }
    return result
  }

  /// The value of a member; nil if there is none.
  ///
  /// Setting nil removes the member.
  public subscript(key: String) -> JSONValue? {
    get { members.first { UTF8Order.areEqual($0.key, key) }?.value }
    set {
      let position = members.firstIndex { UTF8Order.areEqual($0.key, key) }
      switch (position, newValue) {
      case (let position?, let value?): members[position].value = value
      case (let position?, nil): members.remove(at: position)
      case (nil, let value?): members.append((key, value))
      case (nil, nil): break
      }
    }
  }

  /// A string whose identity is its bytes.
  private struct ByteKey: Hashable {
    let text: String

    static func == (left: ByteKey, right: ByteKey) -> Bool {
      UTF8Order.areEqual(left.text, right.text)
    }

    func hash(into hasher: inout Hasher) { UTF8Order.hash(text, into: &hasher) }
  }
}

extension JSONObject: RandomAccessCollection {
  /// The position of the first member.
  public var startIndex: Int { 0 }

  /// One past the position of the last member.
  public var endIndex: Int { members.count }

  /// The member at a position.
  public subscript(position: Int) -> (key: String, value: JSONValue) { members[position] }
}

extension JSONObject: Hashable {
  /// Whether both have the same members, in any order.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    guard left.count == right.count else { return false }
    return left.sorted { UTF8Order.isLess($0.key, $1.key) }
      .elementsEqual(right.sorted { UTF8Order.isLess($0.key, $1.key) }) {
        UTF8Order.areEqual($0.key, $1.key) && $0.value == $1.value
      }
  }

  /// Feeds the number of members to `hasher`, which is the same for every order of them.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(members.count)
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// Makes an object of members in order.
  public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
