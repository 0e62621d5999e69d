import HullPersistence
import HullValues
import Testing

@Suite struct ByIDKeyTests {
  static let tables: [UInt32] = [1, 127, 128, 10_001, 16_384, 2_097_152, 268_435_456, .max]

  @Test(arguments: tables)
  func `a key ends with the id it was made of`(number: UInt32) {
    let random = SeededRandomSource(seed: UInt64(number))
    for values: [ConvexValue?] in [
      [], [nil], ["\u{10}"], [.bytes([0x10, 0, 0xFF])], [.float64(1)],
    ] {
      let id = DocumentID(
        tableNumber: TableNumber(known: number),
        internalID: InternalID(high: random.next(), low: random.next())
      )
      let key = IndexKey(values + [.string(id.string)])
      #expect(key.trailingDocumentID == id)
      #expect(values.isEmpty ? key == .byID(id) : key != .byID(id))
    }
  }

  @Test func `a key that does not end with an id says so`() {
    let id = id(1)
    for bytes: [UInt8] in [[], [0], [0x10, 0], [0x10, 0x61, 0], IndexKey.byID(id).bytes + [0]] {
      #expect(IndexKey(bytes: bytes).trailingDocumentID == nil)
    }
    #expect(IndexKey(bytes: Array(IndexKey.byID(id).bytes.dropFirst())).trailingDocumentID == nil)
  }

  /// Spells an id with a table number of the given bytes, with a right checksum, in base 32.
  private func spell(_ tableNumber: [UInt8], strayBits: UInt8 = 0) -> String {
    var bytes = tableNumber + (0..<16).map { UInt8($0) }
    var (low, high): (UInt8, UInt8) = (0, 0)
    for byte in bytes {
      low &+= byte
      high &+= low
    }
    bytes += [low, high]
    let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")
    let bits = bytes.flatMap { byte in (0..<8).map { byte >> (7 - $0) & 1 } }
    var digits = stride(from: 0, to: bits.count, by: 5).map { start in
      (start..<(start + 5)).reduce(0) { $0 << 1 | ($1 < bits.count ? bits[$1] : 0) }
    }
    digits[digits.count - 1] |= strayBits
    return String(digits.map { alphabet[Int($0)] })
  }

  @Test func `an id has one spelling`() throws {
    let id = try DocumentID(parsing: spell([0x91, 0x4E]))
    #expect(id.tableNumber.rawValue == 10_001)
    #expect(id.string == spell([0x91, 0x4E]))
    #expect(
      try DocumentID(parsing: spell([0xFF, 0xFF, 0xFF, 0xFF, 0x0F])).tableNumber.rawValue == .max
    )
    let others = [
      spell([0x81, 0x00]), spell([0x91, 0xCE, 0x00]), spell([0xFF, 0xFF, 0xFF, 0xFF, 0x1F]),
      spell([0x81, 0x80, 0x80, 0x80, 0x10]), spell([0x01], strayBits: 1),
      spell([0x91, 0xCE, 0x01], strayBits: 1),
    ]
    for text in others {
      let error = #expect(throws: DocumentIDError.self) { try DocumentID(parsing: text) }
      #expect(error == .invalidLength(text.utf8.count), "\(text)")
    }
  }
}
