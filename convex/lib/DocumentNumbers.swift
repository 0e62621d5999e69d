import Hull

/// The numbers on papers: `INV-20260131-001`.
enum DocumentNumbers {
  /// The prefix and day a number begins with: `INV-20260131-`.
  ///
  /// - Parameters:
  ///   - prefix: What kind of paper it is: `INV`, `APT`, `HTL`.
  ///   - time: When it is written, in milliseconds since 1970; the day is that of UTC.
  /// - Returns: The key its numbers are counted under.
  static func key(_ prefix: String, at time: Double) -> String {
    let (year, month, day) = civilDate(at: time)
    return "\(prefix)-\(year.padded(to: 4))\(month.padded(to: 2))\(day.padded(to: 2))-"
  }

  /// The day in UTC a time falls on, by the Gregorian calendar.
  static func civilDate(at time: Double) -> (year: Int, month: Int, day: Int) {
    let days = Int((time / 86_400_000).rounded(.down))
    // Days since 0000-03-01: years that begin in March end in the day that leap years add.
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }
}

extension DatabaseWriter {
  /// The next number for a paper of a kind written at `time`: at least three digits, counted anew
  /// each day in UTC.
  func documentNumber(_ prefix: String, at time: Double) async throws -> String {
    let key = DocumentNumbers.key(prefix, at: time)
    return key + (try await nextNumber(key)).padded(to: 3)
  }
}
