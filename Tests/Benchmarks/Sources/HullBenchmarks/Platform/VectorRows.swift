// The rows of vector search, beside reading as many bytes of memory once.

import BenchmarkSupport
import Foundation

/// The rows of vector search.
struct VectorRows {
  let run: BenchmarkRun

  func measure() throws {
    let vectors = run.options.vectors
    let figures: [Figures] = try (0..<run.options.repetitions).map { repetition in
      run.report.progress("\(vectors) vectors, repetition \(repetition + 1)")
      return try Tool.inProcess(["vectors", "\(vectors)"])
    }
    let bound = figures.map(\.bound).median
    let bandwidth = String(format: "%.1f GB/s", Double(vectors * 768 * 4) / bound / 1e6)
    func pairs(_ ours: (Figures) -> Double, _ anchor: (Figures) -> Double) -> [Pair] {
      figures.map { Pair(ours: ours($0) * 1_000, anchor: anchor($0) * 1_000) }
    }
    run.report.add(
      Row(
        "the ten nearest of \(vectors) vectors of 768 dimensions",
        against: "sum of the same bytes",
        pairs({ $0.search }, { $0.bound }),
        .microseconds,
        goal: .atMost(2),
        anchorNote: bandwidth
      )
    )
    run.report.add(
      Row(
        "the ten nearest of a tenth of them, by filter",
        against: "a tenth of the sum",
        pairs({ $0.filtered }, { $0.bound / 10 }),
        .microseconds,
        goal: .atMost(4)
      )
    )
    run.report.add(
      Row(
        "the first search, which makes the index",
        against: "a later one",
        pairs({ $0.first }, { $0.search }),
        .microseconds
      )
    )
  }

  /// What `InProcessBenchmarks vectors` prints, in milliseconds.
  private struct Figures: Decodable {
    var first: Double
    var search: Double
    var filtered: Double
    var bound: Double
  }
}
