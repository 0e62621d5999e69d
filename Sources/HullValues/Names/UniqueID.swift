/// A UUID (RFC 9562), as clients name sessions by and files are reached under.
package struct UniqueID: Sendable, Hashable {
  /// The first eight bytes.
  package let high: UInt64
  /// The last eight bytes.
  package let low: UInt64

  /// A UUID of its two halves.
  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Reads the usual form, 8-4-4-4-12 hexadecimal digits of either case.
  ///
  /// - Returns: `nil` for anything else.
  package init?(_ text: String) {
    var digits: (high: UInt64, low: UInt64) = (0, 0)
    var count = 0
    for (position, byte) in text.utf8.enumerated() {
      if position == 8 || position == 13 || position == 18 || position == 23 {
        guard byte == UInt8(ascii: "-") else { return nil }
        continue
      }
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: return nil
      }
      if count < 16 {
        digits.high = digits.high << 4 | UInt64(digit)
      } else {
        digits.low = digits.low << 4 | UInt64(digit)
      }
      count += 1
      if count > 32 { return nil }
    }
    guard count == 32, text.utf8.count == 36 else { return nil }
    (high, low) = digits
  }
}

extension UniqueID: CustomStringConvertible {
  /// The usual form in lower case.
  package var description: String {
    let digits = Self.hexadecimal(high) + Self.hexadecimal(low)
    let ends = [0, 8, 12, 16, 20, 32]
    return zip(ends, ends.dropFirst())
      .map { String(digits.dropFirst($0).prefix($1 - $0)) }
      .joined(separator: "-")
  }

  private static func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
