import Foundation

/// Times of these tests, by the C library's calendar and not by the one under test.
enum UTCTime {
  /// Seconds since 1970 of `2026-11-29 16:34:30` or `2026-11-29 16:34`.
  static func seconds(_ text: String) -> Int64 {
    let numbers = text.split { !$0.isNumber }.compactMap { Int32($0) }
    precondition(numbers.count >= 5, "\(text) is no time")
    var time = tm()
    time.tm_year = numbers[0] - 1900
    time.tm_mon = numbers[1] - 1
    time.tm_mday = numbers[2]
    time.tm_hour = numbers[3]
    time.tm_min = numbers[4]
    time.tm_sec = numbers.count > 5 ? numbers[5] : 0
    return Int64(timegm(&time))
  }

  /// Nanoseconds since 1970.
  static func nanoseconds(_ text: String) -> Int64 { seconds(text) * 1_000_000_000 }

  /// The parts of a time.
  static func parts(_ seconds: Int64) -> tm {
    var time = time_t(seconds)
    var parts = tm()
    gmtime_r(&time, &parts)
    return parts
  }

  /// The text of a time; its seconds only if there are any.
  static func text(_ seconds: Int64?) -> String {
    guard let seconds else { return "never" }
    let time = parts(seconds)
    let text = String(
      format: "%04d-%02d-%02d %02d:%02d",
      time.tm_year + 1900,
      time.tm_mon + 1,
      time.tm_mday,
      time.tm_hour,
      time.tm_min
    )
    return time.tm_sec == 0 ? text : text + String(format: ":%02d", time.tm_sec)
  }
}
