package import HullValues

extension IndexKey {
  /// The key of a document in the index `by_id`: the sort key of its id string, which is also how
  /// every other key ends (spec/values.md 13.2).
  package static func byID(_ id: DocumentID) -> IndexKey {
    var key = IndexKey.empty
    key.append(id)
    return key
  }

  /// The id a key ends with; nil if it does not end with the sort key of an id.
  package var trailingDocumentID: DocumentID? {
    guard bytes.last == Self.terminator else { return nil }
    return bytes.withUnsafeBufferPointer { bytes in
      // The tag is outside the alphabet of ids, so the last one is the one before the id.
      let text = bytes.dropLast().suffix(DocumentID.lengths.upperBound + 1)
      guard let tag = text.lastIndex(of: Self.stringTag) else { return nil }
      return try? DocumentID.parse(UnsafeBufferPointer(rebasing: text[(tag + 1)...])).get()
    }
  }

  /// The first id of a table whose key in `by_id` is not before this key; nil if there is none.
  ///
  /// It turns a bound on keys into a bound on ids. A key that begins like that of an id of the
  /// table, as bounds usually do, is read off; for any other the id is searched for by halving.
  func firstID(in table: TableNumber) -> InternalID? {
    if bytes.isEmpty { return InternalID(high: 0, low: 0) }
    if bytes.first == Self.stringTag, let end = bytes.firstIndex(of: Self.terminator),
      let id = try? DocumentID(parsing: String(decoding: bytes[1..<end], as: UTF8.self)),
      id.tableNumber == table
    {
      return end == bytes.count - 1 ? id.internalID : id.internalID.successor
    }
    var low = UInt128.min
    var high = UInt128.max
    guard isAtMost(high, in: table) else { return nil }
    while low < high {
      let middle = low + (high - low) / 2
      if isAtMost(middle, in: table) { high = middle } else { low = middle + 1 }
    }
    return InternalID(low)
  }

  private func isAtMost(_ id: UInt128, in table: TableNumber) -> Bool {
    self <= .byID(DocumentID(tableNumber: table, internalID: InternalID(id)))
  }

  private static let stringTag: UInt8 = 0x10
  private static let terminator: UInt8 = 0x00
}

extension InternalID {
  fileprivate init(_ number: UInt128) {
    self.init(
      high: UInt64(truncatingIfNeeded: number >> 64),
      low: UInt64(truncatingIfNeeded: number)
    )
  }

  /// The next id; nil after the last one.
  var successor: InternalID? {
    if low < .max { return InternalID(high: high, low: low + 1) }
    return high < .max ? InternalID(high: high + 1, low: 0) : nil
  }
}
