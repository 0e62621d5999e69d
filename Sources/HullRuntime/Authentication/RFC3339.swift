// Times as claims spell them, in the one spelling functions see.

import HullValues

/// Reads and writes times in the form of RFC 3339.
enum RFC3339 {
  /// The time a claim stands for: seconds since the epoch, or a text in the same form; nil for
  /// anything else and for years beyond 9999.
  static func text(of claim: JSONValue) -> String? {
    switch claim {
    case .integer(let seconds): text(seconds: seconds, nanoseconds: 0)
    case .double(let seconds):
      seconds.magnitude < 1e12
        ? text(
          seconds: Int64(seconds.rounded(.down)),
          nanoseconds: Int64((seconds - seconds.rounded(.down)) * 1e9)
        ) : nil
    case .string(let text): parse(text).flatMap { Self.text(seconds: $0, nanoseconds: $1) }
    default: nil
    }
  }

  /// `2024-05-01T12:00:00+00:00`, with three, six or nine digits of a fraction if there is one.
  static func text(seconds: Int64, nanoseconds: Int64) -> String? {
    guard (-62_135_596_800..<253_402_300_800).contains(seconds) else { return nil }
    let (day, second) = divided(seconds, by: 86_400)
    let (year, month, dayOfMonth) = date(ofDay: day)
    let fraction =
      if nanoseconds == 0 {
        ""
      } else if nanoseconds % 1_000_000 == 0 {
        "." + padded(nanoseconds / 1_000_000, 3)
      } else if nanoseconds % 1_000 == 0 {
        "." + padded(nanoseconds / 1_000, 6)
      } else {
        "." + padded(nanoseconds, 9)
      }
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfMonth, 2))T"
      + "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
      + "\(fraction)+00:00"
  }

  /// The seconds since the epoch and the nanoseconds beyond them that a text stands for.
  static func parse(_ text: String) -> (seconds: Int64, nanoseconds: Int64)? {
    let bytes = Array(text.utf8)
    func number(_ range: Range<Int>) -> Int64? {
      guard range.upperBound <= bytes.count else { return nil }
      var value: Int64 = 0
      for byte in bytes[range] {
        guard byte >= 0x30, byte <= 0x39 else { return nil }
        value = value * 10 + Int64(byte - 0x30)
      }
      return value
    }
    func isAt(_ index: Int, _ characters: String) -> Bool {
      index < bytes.count && characters.utf8.contains(bytes[index])
    }
    guard let year = number(0..<4), isAt(4, "-"), let month = number(5..<7), isAt(7, "-"),
      let day = number(8..<10), isAt(10, "Tt "), let hour = number(11..<13), isAt(13, ":"),
      let minute = number(14..<16), isAt(16, ":"), let second = number(17..<19),
      (1...12).contains(month), day >= 1, hour < 24, minute < 60, second <= 60
    else { return nil }
    let days = dayNumber(year, month, day)
    guard date(ofDay: days) == (year, month, day) else { return nil }
    var index = 19
    var nanoseconds: Int64 = 0
    if isAt(index, ".") {
      let digits = bytes[(index + 1)...].prefix { $0 >= 0x30 && $0 <= 0x39 }
      guard let kept = number(index + 1..<index + 1 + min(digits.count, 9)), !digits.isEmpty
      else { return nil }
      nanoseconds = (digits.count..<max(digits.count, 9)).reduce(kept) { value, _ in value * 10 }
      index += 1 + digits.count
    }
    var offset: Int64 = 0
    if isAt(index, "Zz") {
      index += 1
    } else {
      guard isAt(index, "+-"), let hours = number(index + 1..<index + 3), isAt(index + 3, ":"),
        let minutes = number(index + 4..<index + 6), hours < 24, minutes < 60
      else { return nil }
      offset = (hours * 60 + minutes) * (isAt(index, "-") ? -60 : 60)
      index += 6
    }
    guard index == bytes.count else { return nil }
    return (days * 86_400 + hour * 3600 + minute * 60 + second - offset, nanoseconds)
  }

  /// Years begin in March here, so that the day that comes and goes is the last.
  private static func dayNumber(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = divided(year, by: 400)
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func date(ofDay day: Int64) -> (Int64, Int64, Int64) {
    let (era, dayOfEra) = divided(day + 719_468, by: 146_097)
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
    return (year, month < 10 ? month + 3 : month - 9, dayOfYear - (153 * month + 2) / 5 + 1)
  }

  /// Divides so that the remainder is not negative.
  private static func divided(_ value: Int64, by divisor: Int64) -> (Int64, Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}
