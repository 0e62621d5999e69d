/// Creation times: float64 milliseconds since 1970, from a transaction's nanoseconds.
public enum CreationTime {
  /// The creation time of the first document a transaction inserts.
  ///
  /// - Parameter nanoseconds: The transaction's time since 1970; not negative.
  /// - Returns: Milliseconds with what doubles keep of the fraction.
  public static func milliseconds(nanoseconds: Int64) -> Double {
    precondition(nanoseconds >= 0, "no transaction began before 1970")
    return Double(nanoseconds / 1_000_000) + Double(nanoseconds % 1_000_000) * 1e-6
  }

  /// The creation time of the document inserted next after one: the next larger double.
  public static func next(after creationTime: Double) -> Double { creationTime.nextUp }

  /// Whether a document may have that creation time: 0 < t < 2^53.
  public static func isValid(_ creationTime: Double) -> Bool {
    creationTime > 0 && creationTime < 9_007_199_254_740_992
  }
}
