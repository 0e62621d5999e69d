/// Percent-encoding of URLs.
package enum PercentEncoding {
  /// Decodes `%XX` escapes; a `%` that starts no escape stands for itself, as browsers have it.
  ///
  /// - Parameters:
  ///   - text: The encoded text.
  ///   - plusIsSpace: Whether `+` means a space, as in a form.
  /// - Returns: The decoded text; nil when it is not UTF-8.
  package static func decode(_ text: Substring, plusIsSpace: Bool = false) -> String? {
    String(validating: bytes(text, plusIsSpace: plusIsSpace), as: UTF8.self)
  }

  /// Decodes the same with U+FFFD for what is not UTF-8, as browsers do.
  package static func decodeLossily(_ text: Substring, plusIsSpace: Bool = false) -> String {
    String(decoding: bytes(text, plusIsSpace: plusIsSpace), as: UTF8.self)
  }

  private static func bytes(_ text: Substring, plusIsSpace: Bool) -> [UInt8] {
    let source = Array(text.utf8)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(source.count)
    var index = 0
    while index < source.count {
      let byte = source[index]
      if byte == UInt8(ascii: "%"), index + 2 < source.count,
        let high = hexDigit(source[index + 1]), let low = hexDigit(source[index + 2])
      {
        bytes.append(high << 4 | low)
        index += 3
      } else {
        bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
        index += 1
      }
    }
    return bytes
  }

  /// Encodes bytes that are no visible ASCII, which no URL has.
  package static func encodeInvisible(_ text: String) -> String {
    if text.utf8.allSatisfy(isVisible) { return text }
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      if isVisible(byte) {
        bytes.append(byte)
      } else {
        bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isVisible(_ byte: UInt8) -> Bool { (0x21...0x7E).contains(byte) }

  private static func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
