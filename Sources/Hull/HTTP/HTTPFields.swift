/// The header fields of an HTTP message, in order; names are compared without regard to case.
///
/// ```swift
/// response.headers["cache-control"] = "no-store"
/// ```
public struct HTTPFields: Sendable, Hashable {
  /// One header field.
  public struct Field: Sendable, Hashable {
    /// The name as it was written.
    public let name: String
    /// The value.
    public let value: String

    /// Makes a field.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// All fields, in order; a name may come more than once.
  public private(set) var fields: [Field]

  /// Makes fields of a list.
  ///
  /// - Parameter fields: The fields, in order.
  public init(_ fields: [Field] = []) { self.fields = fields }

  /// The value of a field: those of fields with one name are joined by commas, as they mean the same.
  ///
  /// Setting it replaces every field of that name; nil removes them.
  public subscript(name: String) -> String? {
    get {
      let values = values(of: name)
      return values.isEmpty ? nil : values.joined(separator: ", ")
    }
    set {
      fields.removeAll { Self.isSame($0.name, name) }
      if let newValue { fields.append(Field(name, newValue)) }
    }
  }

  /// The values of every field of a name, in order.
  public func values(of name: String) -> [String] {
    fields.lazy.filter { Self.isSame($0.name, name) }.map(\.value)
  }

  /// Adds a field without regard to others of its name, as for `set-cookie`.
  public mutating func append(_ name: String, _ value: String) {
    fields.append(Field(name, value))
  }

  /// Whether two names are the same but for the case of letters.
  package static func isSame(_ first: String, _ second: String) -> Bool {
    let (first, second) = (first.utf8, second.utf8)
    return first.count == second.count && zip(first, second).allSatisfy { lower($0) == lower($1) }
  }

  private static func lower(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }

  /// The first field that cannot be sent: its name is no token of HTTP, or its value has a control
  /// character and so might begin a line of its own; nil if all can.
  package var firstUnsendable: Field? {
    fields.first { !Self.isToken($0.name) || !Self.isValue($0.value) }
  }

  /// Whether a text is a token of HTTP, as names of fields are.
  package static func isToken(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
      }
  }

  private static func isValue(_ text: String) -> Bool {
    text.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }
  }
}

extension HTTPFields: ExpressibleByDictionaryLiteral {
  /// Makes fields of names and values.
  public init(dictionaryLiteral elements: (String, String)...) {
    self.init(elements.map { Field($0, $1) })
  }
}
