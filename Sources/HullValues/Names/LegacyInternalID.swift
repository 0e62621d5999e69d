extension InternalID {
  /// Reads an internal id in one of the two forms used before ids carried a table number.
  ///
  /// Up to 22 characters are URL-safe base 64 of the 16 bytes. Longer ones are base 62 of 17 bytes,
  /// of which the first 15 are replaced by the first 14 of their SHA-256.
  ///
  /// - Parameters:
  ///   - text: Any text.
  ///   - sha256: The SHA-256 of some bytes.
  /// - Throws: ``ConvexValueError`` if the text is in neither form.
  public init(legacy text: String, sha256: ([UInt8]) -> [UInt8]) throws(ConvexValueError) {
    let wrongLength = ConvexValueError(message: "could not convert slice to array")
    let bytes: [UInt8]
    if text.utf8.count <= 22 {
      bytes = try Base64.decode(text, urlSafe: true)
    } else {
      guard let old = InternalID.base62(text), old.count == 17 else { throw wrongLength }
      bytes = Array(sha256(Array(old[..<15])).prefix(14)) + old[15...]
    }
    guard let id = InternalID(bytes: bytes) else { throw wrongLength }
    self = id
  }

  /// The bytes of a base-62 text: digits `0-9A-Za-z`, least significant first, of a big-endian
  /// number that starts with a byte 1; nil if it is none of at most 17 bytes.
  private static func base62(_ text: String) -> [UInt8]? {
    // 62^25 > 256^18: longer texts cannot stand for 17 bytes and a leading 1.
    guard text.utf8.count <= 25 else { return nil }
    var number: [UInt8] = []  // little-endian
    for character in text.utf8.reversed() {
      guard var carry = base62Digit(character) else { return nil }
      for index in number.indices {
        carry += Int(number[index]) * 62
        number[index] = UInt8(truncatingIfNeeded: carry)
        carry >>= 8
      }
      while carry > 0 {
        number.append(UInt8(truncatingIfNeeded: carry))
        carry >>= 8
      }
    }
    guard number.popLast() == 1 else { return nil }
    return number.reversed()
  }

  private static func base62Digit(_ character: UInt8) -> Int? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(character - UInt8(ascii: "0"))
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(character - UInt8(ascii: "A")) + 10
    case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(character - UInt8(ascii: "a")) + 36
    default: nil
    }
  }
}

extension DocumentID {
  /// The id that a text stands for in a table, as `db.normalizeId` finds it.
  ///
  /// Whether the document exists is not looked at.
  ///
  /// - Parameters:
  ///   - text: Any text: an id, or an internal id in a legacy form.
  ///   - table: The number of the table the id should belong to.
  ///   - sha256: The SHA-256 of some bytes, for legacy forms.
  /// - Returns: The id; nil if the text is none of that table.
  public static func normalize(
    _ text: String,
    in table: TableNumber,
    sha256: ([UInt8]) -> [UInt8]
  ) -> DocumentID? {
    if let id = try? DocumentID(parsing: text) { return id.tableNumber == table ? id : nil }
    guard let internalID = try? InternalID(legacy: text, sha256: sha256) else { return nil }
    return DocumentID(tableNumber: table, internalID: internalID)
  }
}
