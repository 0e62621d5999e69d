/// Strings compared as their UTF-8 bytes.
///
/// Swift's own `==` and `<` follow Unicode equivalence, so that `é` equals `e` + U+0301; values,
/// names and keys must not.
package enum UTF8Order {
  /// Whether both strings are the same bytes.
  package static func areEqual(_ left: String, _ right: String) -> Bool {
    left.utf8.count == right.utf8.count && compare(left, right) == 0
  }

  /// Whether `left` sorts strictly before `right`.
  package static func isLess(_ left: String, _ right: String) -> Bool {
    compare(left, right) < 0
  }

  /// Negative, zero or positive as `left` sorts before, with or after `right`.
  package static func compare(_ left: String, _ right: String) -> Int {
    let fast = left.utf8.withContiguousStorageIfAvailable { left in
      right.utf8.withContiguousStorageIfAvailable { right in compare(left, right) }
    }
    if let fast, let order = fast { return order }
    return compareSlowly(left, right)
  }

  /// Feeds the bytes of `text` and an end mark to `hasher`.
  package static func hash(_ text: String, into hasher: inout Hasher) {
    let fed: Void? = text.utf8.withContiguousStorageIfAvailable {
      hasher.combine(bytes: UnsafeRawBufferPointer($0))
    }
    if fed == nil { for byte in text.utf8 { hasher.combine(byte) } }
    hasher.combine(0xFF as UInt8)
  }

  /// Negative, zero or positive as the bytes sort; a proper prefix sorts first.
  package static func compare(
    _ left: UnsafeBufferPointer<UInt8>,
    _ right: UnsafeBufferPointer<UInt8>
  ) -> Int {
    let common = min(left.count, right.count)
    let leftBytes = UnsafeRawBufferPointer(left)
    let rightBytes = UnsafeRawBufferPointer(right)
    var index = 0
    // Each load reads 8 bytes at `index`, and `index + 8 <= common` keeps it inside both buffers.
    while index + 8 <= common {
      let a = leftBytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      let b = rightBytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      if a != b { return a.bigEndian < b.bigEndian ? -1 : 1 }
      index += 8
    }
    while index < common {
      let a = left[index]
      let b = right[index]
      if a != b { return a < b ? -1 : 1 }
      index += 1
    }
    return left.count - right.count
  }

  /// The same for strings whose storage is not contiguous UTF-8 (bridged strings on Apple systems).
  private static func compareSlowly(_ left: String, _ right: String) -> Int {
    var rest = right.utf8.makeIterator()
    for byte in left.utf8 {
      guard let other = rest.next() else { return 1 }
      if byte != other { return byte < other ? -1 : 1 }
    }
    return rest.next() == nil ? 0 : -1
  }
}
