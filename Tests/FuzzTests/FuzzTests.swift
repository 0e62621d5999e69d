// The fuzz targets on the conformance vectors and on random changes of them, without libFuzzer.

import Foundation
import FuzzTargets
import Testing

@Suite struct FuzzTests {
  private static let vectors = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "HullValuesTests/Vectors")

  private static let seed: UInt64 =
    ProcessInfo.processInfo.environment["HULL_SEED"].flatMap { UInt64($0) }
    ?? .random(in: 0...UInt64.max)

  /// How many random inputs each target gets.
  private static let inputs =
    ProcessInfo.processInfo.environment["HULL_FUZZ_INPUTS"].flatMap { Int($0) } ?? 4000

  @Test(arguments: FuzzTarget.allCases)
  func `whatever the vectors hold, and whatever becomes of it, is read or refused`(
    target: FuzzTarget
  ) throws {
    print("HULL_SEED=\(Self.seed)")
    let seeds = try target.seeds(from: Self.vectors)
    #expect(seeds.count > 500)
    for seed in seeds {
      if let finding = target.check(seed) {
        Issue.record("not so: \(finding), for \(String(decoding: seed, as: UTF8.self))")
      }
    }
    let mutator = Mutator(seeds: seeds)
    var random = SplitMix64(state: Self.seed)
    for n in 0..<Self.inputs {
      let input = mutator.input(using: &random)
      if let finding = target.check(input) {
        Issue.record("not so: \(finding), input \(n), HULL_SEED=\(Self.seed): \(input)")
        return
      }
    }
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
