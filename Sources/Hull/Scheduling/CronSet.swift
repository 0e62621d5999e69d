/// A set of numbers below 64: the minutes, hours, days or months of a cron expression.
struct CronSet: Hashable, Sendable {
  private var bits: UInt64 = 0

  /// The empty set.
  init() {}

  /// The set of the given numbers.
  init(_ values: some Sequence<Int>) {
    for value in values { bits |= 1 << UInt64(value) }
  }

  mutating func formUnion(_ other: CronSet) { bits |= other.bits }

  func contains(_ value: Int) -> Bool { bits >> UInt64(value) & 1 == 1 }

  /// The least number of the set that is not below another; nil if there is none.
  func first(from value: Int) -> Int? {
    let rest = bits >> UInt64(value)
    return rest == 0 ? nil : value + rest.trailingZeroBitCount
  }
}
