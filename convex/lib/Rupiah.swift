/// Amounts of money: Indonesian rupiah as a number with at most two decimals.
///
/// Every stored sum passes through ``rounded(_:)`` after each addition. For amounts below 10^13 in
/// magnitude that makes addition exact in decimal and independent of order, which is what keeps
/// metrics equal to a recalculation from the history.
enum Rupiah {
  /// `amount` to two decimals, halves up (towards positive infinity).
  ///
  /// A half is a half of the decimal number the double stands for: 1.005, stored as
  /// 1.00499999999999989…, rounds to 1.01. One unit in the last place is far less than the
  /// distance from a two-decimal amount to the next half, so rounded amounts stay as they are.
  static func rounded(_ amount: Double) -> Double {
    let cents = amount * 100
    guard cents.isFinite else { return amount }
    return (cents + cents.ulp + 0.5).rounded(.down) / 100
  }

  /// The exact sum of two amounts.
  static func sum(_ first: Double, _ second: Double) -> Double {
    rounded(first + second)
  }
}

extension Sequence<Double> {
  /// The sum of amounts, rounded after each addition.
  var rupiahTotal: Double { reduce(0, Rupiah.sum) }
}
