/// A point in the history of a store: nanoseconds since the Unix epoch.
///
/// Commits have strictly increasing timestamps. A snapshot "at" a timestamp holds every commit with
/// that timestamp or an earlier one (spec/database.md 12).
package struct Timestamp: RawRepresentable, Hashable, Comparable, Sendable {
  /// Nanoseconds since the Unix epoch.
  package var rawValue: Int64

  /// Makes a timestamp of nanoseconds since the Unix epoch.
  package init(rawValue: Int64) {
    self.rawValue = rawValue
  }

  /// Before every commit.
  package static let zero = Timestamp(rawValue: 0)

  /// Before everything.
  package static let distantPast = Timestamp(rawValue: .min)

  /// The next representable timestamp.
  package var successor: Timestamp { Timestamp(rawValue: rawValue + 1) }

  /// Milliseconds since the epoch, as `_creationTime` and a function's clock show it: whole
  /// milliseconds plus a fraction, each converted to a double first (spec/values.md 14.1).
  package var milliseconds: Double {
    let (whole, rest) = rawValue.quotientAndRemainder(dividingBy: 1_000_000)
    return Double(whole) + Double(rest) * 1e-6
  }

  /// The first timestamp that is not before so many milliseconds since the epoch.
  package init(milliseconds: Double) {
    let whole = milliseconds.rounded(.down)
    guard abs(whole) < 9e12 else {
      self.init(rawValue: whole < 0 ? .min : .max)
      return
    }
    self.init(
      rawValue: Int64(whole) * 1_000_000 + Int64(((milliseconds - whole) * 1e6).rounded(.up))
    )
  }

  /// The timestamp this long after this one; stays at the last representable one.
  package func advanced(by duration: Duration) -> Timestamp {
    let (sum, overflow) = rawValue.addingReportingOverflow(duration.nanoseconds)
    return Timestamp(rawValue: overflow ? (duration < .zero ? .min : .max) : sum)
  }

  /// How much later `other` is.
  package func duration(to other: Timestamp) -> Duration {
    .nanoseconds(other.rawValue) - .nanoseconds(rawValue)
  }

  package static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.rawValue < right.rawValue
  }
}

extension Timestamp: CustomStringConvertible {
  package var description: String { String(rawValue) }
}

extension Duration {
  /// Whole nanoseconds, at most what an `Int64` holds.
  package var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carry) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
    return overflow || carry ? (seconds < 0 ? .min : .max) : sum
  }
}
