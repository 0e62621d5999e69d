/// The id of a document: its table's number, an internal id, and a checksum when written as text.
///
/// As text it is 31–37 characters of base 32, for example `j57000820c20a1g7104gm2rc1m70ynr8`;
/// the order of ids of one table is the order of their texts (spec/values.md 9).
public struct DocumentID: Sendable, Hashable {
  /// The number of the document's table.
  public let tableNumber: TableNumber
  /// What tells the document apart within its table.
  public let internalID: InternalID

  /// Makes an id of its parts.
  ///
  /// - Parameters:
  ///   - tableNumber: The number of the document's table.
  ///   - internalID: The id within the table.
  public init(tableNumber: TableNumber, internalID: InternalID) {
    self.tableNumber = tableNumber
    self.internalID = internalID
  }

  /// The lengths a text form can have.
  package static let lengths = 31...37

  /// The most bytes the binary form takes: a table number of 5, 16, and a checksum of 2.
  private static let maximumBytes = 23

  /// Reads an id.
  ///
  /// - Parameter text: The text form, in exactly the spelling ``string`` gives.
  /// - Throws: ``DocumentIDError`` for anything else.
  public init(parsing text: some StringProtocol) throws(DocumentIDError) {
    // One concrete path: reading a generic string byte by byte costs forty times as much.
    var text = String(text)
    self = try text.withUTF8 { DocumentID.parse($0) }.get()
  }

  /// Reads an id from the bytes of its text form.
  package static func parse(
    _ text: UnsafeBufferPointer<UInt8>
  ) -> Result<DocumentID, DocumentIDError> {
    guard lengths.contains(text.count) else { return .failure(.invalidLength(text.count)) }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: maximumBytes) { buffer in
      // 37 characters decode to 23 bytes, so every write of `decode` is inside the buffer, and
      // only the bytes it wrote are read.
      guard let (count, padding) = Base32.decode(text, into: buffer) else {
        return .failure(.invalidBase32)
      }
      let bytes = UnsafeBufferPointer(rebasing: buffer[..<count])
      return decode(bytes, length: text.count, hasCanonicalText: padding == 0)
    }
  }

  /// Reads an id from its binary form.
  ///
  /// - Parameters:
  ///   - bytes: The bytes.
  ///   - length: The length of the text, for errors.
  ///   - hasCanonicalText: Whether no stray bits follow the last byte in the text.
  /// - Returns: The id, or the first thing wrong.
  private static func decode(
    _ bytes: UnsafeBufferPointer<UInt8>,
    length: Int,
    hasCanonicalText: Bool
  ) -> Result<DocumentID, DocumentIDError> {
    var number: UInt64 = 0
    var count = 0
    while true {
      guard count < 5, count < bytes.count else { return .failure(.invalidTableNumber) }
      let byte = bytes[count]
      number |= UInt64(byte & 0x7F) &<< UInt64(7 * count)
      count += 1
      if byte < 0x80 { break }
    }
    // A number spelled with more bytes than needed, or with bits that do not fit.
    let isMinimal = count == 1 || bytes[count - 1] != 0
    let fits = number <= UInt64(UInt32.max)
    guard let tableNumber = TableNumber(rawValue: UInt32(truncatingIfNeeded: number)) else {
      return .failure(.invalidTableNumber)
    }
    guard bytes.count >= count + 18 else { return .failure(.invalidLength(length)) }
    // The two loads end at `count + 16`, which is below `bytes.count`.
    let raw = UnsafeRawBufferPointer(bytes)
    let internalID = InternalID(
      high: UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: count, as: UInt64.self)),
      low: UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: count + 8, as: UInt64.self))
    )
    count += 16
    let expected = checksum(UnsafeBufferPointer(rebasing: bytes[..<count]))
    let found = UInt16(bytes[count]) | UInt16(bytes[count + 1]) << 8
    guard found == expected else {
      return .failure(.invalidVersion(found: found, expected: expected))
    }
    guard bytes.count == count + 2, isMinimal, fits, hasCanonicalText,
      Base32.encodedLength(bytes.count) == length
    else { return .failure(.invalidLength(length)) }
    return .success(DocumentID(tableNumber: tableNumber, internalID: internalID))
  }

  /// The text form.
  public var string: String { withText { String(decoding: $0, as: UTF8.self) } }

  /// Gives `body` the text form as ASCII bytes that are valid during the call.
  package func withText<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    // Room for the 23 bytes of the longest binary form and, after them, the 37 of its text; only
    // what was written is read.
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { buffer in
      var count = 0
      var number = tableNumber.rawValue
      while number >= 0x80 {
        buffer[count] = UInt8(truncatingIfNeeded: number) | 0x80
        number >>= 7
        count += 1
      }
      buffer[count] = UInt8(truncatingIfNeeded: number)
      count += 1
      let raw = UnsafeMutableRawBufferPointer(buffer)
      raw.storeBytes(of: internalID.high.bigEndian, toByteOffset: count, as: UInt64.self)
      raw.storeBytes(of: internalID.low.bigEndian, toByteOffset: count + 8, as: UInt64.self)
      count += 16
      let checksum = DocumentID.checksum(UnsafeBufferPointer(rebasing: buffer[..<count]))
      buffer[count] = UInt8(truncatingIfNeeded: checksum)
      buffer[count + 1] = UInt8(truncatingIfNeeded: checksum >> 8)
      count += 2
      let text = UnsafeMutableBufferPointer(rebasing: buffer[DocumentID.maximumBytes...])
      let length = Base32.encode(UnsafeBufferPointer(rebasing: buffer[..<count]), into: text)
      return body(UnsafeBufferPointer(rebasing: text[..<length]))
    }
  }

  /// Fletcher-16 with modulus 256; the format version 0 is XORed in without effect.
  private static func checksum(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt16 {
    var low: UInt8 = 0
    var high: UInt8 = 0
    for byte in bytes {
      low &+= byte
      high &+= low
    }
    return UInt16(high) << 8 | UInt16(low)
  }
}

extension DocumentID: Comparable {
  /// Orders ids of one table as their texts sort; tables by number.
  public static func < (left: DocumentID, right: DocumentID) -> Bool {
    (left.tableNumber, left.internalID) < (right.tableNumber, right.internalID)
  }
}

extension DocumentID: CustomStringConvertible {
  /// The text form.
  public var description: String { string }
}

/// Why a text is not the id of a document.
public enum DocumentIDError: Error, Hashable, Sendable {
  /// A character outside the alphabet.
  case invalidBase32
  /// A length, in bytes, no id has, or a spelling that is not the canonical one.
  case invalidLength(Int)
  /// A table number of 0 or of more than 5 bytes.
  case invalidTableNumber
  /// A wrong checksum.
  case invalidVersion(found: UInt16, expected: UInt16)

  /// The reference's text.
  public var message: String {
    switch self {
    case .invalidBase32: "Unable to decode ID: ID wasn't valid base32"
    case .invalidLength(let length): "Unable to decode ID: Invalid ID length \(length)"
    case .invalidTableNumber: "Unable to decode ID: Invalid table number"
    case .invalidVersion(let found, let expected):
      "Unable to decode ID: Invalid ID version \(found) (expected \(expected))"
    }
  }
}

extension DocumentIDError: CustomStringConvertible {
  /// The text.
  public var description: String { message }
}
