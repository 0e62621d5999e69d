/// Bytes that are no index key.
public struct IndexKeyError: Error, Hashable, Sendable {
  /// The offset of the byte that does not fit.
  public var offset: Int
}

extension IndexKey {
  /// The values the key was made of, the document's id last; nil for `undefined`.
  ///
  /// - Returns: As many values as the bytes hold.
  /// - Throws: ``IndexKeyError`` for bytes that no values encode to.
  public func values() throws(IndexKeyError) -> [ConvexValue?] {
    var decoder = IndexKeyDecoder(bytes: bytes)
    var values: [ConvexValue?] = []
    while decoder.position < bytes.count {
      if bytes[decoder.position] == Tag.undefined {
        decoder.position += 1
        values.append(nil)
      } else {
        values.append(try decoder.value(depth: 0))
      }
    }
    return values
  }
}

/// Reads sort keys one after another.
private struct IndexKeyDecoder {
  let bytes: [UInt8]
  var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  private func failure() -> IndexKeyError { IndexKeyError(offset: position) }

  private mutating func next() throws(IndexKeyError) -> UInt8 {
    guard position < bytes.count else { throw failure() }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func value(depth: Int) throws(IndexKeyError) -> ConvexValue {
    if depth > ValueLimits.maximumNesting { throw failure() }
    switch try next() {
    case IndexKey.Tag.null: return .null
    case let tag where tag >= IndexKey.Tag.zero - 4 && tag <= IndexKey.Tag.zero + 4:
      return .int64(try integer(tag))
    case IndexKey.Tag.float64:
      return .float64(Double(orderedBits: UInt64(bitPattern: try bigEndian(8))))
    case IndexKey.Tag.false: return .boolean(false)
    case IndexKey.Tag.true: return .boolean(true)
    case IndexKey.Tag.string: return .string(try string())
    case IndexKey.Tag.bytes: return .bytes(try escaped())
    case IndexKey.Tag.array:
      var elements: [ConvexValue] = []
      while try !atEnd() { elements.append(try value(depth: depth + 1)) }
      return .array(elements)
    case IndexKey.Tag.object:
      var fields: [ConvexObject.Field] = []
      while let name = try fieldName() {
        if let last = fields.last, !UTF8Order.isLess(last.name, name) { throw failure() }
        fields.append(ConvexObject.Field(name: name, value: try value(depth: depth + 1)))
      }
      return .object(ConvexObject(sortedFields: fields))
    default:
      position -= 1
      throw failure()
    }
  }

  /// Consumes the terminator of an array if it is next.
  private mutating func atEnd() throws(IndexKeyError) -> Bool {
    guard position < bytes.count else { throw failure() }
    guard bytes[position] == 0 else { return false }
    position += 1
    return true
  }

  /// The name of an object's next field; nil, its terminator consumed, at the object's end.
  private mutating func fieldName() throws(IndexKeyError) -> String? {
    guard position < bytes.count else { throw failure() }
    if bytes[position] == 0 {
      // `00 FF` is the empty name; a lone `00` ends the object.
      let isEmptyName = position + 1 < bytes.count && bytes[position + 1] == 0xFF
      position += isEmptyName ? 2 : 1
      return isEmptyName ? "" : nil
    }
    let name = try string()
    guard FieldName.isValid(name) else { throw failure() }
    return name
  }

  private mutating func string() throws(IndexKeyError) -> String {
    let bytes = try escaped()
    guard let text = String(validating: bytes, as: UTF8.self) else { throw failure() }
    return text
  }

  /// Bytes up to a 0 that is not followed by FF.
  private mutating func escaped() throws(IndexKeyError) -> [UInt8] {
    var result: [UInt8] = []
    while true {
      let byte = try next()
      if byte != 0 {
        result.append(byte)
      } else if position < bytes.count, bytes[position] == 0xFF {
        position += 1
        result.append(0)
      } else {
        return result
      }
    }
  }

  /// An integer, which must be in the narrowest width it fits.
  private mutating func integer(_ tag: UInt8) throws(IndexKeyError) -> Int64 {
    if tag == IndexKey.Tag.zero { return 0 }
    let isNegative = tag < IndexKey.Tag.zero
    let width = 1 << (Int(isNegative ? IndexKey.Tag.zero - tag : tag - IndexKey.Tag.zero) - 1)
    let value = try bigEndian(width)
    var canonical = IndexKey.empty
    canonical.append(.int64(value))
    guard canonical.bytes[0] == tag else { throw failure() }
    return value
  }

  /// A sign-extended big-endian integer.
  private mutating func bigEndian(_ width: Int) throws(IndexKeyError) -> Int64 {
    guard position + width <= bytes.count else { throw failure() }
    var value: Int64 = bytes[position] >= 0x80 ? -1 : 0
    for _ in 0..<width { value = value << 8 | Int64(try next()) }
    return value
  }
}
