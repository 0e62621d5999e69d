// How a figure is written.

import Foundation

/// The unit of a figure, which decides how it is written and whether more is better.
enum Unit: Sendable {
  /// Something per second.
  case perSecond
  /// Megabytes per second.
  case megabytesPerSecond
  /// A length of time, in microseconds.
  case microseconds
  /// Memory or a file, in bytes.
  case bytes

  func text(_ value: Double) -> String {
    switch self {
    case .perSecond: "\(Self.grouped(value))/s"
    case .megabytesPerSecond: "\(Self.grouped(value)) MB/s"
    case .microseconds:
      if value < 1_000 {
        String(format: value < 10 ? "%.1f µs" : "%.0f µs", value)
      } else if value < 1e6 {
        String(format: value < 10_000 ? "%.2f ms" : "%.0f ms", value / 1_000)
      } else {
        String(format: "%.1f s", value / 1e6)
      }
    case .bytes:
      if value < 10_000 {
        "\(Self.grouped(value)) B"
      } else if value < 1e6 {
        String(format: "%.0f KB", value / 1e3)
      } else {
        String(format: value < 1e7 ? "%.1f MB" : "%.0f MB", value / 1e6)
      }
    }
  }

  /// A whole number in groups of three digits.
  static func grouped(_ value: Double) -> String {
    var digits = "\(Int(value.rounded()))"
    var parts: [String] = []
    while digits.count > 3 {
      parts.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return ([digits] + parts).joined(separator: " ")
  }
}
