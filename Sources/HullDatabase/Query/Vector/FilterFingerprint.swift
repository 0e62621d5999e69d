internal import Crypto
internal import HullValues

/// Sixteen bytes that stand for the value of a filter field beside a vector.
///
/// Equal fingerprints mean equal values: a value whose sort key is short stands for itself, a longer
/// one is replaced by 120 bits of its SHA-256.
struct FilterFingerprint: Hashable, Sendable {
  private let high: UInt64
  private let low: UInt64

  /// Takes the fingerprint of a value; nil is the missing field.
  init(_ value: ConvexValue?) {
    let key = IndexKey(CollectionOfOne(value)).bytes
    if key.count <= 16 {
      // No value's sort key is the beginning of another's, so padding keeps them apart.
      self.init(key)
    } else {
      // FF begins no sort key, so a hash never equals a value that stands for itself.
      self.init([0xFF] + SHA256.hash(data: key).prefix(15))
    }
  }

  private init(_ bytes: [UInt8]) {
    var words: (high: UInt64, low: UInt64) = (0, 0)
    for position in 0..<16 {
      words.high = words.high << 8 | words.low >> 56
      words.low = words.low << 8 | UInt64(position < bytes.count ? bytes[position] : 0)
    }
    (high, low) = words
  }
}
