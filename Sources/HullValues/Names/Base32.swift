/// Crockford's base 32 in lower case, as ids use it: no i, l, o, u and no padding.
enum Base32 {
  private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

  /// The value of each byte; 0xFF for bytes outside the alphabet.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 0xFF, count: 256)
    for (value, byte) in alphabet.enumerated() { values[Int(byte)] = UInt8(value) }
    return values
  }()

  /// How many characters `byteCount` bytes take.
  static func encodedLength(_ byteCount: Int) -> Int { (byteCount * 8 + 4) / 5 }

  /// The text of `bytes`; the last character is padded with zero bits.
  static func encode(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    let length = encodedLength(bytes.count)
    return alphabet.withUnsafeBufferPointer { alphabet in
      // `length` bytes are initialized, each an ASCII character of the alphabet.
      String(unsafeUninitializedCapacity: length) { output in
        var buffer: UInt32 = 0
        var bits = 0
        var written = 0
        for byte in bytes {
          buffer = buffer << 8 | UInt32(byte)
          bits += 8
          while bits >= 5 {
            bits -= 5
            output[written] = alphabet[Int(buffer >> UInt32(bits) & 31)]
            written += 1
          }
        }
        if bits > 0 {
          output[written] = alphabet[Int(buffer << UInt32(5 - bits) & 31)]
          written += 1
        }
        return written
      }
    }
  }

  /// Decodes ⌊5n/8⌋ bytes into `output`, which must have room for them.
  ///
  /// - Returns: The number of bytes written, and whether bits set after the last byte were dropped;
  ///   nil if a character is outside the alphabet.
  static func decode(
    _ text: UnsafeBufferPointer<UInt8>,
    into output: UnsafeMutableBufferPointer<UInt8>
  ) -> (count: Int, hasStrayBits: Bool)? {
    values.withUnsafeBufferPointer { values in
      var buffer: UInt32 = 0
      var bits = 0
      var written = 0
      for character in text {
        let value = values[Int(character)]
        guard value != 0xFF else { return nil }
        buffer = buffer << 5 | UInt32(value)
        bits += 5
        if bits >= 8 {
          bits -= 8
          output[written] = UInt8(truncatingIfNeeded: buffer >> UInt32(bits))
          written += 1
        }
      }
      return (written, buffer & (1 << UInt32(bits) - 1) != 0)
    }
  }
}
