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
        }
      }
      try await group.waitForAll()
    }
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

  /// Faults the database is made to have, each found within so many seeds.
  @Test(arguments: [
    ("skipsConflictCheck", 50), ("publishesBeforeDurable", 50), ("dropsInvalidation", 50),
    ("reusesTimestamp", 50), ("losesIdempotencyRecord", 200),
  ])
  func `a planted fault is found`(fault: String, bound: Int) async throws {
    let result = try await Self.run(["--fault", fault, "--first", "1", "--seeds", "\(bound)"])
    #expect(result.status == 1, Self.end(result))
    #expect(result.output.contains(" fails: "), Self.end(result))
  }
}
