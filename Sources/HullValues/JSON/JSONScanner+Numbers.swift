extension JSONScanner {
  /// A number as it was spelled.
  enum Number {
    /// Digits only, and in the range of a signed 64-bit integer; never `-0`.
    case integer(Int64)
    /// Anything else.
    case double(Double)

    var double: Double {
      switch self {
      case .integer(let value): Double(value)
      case .double(let value): value
      }
    }
  }

  /// Reads a number, whose first byte (a digit or `-`) is next.
  mutating func number() throws(JSONSyntaxError) -> Number {
    let start = position
    let isNegative = next == UInt8(ascii: "-")
    if isNegative { position += 1 }
    var digits = Digits()
    let firstDigit = position
    integerDigits(&digits)
    if position == firstDigit {
      throw position < end ? unexpected("invalid number") : failure("EOF while parsing a value")
    }
    if text[firstDigit] == UInt8(ascii: "0"), position - firstDigit > 1 {
      position = firstDigit + 1
      throw unexpected("invalid number")
    }
    let isInteger = next != UInt8(ascii: ".") && next | 0x20 != UInt8(ascii: "e")
    if isInteger {
      if let value = digits.integer(isNegative: isNegative) { return .integer(value) }
    } else {
      try fraction(&digits)
      try exponent(&digits)
    }
    if let value = digits.exactDouble { return .double(isNegative ? -value : value) }
    return .double(try slowDouble(start..<position))
  }

  /// The digits read so far: `mantissa` × 10^`exponent`, exact while `count` is at most 19.
  private struct Digits {
    var mantissa: UInt64 = 0
    /// Digits in the mantissa, leading zeros not counted.
    var count = 0
    var exponent = 0

    @inline(__always)
    mutating func append(_ byte: UInt8) {
      if count < 19 { mantissa = mantissa &* 10 &+ UInt64(byte &- UInt8(ascii: "0")) }
      if mantissa != 0 { count += 1 }
    }

    /// The number as an integer, if it fits and is not `-0`.
    func integer(isNegative: Bool) -> Int64? {
      if count > 19 || (isNegative && mantissa == 0) { return nil }
      if isNegative {
        return mantissa <= Int64.min.magnitude ? Int64(truncatingIfNeeded: 0 &- mantissa) : nil
      }
      return Int64(exactly: mantissa)
    }

    /// The number as a double where that takes one rounding; nil where it would take more.
    var exactDouble: Double? {
      guard count <= 19 else { return nil }
      if mantissa == 0 || exponent == 0 { return Double(mantissa) }
      // Mantissa and power of ten are both exact doubles (Clinger's fast path).
      if mantissa <= 1 << 53, -22...22 ~= exponent {
        return exponent < 0
          ? Double(mantissa) / powersOfTen[-exponent] : Double(mantissa) * powersOfTen[exponent]
      }
      return -19...0 ~= exponent ? divided() : nil
    }

    /// `mantissa` / 10^-`exponent` for exponents from -19 up, rounded to nearest, ties to even.
    ///
    /// Both are shifted to have their top bits set, so that the 128-bit dividend `mantissa` × 2^63
    /// has a high half below the divisor and the quotient has 63 or 64 bits, at least ten more than
    /// a double. Those bits and the remainder decide the rounding.
    private func divided() -> Double {
      let divisor = integerPowersOfTen[-exponent]
      let dividendShift = mantissa.leadingZeroBitCount
      let divisorShift = divisor.leadingZeroBitCount
      let dividend = mantissa << UInt64(dividendShift)
      let (quotient, remainder) = (divisor << UInt64(divisorShift))
        .dividingFullWidth((dividend >> 1, dividend << 63))
      let extra = UInt64(11 - quotient.leadingZeroBitCount)
      var significand = quotient >> extra
      let rest = quotient & (1 << extra - 1)
      let half: UInt64 = 1 << (extra - 1)
      if rest > half || (rest == half && (remainder != 0 || significand & 1 == 1)) {
        significand += 1
      }
      return Double(
        sign: .plus,
        exponent: Int(extra) + divisorShift - dividendShift - 63,
        significand: Double(significand)
      )
    }
  }

  private mutating func integerDigits(_ digits: inout Digits) {
    while position < end, text[position] &- UInt8(ascii: "0") < 10 {
      digits.append(text[position])
      position += 1
    }
  }

  private mutating func fraction(_ digits: inout Digits) throws(JSONSyntaxError) {
    guard next == UInt8(ascii: ".") else { return }
    position += 1
    let start = position
    integerDigits(&digits)
    if position == start {
      throw position < end ? unexpected("invalid number") : failure("EOF while parsing a value")
    }
    digits.exponent = start - position
  }

  private mutating func exponent(_ digits: inout Digits) throws(JSONSyntaxError) {
    guard next | 0x20 == UInt8(ascii: "e") else { return }
    position += 1
    let isNegative = next == UInt8(ascii: "-")
    if isNegative || next == UInt8(ascii: "+") { position += 1 }
    let start = position
    var value = 0
    while position < end, text[position] &- UInt8(ascii: "0") < 10 {
      // Beyond this the result is 0 or out of range, whatever the mantissa of a bounded text.
      if value < 1 << 40 { value = value * 10 + Int(text[position] - UInt8(ascii: "0")) }
      position += 1
    }
    if position == start {
      throw position < end ? unexpected("invalid number") : failure("EOF while parsing a value")
    }
    digits.exponent += isNegative ? -value : value
  }

  /// The correctly rounded double of a well-formed number of any length.
  private func slowDouble(_ range: Range<Int>) throws(JSONSyntaxError) -> Double {
    let spelling = String(decoding: UnsafeBufferPointer(rebasing: text[range]), as: UTF8.self)
    guard let value = Double(spelling), value.isFinite else {
      throw failure("number out of range")
    }
    return value
  }
}

/// 10^0 … 10^22, all exact doubles.
private let powersOfTen: [Double] = [
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
  1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
]

/// 10^0 … 10^19, the powers of ten that fit 64 bits.
private let integerPowersOfTen: [UInt64] = (0..<19).reduce(into: [1]) { powers, index in
  powers.append(powers[index] * 10)
}
