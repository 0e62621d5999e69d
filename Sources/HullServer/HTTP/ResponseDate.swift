// The `Date` field of responses (RFC 9110 section 6.6.1), made at most once a second.

import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The current date in the form HTTP wants it.
final class ResponseDate: Sendable {
  private struct Rendered {
    var second: Int
    var text: String
  }

  /// Protects the last rendering, shared by all event loops.
  private let rendered = Mutex(Rendered(second: .min, text: ""))

  /// The date of this second.
  var now: String {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let second = Int(time.tv_sec)
    return rendered.withLock { rendered in
      if rendered.second != second {
        rendered = Rendered(second: second, text: Self.render(secondsSinceEpoch: second))
      }
      return rendered.text
    }
  }

  /// Renders a time as `Sun, 06 Nov 1994 08:49:37 GMT`.
  static func render(secondsSinceEpoch seconds: Int) -> String {
    let day = Int((Double(seconds) / 86_400).rounded(.down))
    let secondOfDay = seconds - day * 86_400
    // Gregorian date of a day number, by eras of 400 years counted from 1 March of year 0.
    let shifted = day + 719_468
    let era = Int((Double(shifted) / 146_097).rounded(.down))
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let dayOfMonth = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let weekday = ((day + 4) % 7 + 7) % 7
    return """
      \(weekdays[weekday]), \(padded(dayOfMonth)) \(months[month - 1]) \(year) \
      \(padded(secondOfDay / 3600)):\(padded(secondOfDay / 60 % 60)):\(padded(secondOfDay % 60)) GMT
      """
  }

  private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private static func padded(_ number: Int) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }
}
