/// Whether bytes are well-formed UTF-8 (Unicode, table 3-7).
package enum UTF8Validation {
  /// Whether `bytes` are well-formed: no overlong forms, no surrogates, nothing above U+10FFFF.
  package static func isValid(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBufferPointer(isValid)
  }

  /// Whether `bytes` are well-formed: no overlong forms, no surrogates, nothing above U+10FFFF.
  package static func isValid(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let raw = UnsafeRawBufferPointer(bytes)
    var index = 0
    while index < bytes.count {
      // Eight ASCII bytes at a time; the load ends at `index + 8 <= count`.
      while index + 8 <= bytes.count,
        raw.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
      {
        index += 8
      }
      if index == bytes.count { break }
      let lead = bytes[index]
      index += 1
      if lead < 0x80 { continue }
      let (length, second): (Int, ClosedRange<UInt8>)
      switch lead {
      case 0xC2...0xDF: (length, second) = (1, 0x80...0xBF)
      case 0xE0: (length, second) = (2, 0xA0...0xBF)
      case 0xED: (length, second) = (2, 0x80...0x9F)
      case 0xE1...0xEF: (length, second) = (2, 0x80...0xBF)
      case 0xF0: (length, second) = (3, 0x90...0xBF)
      case 0xF1...0xF3: (length, second) = (3, 0x80...0xBF)
      case 0xF4: (length, second) = (3, 0x80...0x8F)
      default: return false
      }
      guard index + length <= bytes.count, second.contains(bytes[index]) else { return false }
      for offset in 1..<length where bytes[index + offset] & 0xC0 != 0x80 { return false }
      index += length
    }
    return true
  }
}
