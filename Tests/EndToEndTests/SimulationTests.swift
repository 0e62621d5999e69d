// The whole backend on one thread, with every choice drawn from a seed: see Tests/Simulator.

import Foundation
import Testing

@Suite(.timeLimit(.minutes(30))) struct SimulationTests {
  private static let environment = ProcessInfo.processInfo.environment

  /// Runs the simulator to its end.
  private static func run(
    _ arguments: [String]
  ) async throws -> (status: Int32, output: String, errors: String) {
    try await ChildProcess.run(Server.binary("HullSimulator"), arguments)
  }

  /// What a failure is reported with: the end of what was printed, which says how to repeat it.
  private static func end(_ result: (status: Int32, output: String, errors: String)) -> Comment {
    let lines = (result.output + result.errors).split(separator: "\n").suffix(60)
    return Comment(rawValue: lines.joined(separator: "\n"))
  }

  @Test func `whatever fails, a run is one that could have been one thing at a time`() async throws
  {
    if let seed = Self.environment["HULL_SEED"] {
      let result = try await Self.run(["--seed", seed])
      #expect(result.status == 0, Self.end(result))
      return
    }
    // As many as asked for, or as many as there is time for.
    let count = Self.environment["HULL_SEEDS"].flatMap { UInt64($0) }
    let first = UInt64.random(in: 0..<1 << 48)
    let bounds =
      count.map { ["--seeds", "\(($0 + 1) / 2)"] } ?? ["--seeds", "2000", "--seconds", "20"]
    // Two processes, as each has one thread.
    try await withThrowingTaskGroup(of: Void.self) { group in
      for half in 0..<2 as Range<UInt64> {
        group.addTask {
          let start = first + half << 32
          let result = try await Self.run(["--first", "\(start)"] + bounds)
          #expect(result.status == 0, Self.end(result))
          print("simulated \(result.output.split(separator: "\n").last ?? "nothing")")
          if count == nil, result.status == 0 { try Self.expectEnough(result) }
        }
      }
      try await group.waitForAll()
    }
  }

  /// Expects that there was time for a number of runs worth speaking of, and that crashes met
  /// sessions at work as they should.
  private static func expectEnough(
    _ result: (status: Int32, output: String, errors: String)
  ) throws {
    let totals = try #require(
      result.output.firstMatch(of: /(?m)^([0-9]+) seeds from .* in ([0-9]+) of the ([0-9]+) runs/),
      end(result)
    )
    let (runs, met, planned) = (Int(totals.1) ?? 0, Int(totals.2) ?? 0, Int(totals.3) ?? 0)
    #expect(runs >= 50, end(result))
    #expect(met > planned / 3, end(result))
  }

  @Test func `the same seed is the same run`() async throws {
    // The second process gets to the seeds another way, with other addresses in memory.
    let first = try await Self.run(["--digests", "--first", "1", "--seeds", "60"])
    let second = try await Self.run(["--digests", "--first", "21", "--seeds", "40"])
    func digests(_ output: String) -> [Substring] {
      output.split(separator: "\n").filter { !$0.contains("seeds") }
    }
    #expect(first.status == 0 && second.status == 0)
    #expect(digests(first.output).count == 60)
    #expect(Array(digests(first.output).dropFirst(20)) == digests(second.output))
  }

  /// Faults the database is made to have, and the check that shows each within so many seeds.
  @Test(arguments: [
    ("skipsConflictCheck", "one after the other it is", 100),
    ("allowsWriteSkew", "one after the other it is", 300),
    ("publishesBeforeDurable", "and is lost", 100),
    ("dropsInvalidation", "before the commit after that", 100),
    ("reusesTimestamp", "follows one at", 50),
    ("losesIdempotencyRecord", "was committed twice", 200),
    ("keepsStaleRows", "one after the other it is", 50),
  ])
  func `a planted fault is found`(fault: String, violation: String, bound: UInt64) async throws {
    var next: UInt64 = 1
    // Other checks may see it first.
    while next <= bound {
      let arguments = ["--fault", fault, "--first", "\(next)", "--seeds", "\(bound - next + 1)"]
      let result = try await Self.run(arguments)
      try #require(result.status == 1, Self.end(result))
      let (seed, violations) = try Self.failure(result)
      if violations.contains(violation) { return }
      next = seed + 1
    }
    Issue.record("\(fault) shows in no violation with “\(violation)”")
  }

  /// The seed that failed, and what was wrong.
  private static func failure(
    _ result: (status: Int32, output: String, errors: String)
  ) throws -> (seed: UInt64, violations: Substring) {
    let match = try #require(
      result.output.firstMatch(of: /(?m)^seed ([0-9]+) fails: .*$/),
      end(result)
    )
    return (try #require(UInt64(match.1)), result.output[match.range.upperBound...])
  }
}
