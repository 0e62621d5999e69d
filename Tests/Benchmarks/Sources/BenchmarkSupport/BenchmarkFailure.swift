// Why a row could not be measured.

/// Why a row could not be measured.
public struct BenchmarkFailure: Error, CustomStringConvertible {
  /// The reason, in a sentence.
  public var description: String

  /// A failure for a reason.
  public init(_ description: String) { self.description = description }
}
