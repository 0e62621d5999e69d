// What tests cost: backends in memory and the calls of their functions, on one core.

import BenchmarkSupport
import Foundation

/// The rows of the test harness.
struct HarnessRows {
  let run: BenchmarkRun

  func measure() throws {
    var figures: [[InProcessRow]] = []
    for _ in 0..<run.options.repetitions {
      figures.append(try onOneCore(["harness", "1", "\(run.options.seconds)"]))
    }
    for (index, row) in (figures.first ?? []).enumerated() {
      let isBackend = row.name.hasPrefix("fresh")
      run.report.add(
        Row(
          "\(row.name), on one core",
          against: isBackend ? "the goal" : "empty query",
          figures.flatMap { $0[index].pairs },
          goal: isBackend ? .atLeast(1) : nil
        )
      )
    }
  }

  /// Runs a part of `InProcessBenchmarks` that may use one core only.
  private func onOneCore(_ arguments: [String]) throws -> [InProcessRow] {
    let program = try Tool.built("InProcessBenchmarks").path
    let output = try Tool.run(named: "taskset", ["-c", "0", program] + arguments)
    return try JSONDecoder().decode([InProcessRow].self, from: Data(output.utf8))
  }
}
