/// Doubles as text: the shortest digits that read back as the same double.
package enum NumberText {
  /// As error texts show it: always a `.` or an exponent, `NaN`, `inf`, `-inf`.
  package static func display(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    // Exponent form for 0 < |x| < 1e-4 and |x| >= 1e16.
    return text(value, plainFrom: -3)
  }

  /// As the server writes a finite double in JSON: like ``display(_:)``, but plain from 1e-5 on.
  package static func json(_ value: Double) -> String { text(value, plainFrom: -4) }

  /// The plain decimal form without exponent and without a forced `.0`: `1700000000000`, `0.5`.
  package static func plain(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    var text: [UInt8] = []
    Decimal(value).writePlain(to: &text, forcesFraction: false)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends what ``json(_:)`` returns; `value` is finite.
  package static func appendJSON(_ value: Double, to text: inout [UInt8]) {
    // Whole numbers below 2^53 are their own digits.
    if value.magnitude < 9_007_199_254_740_992, Double(Int64(value)) == value,
      value.bitPattern != (-0.0).bitPattern
    {
      appendInteger(Int64(value), to: &text)
      text.append(UInt8(ascii: "."))
      text.append(UInt8(ascii: "0"))
      return
    }
    if appendHundredths(value, to: &text) { return }
    // In this range the standard library's shortest text is already the plain form.
    if value.magnitude >= 1e-4 && value.magnitude < 9_007_199_254_740_992 {
      text.append(contentsOf: value.description.utf8)
    } else {
      Decimal(value).write(to: &text, plainFrom: -4)
    }
  }

  /// Appends a number with at most two decimals, such as a price; false if it has more.
  ///
  /// Decimals of up to 15 digits stand for different doubles, so if the nearest one to n/100 is
  /// `value`, the digits of n are the only candidates for its shortest text.
  private static func appendHundredths(_ value: Double, to text: inout [UInt8]) -> Bool {
    let scaled = value * 100
    guard scaled.magnitude < 1e15, scaled.magnitude >= 1 else { return false }
    let hundredths = Int64(scaled)
    guard Double(hundredths) == scaled, Double(hundredths) / 100 == value else { return false }
    let rest = hundredths.magnitude % 100
    if hundredths < 0 { text.append(UInt8(ascii: "-")) }
    appendInteger(Int64(hundredths.magnitude / 100), to: &text)
    text.append(UInt8(ascii: "."))
    text.append(UInt8(ascii: "0") + UInt8(rest / 10))
    if rest % 10 != 0 { text.append(UInt8(ascii: "0") + UInt8(rest % 10)) }
    return true
  }

  /// Appends an integer in decimal.
  package static func appendInteger(_ value: Int64, to text: inout [UInt8]) {
    if value < 0 { text.append(UInt8(ascii: "-")) }
    var rest = value.magnitude
    if rest < 10 {
      text.append(UInt8(ascii: "0") + UInt8(rest))
      return
    }
    // 2^63 has 19 digits; `start` moves down from 20 once per digit.
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var start = 20
      while rest > 0 {
        start -= 1
        digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      }
      text.append(contentsOf: UnsafeBufferPointer(rebasing: digits[start...]))
    }
  }

  private static func text(_ value: Double, plainFrom lowest: Int) -> String {
    var text: [UInt8] = []
    Decimal(value).write(to: &text, plainFrom: lowest)
    return String(decoding: text, as: UTF8.self)
  }
}

/// The shortest decimal digits of a finite double: ±0.d₁d₂… × 10^point.
private struct Decimal {
  var isNegative: Bool
  /// ASCII digits without leading or trailing zeros; `0` for zero.
  var digits: [UInt8]
  /// Where the decimal point is, counted from the start of `digits`.
  var point: Int

  /// Takes the digits from the standard library's description, which is the shortest.
  init(_ value: Double) {
    isNegative = value.sign == .minus
    digits = []
    digits.reserveCapacity(20)
    point = 0
    var exponent = 0
    var exponentIsNegative = false
    var inFraction = false
    var inExponent = false
    for byte in value.magnitude.description.utf8 {
      switch byte {
      case UInt8(ascii: "."): inFraction = true
      case UInt8(ascii: "e"): inExponent = true
      case UInt8(ascii: "-"): exponentIsNegative = true
      case UInt8(ascii: "+"): break
      default:
        if inExponent {
          exponent = exponent * 10 + Int(byte - UInt8(ascii: "0"))
        } else {
          if !inFraction { point += 1 }
          digits.append(byte)
        }
      }
    }
    point += exponentIsNegative ? -exponent : exponent
    let zero = UInt8(ascii: "0")
    let leading = digits.prefix { $0 == zero }.count
    if leading == digits.count {
      digits = [zero]
      point = 1
      return
    }
    digits.removeFirst(leading)
    point -= leading
    while digits.last == zero { digits.removeLast() }
  }

  /// Plain form if the point is in `lowest ... 16`, else exponent form.
  func write(to text: inout [UInt8], plainFrom lowest: Int) {
    if point >= lowest && point <= 16 {
      writePlain(to: &text, forcesFraction: true)
      return
    }
    if isNegative { text.append(UInt8(ascii: "-")) }
    text.append(digits[0])
    if digits.count > 1 {
      text.append(UInt8(ascii: "."))
      text.append(contentsOf: digits[1...])
    }
    text.append(UInt8(ascii: "e"))
    NumberText.appendInteger(Int64(point - 1), to: &text)
  }

  func writePlain(to text: inout [UInt8], forcesFraction: Bool) {
    let zero = UInt8(ascii: "0")
    if isNegative { text.append(UInt8(ascii: "-")) }
    if point <= 0 {
      text.append(zero)
      text.append(UInt8(ascii: "."))
      text.append(contentsOf: repeatElement(zero, count: -point))
      text.append(contentsOf: digits)
    } else if point >= digits.count {
      text.append(contentsOf: digits)
      text.append(contentsOf: repeatElement(zero, count: point - digits.count))
      if forcesFraction {
        text.append(UInt8(ascii: "."))
        text.append(zero)
      }
    } else {
      text.append(contentsOf: digits[..<point])
      text.append(UInt8(ascii: "."))
      text.append(contentsOf: digits[point...])
    }
  }
}
