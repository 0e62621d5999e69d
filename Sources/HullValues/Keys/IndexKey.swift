/// Bytes that sort as the values they were made of, for the rows of an index.
///
/// A key is the sort keys of the indexed values one after another, ended by that of the document's
/// id as a string; each tells its own end (spec/values.md 13).
public struct IndexKey: Sendable, Hashable {
  /// The bytes; unsigned byte order is the order of keys.
  public var bytes: [UInt8]

  /// The empty key, which sorts before all others.
  public static let empty = IndexKey(bytes: [])

  /// Makes a key of its bytes.
  public init(bytes: [UInt8]) { self.bytes = bytes }

  /// Makes the key of a sequence of values.
  ///
  /// - Parameter values: The values in index order; nil for a missing field.
  public init(_ values: some Sequence<ConvexValue?>) {
    bytes = []
    bytes.reserveCapacity(64)
    for value in values { append(value) }
  }

  /// Makes the key of a document.
  ///
  /// - Parameters:
  ///   - fields: The fields of the index, the appended `_creationTime` included.
  ///   - object: The whole document.
  ///   - id: The document's id.
  public init(fields: [FieldPath], of object: ConvexObject, id: DocumentID) {
    bytes = []
    bytes.reserveCapacity(64)
    let document = ConvexValue.object(object)
    for field in fields { append(document[field]) }
    append(id)
  }

  /// Makes the key of a stored document without decoding the rest of it.
  ///
  /// - Parameters:
  ///   - fields: The fields of the index, the appended `_creationTime` included.
  ///   - document: The document.
  public init(fields: [FieldPath], of document: EncodedDocument) {
    bytes = []
    bytes.reserveCapacity(64)
    for field in fields {
      append(
        field == .creationTime ? .float64(document.creationTime) : document.json.field(field)
      )
    }
    append(document.id)
  }

  /// Appends the sort key of an id, which is that of its text.
  package mutating func append(_ id: DocumentID) {
    bytes.append(Tag.string)
    id.withText { bytes.append(contentsOf: $0) }
    bytes.append(0)
  }

  /// Appends the sort key of a value; nil stands for a missing field.
  package mutating func append(_ value: ConvexValue?) {
    guard let value else {
      bytes.append(Tag.undefined)
      return
    }
    switch value {
    case .null: bytes.append(Tag.null)
    case .int64(let value): append(integer: value)
    case .commitTimestamp: append(integer: .max)
    case .float64(let value):
      bytes.append(Tag.float64)
      append(bigEndian: value.orderedBits, width: 8)
    case .boolean(let value): bytes.append(value ? Tag.true : Tag.false)
    case .string(let value):
      bytes.append(Tag.string)
      append(escaping: value)
    case .bytes(let value):
      bytes.append(Tag.bytes)
      value.withUnsafeBufferPointer { append(escaping: $0) }
    case .array(let elements):
      bytes.append(Tag.array)
      for element in elements { append(element) }
      bytes.append(0)
    case .object(let object):
      bytes.append(Tag.object)
      for field in object.fields {
        append(escaping: field.name)
        // Marks an empty name, whose lone terminator would read as the object's end.
        if field.name.isEmpty { bytes.append(0xFF) }
        append(field.value)
      }
      bytes.append(0)
    }
  }

  private mutating func append(integer value: Int64) {
    let (tag, width): (UInt8, Int) =
      switch value {
      case 0: (Tag.zero, 0)
      case -128..<0: (Tag.zero - 1, 1)
      case -32768..<0: (Tag.zero - 2, 2)
      case -2_147_483_648..<0: (Tag.zero - 3, 4)
      case ..<0: (Tag.zero - 4, 8)
      case ...127: (Tag.zero + 1, 1)
      case ...32767: (Tag.zero + 2, 2)
      case ...2_147_483_647: (Tag.zero + 3, 4)
      default: (Tag.zero + 4, 8)
      }
    bytes.append(tag)
    append(bigEndian: UInt64(bitPattern: value), width: width)
  }

  private mutating func append(bigEndian value: UInt64, width: Int) {
    // The lowest `width` bytes, highest first: the last ones of the big-endian form.
    withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0[(8 - width)...]) }
  }

  private mutating func append(escaping text: String) {
    let done: Void? = text.utf8.withContiguousStorageIfAvailable { append(escaping: $0) }
    if done == nil { Array(text.utf8).withUnsafeBufferPointer { append(escaping: $0) } }
  }

  /// Appends bytes with every 0 replaced by 0 FF, and a terminating 0.
  private mutating func append(escaping text: UnsafeBufferPointer<UInt8>) {
    if text.contains(0) {
      for byte in text {
        bytes.append(byte)
        if byte == 0 { bytes.append(0xFF) }
      }
    } else {
      bytes.append(contentsOf: text)
    }
    bytes.append(0)
  }

  /// First bytes of sort keys.
  ///
  /// The values of int64 have the tags around `zero`.
  enum Tag {
    static let undefined: UInt8 = 0x01
    static let null: UInt8 = 0x03
    static let zero: UInt8 = 0x08
    static let float64: UInt8 = 0x0D
    static let `false`: UInt8 = 0x0E
    static let `true`: UInt8 = 0x0F
    static let string: UInt8 = 0x10
    static let bytes: UInt8 = 0x11
    static let array: UInt8 = 0x12
    static let object: UInt8 = 0x15
  }
}

extension IndexKey: Comparable {
  /// Whether `left` sorts before `right` by unsigned bytes.
  public static func < (left: IndexKey, right: IndexKey) -> Bool {
    left.bytes.withUnsafeBufferPointer { left in
      right.bytes.withUnsafeBufferPointer { UTF8Order.compare(left, $0) < 0 }
    }
  }
}

extension IndexKey {
  /// The least key greater than every key that starts with this one; nil if there is none.
  public var afterPrefix: IndexKey? {
    guard let last = bytes.lastIndex(where: { $0 != 0xFF }) else { return nil }
    var bytes = Array(bytes[...last])
    bytes[last] += 1
    return IndexKey(bytes: bytes)
  }

  /// The least key greater than this one.
  public var next: IndexKey { IndexKey(bytes: bytes + [0]) }

  /// Whether this key starts with the bytes of `prefix`.
  public func starts(with prefix: IndexKey) -> Bool { bytes.starts(with: prefix.bytes) }
}

extension IndexKey: CustomStringConvertible {
  /// The bytes in hexadecimal.
  public var description: String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
