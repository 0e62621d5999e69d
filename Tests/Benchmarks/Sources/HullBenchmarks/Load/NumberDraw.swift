// Draws the two accounts of a transfer.

import Foundation

/// Draws two different numbers, the same ones in every run.
struct NumberDraw: Sendable {
  private let count: Int
  /// The share of the numbers up to each; empty if all are as likely.
  private let cumulative: [Double]
  private var random = SplitMix64(state: 1)

  init(_ draw: Load.Draw?) {
    switch draw {
    case .zipf(let count, let exponent):
      self.count = count
      var sum = 0.0
      let sums = (0..<count).map { number in
        sum += pow(Double(number + 1), -exponent)
        return sum
      }
      cumulative = sums.map { $0 / sum }
    case .uniform(let count):
      self.count = count
      cumulative = []
    case nil:
      count = 0
      cumulative = []
    }
  }

  /// Two different numbers; zeros if there is nothing to draw from.
  mutating func next() -> (Int, Int) {
    guard count > 1 else { return (0, 0) }
    let first = one()
    var second = one()
    while second == first { second = one() }
    return (first, second)
  }

  private mutating func one() -> Int {
    guard !cumulative.isEmpty else { return Int.random(in: 0..<count, using: &random) }
    let target = Double.random(in: 0..<1, using: &random)
    var (low, high) = (0, count - 1)
    while low < high {
      let middle = (low + high) / 2
      if cumulative[middle] > target { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// Steele, Lea and Flood's generator: fast, and good enough to draw accounts.
private struct SplitMix64: RandomNumberGenerator, Sendable {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
