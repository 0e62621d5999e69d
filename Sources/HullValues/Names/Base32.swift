/// Crockford's base 32 in lower case, as ids use it: no i, l, o, u and no padding.
enum Base32 {
  private static let alphabet: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"

  /// The value of each byte; 0xFF for bytes outside the alphabet.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 0xFF, count: 256)
    for value in 0..<32 { values[Int(character(UInt64(value)))] = UInt8(value) }
    return values
  }()

  /// The character of the five lowest bits of `value`.
  @inline(__always)
  private static func character(_ value: UInt64) -> UInt8 {
    // The alphabet has 32 bytes, and the index is below 32.
    alphabet.utf8Start[Int(value & 31)]
  }

  /// How many characters `byteCount` bytes take.
  static func encodedLength(_ byteCount: Int) -> Int { (byteCount * 8 + 4) / 5 }

  /// Writes the text of `bytes`; the last character is padded with zero bits.
  ///
  /// - Parameters:
  ///   - bytes: Any bytes.
  ///   - output: Room for ``encodedLength(_:)`` characters.
  /// - Returns: The number of characters written.
  static func encode(
    _ bytes: UnsafeBufferPointer<UInt8>,
    into output: UnsafeMutableBufferPointer<UInt8>
  ) -> Int {
    var buffer: UInt64 = 0
    var bits: UInt64 = 0
    var read = 0
    var written = 0
    // Five bytes are eight characters, whose places do not depend on each other.
    while bytes.count - read >= 5 {
      let group =
        UInt64(bytes[read]) << 32 | UInt64(bytes[read + 1]) << 24 | UInt64(bytes[read + 2]) << 16
        | UInt64(bytes[read + 3]) << 8 | UInt64(bytes[read + 4])
      output[written] = character(group >> 35)
      output[written + 1] = character(group >> 30)
      output[written + 2] = character(group >> 25)
      output[written + 3] = character(group >> 20)
      output[written + 4] = character(group >> 15)
      output[written + 5] = character(group >> 10)
      output[written + 6] = character(group >> 5)
      output[written + 7] = character(group)
      read += 5
      written += 8
    }
    for byte in bytes[read...] {
      buffer = buffer << 8 | UInt64(byte)
      bits += 8
      while bits >= 5 {
        bits -= 5
        output[written] = character(buffer &>> bits)
        written += 1
      }
    }
    if bits > 0 {
      output[written] = character(buffer &<< (5 - bits))
      written += 1
    }
    return written
  }

  /// Decodes ⌊5n/8⌋ bytes into `output`, which must have room for them.
  ///
  /// - Returns: The number of bytes written and the bits left over, which are zero in canonical
  ///   text; nil if a character is outside the alphabet.
  static func decode(
    _ text: UnsafeBufferPointer<UInt8>,
    into output: UnsafeMutableBufferPointer<UInt8>
  ) -> (count: Int, padding: UInt64)? {
    values.withUnsafeBufferPointer { values in
      var buffer: UInt64 = 0
      var bits: UInt64 = 0
      var written = 0
      var read = 0
      // Eight characters are five bytes; a value outside the alphabet has bits above the lower five.
      while text.count - read >= 8 {
        var group: UInt64 = 0
        var all: UInt8 = 0
        for position in read..<read + 8 {
          let value = values[Int(text[position])]
          all |= value
          group = group << 5 | UInt64(value & 31)
        }
        guard all < 32 else { return nil }
        for byte in 0..<5 {
          output[written + byte] = UInt8(truncatingIfNeeded: group >> UInt64(32 - 8 * byte))
        }
        read += 8
        written += 5
      }
      for character in text[read...] {
        let value = values[Int(character)]
        guard value != 0xFF else { return nil }
        buffer = buffer << 5 | UInt64(value)
        bits += 5
        if bits >= 8 {
          bits -= 8
          output[written] = UInt8(truncatingIfNeeded: buffer &>> bits)
          written += 1
        }
      }
      return (written, buffer & (1 &<< bits &- 1))
    }
  }
}
