internal import Crypto
package import HullValues

/// Eight bytes that stand for the value of a filter field in the postings of a search index.
///
/// A short value stands for itself; a longer one is hashed, so equal digests may hide different
/// values, and ``isExact`` says when the document has to be asked.
package struct FilterDigest: Hashable, Sendable, RawRepresentable {
  /// The bytes as a big-endian number.
  package let rawValue: UInt64

  /// A digest taken from a posting.
  package init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// Digests a value; nil is the missing field.
  package init(_ value: ConvexValue?) {
    let key = IndexKey(CollectionOfOne(value)).bytes
    if key.count <= 8 {
      // No value's sort key is the beginning of another's, so padding keeps them apart.
      rawValue = (0..<8).reduce(0) { $0 << 8 | UInt64($1 < key.count ? key[$1] : 0) }
    } else {
      // FF begins no sort key, so a hash never equals a value that stands for itself.
      rawValue = SHA256.hash(data: key).prefix(7).reduce(0xFF) { $0 << 8 | UInt64($1) }
    }
  }

  /// Whether only one value has this digest.
  package var isExact: Bool { rawValue >> 56 != 0xFF }

  func append(to bytes: inout [UInt8]) { bytes.append(bigEndian: rawValue) }
}
