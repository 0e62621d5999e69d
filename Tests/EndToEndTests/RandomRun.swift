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
