/// Standard base 64 (RFC 4648 section 4): written with padding, read with or without it.
package enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
  )

  /// The value of each byte; 0xFF for bytes outside the alphabet.
  private static let values = values(of: alphabet)

  /// The same for the URL-safe alphabet.
  private static let urlSafeValues = values(of: alphabet.dropLast(2) + Array("-_".utf8))

  private static func values(of alphabet: some Sequence<UInt8>) -> [UInt8] {
    var values = [UInt8](repeating: 0xFF, count: 256)
    for (value, byte) in alphabet.enumerated() { values[Int(byte)] = UInt8(value) }
    return values
  }

  /// The padded text of `bytes`.
  package static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    append(bytes, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends the padded text of `bytes`.
  package static func append(_ bytes: [UInt8], to text: inout [UInt8]) {
    bytes.withUnsafeBufferPointer { append($0, to: &text) }
  }

  /// Appends the padded text of `bytes`.
  package static func append(_ bytes: UnsafeBufferPointer<UInt8>, to text: inout [UInt8]) {
    alphabet.withUnsafeBufferPointer { alphabet in
      var index = 0
      while index + 3 <= bytes.count {
        let group =
          UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2])
        // Four characters at a time: to append is most of the work.
        let characters =
          UInt32(alphabet[Int(group >> 18)]) << 24 | UInt32(alphabet[Int(group >> 12 & 63)]) << 16
          | UInt32(alphabet[Int(group >> 6 & 63)]) << 8 | UInt32(alphabet[Int(group & 63)])
        withUnsafeBytes(of: characters.bigEndian) { text.append(contentsOf: $0) }
        index += 3
      }
      let rest = bytes.count - index
      if rest == 0 { return }
      let group = UInt32(bytes[index]) << 16 | (rest == 2 ? UInt32(bytes[index + 1]) << 8 : 0)
      text.append(alphabet[Int(group >> 18)])
      text.append(alphabet[Int(group >> 12 & 63)])
      text.append(rest == 2 ? alphabet[Int(group >> 6 & 63)] : UInt8(ascii: "="))
      text.append(UInt8(ascii: "="))
    }
  }

  /// The bytes a text stands for.
  ///
  /// - Parameters:
  ///   - text: Characters of the alphabet, without white space; padding may be absent.
  ///   - urlSafe: Whether `-` and `_` stand for `+` and `/`.
  /// - Returns: The bytes.
  /// - Throws: ``ConvexValueError`` naming the first offending byte.
  package static func decode(
    _ text: UnsafeBufferPointer<UInt8>,
    urlSafe: Bool = false
  ) throws(ConvexValueError) -> [UInt8] {
    let table = urlSafe ? urlSafeValues : values
    if text.count % 4 == 1, let last = text.last {
      if last != UInt8(ascii: "="), table[Int(last)] == 0xFF {
        throw invalidByte(last, at: text.count - 1)
      }
      throw ConvexValueError(message: "Encoded text cannot have a 6-bit remainder.")
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3 + 2)
    var index = 0
    var group: UInt32 = 0
    // A padding character ends the data; it is legal only as the third or fourth of a group of
    // four and only at the end of the text.
    while index < text.count, text[index] != UInt8(ascii: "=") {
      let value = table[Int(text[index])]
      if value == 0xFF { throw invalidByte(text[index], at: index) }
      group = group << 6 | UInt32(value)
      index += 1
      if index % 4 == 0 {
        bytes.append(UInt8(truncatingIfNeeded: group >> 16))
        bytes.append(UInt8(truncatingIfNeeded: group >> 8))
        bytes.append(UInt8(truncatingIfNeeded: group))
        group = 0
      }
    }
    let padding = text.count - index
    if padding > 0 { try checkPadding(text, from: index) }
    switch index % 4 {
    case 1: throw ConvexValueError(message: "Encoded text cannot have a 6-bit remainder.")
    case 2:
      if group & 0xF != 0 { throw invalidLastSymbol(text[index - 1], at: index - 1) }
      bytes.append(UInt8(truncatingIfNeeded: group >> 4))
    case 3:
      if group & 0x3 != 0 { throw invalidLastSymbol(text[index - 1], at: index - 1) }
      bytes.append(UInt8(truncatingIfNeeded: group >> 10))
      bytes.append(UInt8(truncatingIfNeeded: group >> 2))
    default: break
    }
    return bytes
  }

  /// The bytes a text stands for.
  package static func decode(
    _ text: String,
    urlSafe: Bool = false
  ) throws(ConvexValueError) -> [UInt8] {
    let utf8 = Array(text.utf8)
    return try utf8.withUnsafeBufferPointer { (buffer) throws(ConvexValueError) -> [UInt8] in
      try decode(buffer, urlSafe: urlSafe)
    }
  }

  /// Checks that the `=` at `start` begins correct padding that ends the text.
  private static func checkPadding(
    _ text: UnsafeBufferPointer<UInt8>,
    from start: Int
  ) throws(ConvexValueError) {
    // What follows the first `=` can only be one more, and the two must complete a group.
    for index in start..<text.count
    where text[index] != UInt8(ascii: "=") || start % 4 < 2 || index >= start / 4 * 4 + 4 {
      // A character after padding makes the padding the offender.
      throw invalidByte(UInt8(ascii: "="), at: start)
    }
  }

  private static func invalidByte(_ byte: UInt8, at offset: Int) -> ConvexValueError {
    ConvexValueError(message: "Invalid byte \(byte), offset \(offset).")
  }

  private static func invalidLastSymbol(_ byte: UInt8, at offset: Int) -> ConvexValueError {
    ConvexValueError(message: "Invalid last symbol \(byte), offset \(offset).")
  }
}
