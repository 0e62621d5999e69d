// The fuzz targets on the conformance vectors and on random changes of them, without libFuzzer.

import Foundation
import FuzzTargets
import TestRandomness
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
      if let finding = target.check(seed).finding {
        Issue.record("not so: \(finding), for \(String(decoding: seed, as: UTF8.self))")
      }
    }
    let own = target.ownSeeds
    let mutator = Mutator(own: own, others: Array(seeds.dropFirst(own.count)))
    var random = SeededGenerator(seed: Self.seed)
    var accepted = 0
    for n in 0..<Self.inputs {
      let input = mutator.input(using: &random)
      let result = target.check(input)
      if let finding = result.finding {
        Issue.record("not so: \(finding), input \(n), HULL_SEED=\(Self.seed): \(input)")
        return
      }
      if result.isAccepted { accepted += 1 }
    }
    // What only ever refuses would stand behind a door that nothing passes.
    switch target {
    case .messages, .requests:
      print("\(target.rawValue): \(accepted) of \(Self.inputs) were understood")
      #expect(accepted >= Self.inputs / 40 || Self.inputs < 1000, "HULL_SEED=\(Self.seed)")
    default: break
    }
  }
}
