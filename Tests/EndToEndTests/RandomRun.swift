// What a randomised test draws its choices from, and for how long.

import Foundation

/// One run of a randomised test.
enum RandomRun {
  /// The seed: `HULL_SEED`, or a new one; it is printed.
  static func seed() -> UInt64 {
    let given = ProcessInfo.processInfo.environment["HULL_SEED"].flatMap { UInt64($0) }
    let seed = given ?? .random(in: 0...UInt64.max)
    print("HULL_SEED=\(seed)")
    return seed
  }

  /// How often the server is killed: `HULL_CRASHES`, or as often as is usual.
  static func crashes(usually count: Int) -> Int {
    ProcessInfo.processInfo.environment["HULL_CRASHES"].flatMap { Int($0) } ?? count
  }
}

/// A small repeatable generator, so that a printed seed replays a test.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
