// What is measured of both sides of a row, and how the repetitions become one figure.

/// One repetition of a row: both sides, measured one right after the other.
public struct Pair: Codable, Sendable {
  /// Hull's side.
  public var ours: Double
  /// The other side, in the same unit.
  public var anchor: Double

  /// A repetition.
  public init(ours: Double, anchor: Double) {
    self.ours = ours
    self.anchor = anchor
  }

  /// Hull's side as a multiple of the other; 0 if that is 0.
  public var ratio: Double { anchor == 0 ? 0 : ours / anchor }
}

/// A row measured by `InProcessBenchmarks`, which prints an array of them as JSON.
public struct InProcessRow: Codable, Sendable {
  /// Which row.
  public var name: String
  /// The repetitions, in operations per second.
  public var pairs: [Pair]

  /// A row.
  public init(name: String, pairs: [Pair]) {
    self.name = name
    self.pairs = pairs
  }
}

extension [Double] {
  /// The middle value; 0 of none.
  public var median: Double { isEmpty ? 0 : sorted()[count / 2] }

  /// The value that this share of the others does not exceed; 0 of none.
  public func quantile(_ share: Double) -> Double {
    isEmpty ? 0 : sorted()[Swift.min(count - 1, Int(Double(count) * share))]
  }
}

extension Duration {
  /// The length in seconds.
  public var inSeconds: Double { self / .seconds(1) }
}
