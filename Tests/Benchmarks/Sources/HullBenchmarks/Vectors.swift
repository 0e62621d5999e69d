// The rows of vector search, beside reading as many bytes of memory once.

import ArgumentParser
import Foundation

struct Vectors: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vectors",
    abstract: "Measure vector searches against the bandwidth of memory, and print the rows."
  )

  @Option(help: "Vectors of 768 dimensions; a million take 20 GB of disk and 8 GB of memory.")
  var vectors = 100_000
  @Option(help: "Repetitions; the median counts.") var repetitions = 3

  func run() async throws {
    Row.printHeader()
    let figures = try (0..<repetitions).map { _ in
      let output = try Tool.run(
        try Tool.named("InProcessBenchmarks"),
        ["vectors", "\(vectors)"]
      )
      return try JSONDecoder().decode(Figures.self, from: Data(output.utf8))
    }
    let bound = figures.map(\.bound).median
    print(
      Row(
        name: "the ten nearest of \(vectors) vectors of 768 dimensions",
        ours: milliseconds(figures.map(\.search)),
        anchor: "sum of the same bytes \(milliseconds(figures.map(\.bound))), \(bandwidth(bound))",
        ratio: figures.map { $0.search / $0.bound }.median,
        goal: "≤ 2 ×"
      ).markdown
    )
    let million = 1e6 / Double(vectors)
    print(
      Row(
        name: "the same per million vectors, in proportion",
        ours: milliseconds(figures.map { $0.search * million }),
        anchor: "sum of as many bytes \(milliseconds([bound * million]))",
        ratio: figures.map { $0.search / $0.bound }.median,
        goal: ""
      ).markdown
    )
    print(
      Row(
        name: "the same of a tenth of them, by filter",
        ours: milliseconds(figures.map(\.filtered)),
        anchor: "a tenth of the sum \(milliseconds([bound / 10]))",
        ratio: figures.map { $0.filtered / ($0.bound / 10) }.median,
        goal: "≤ 4 ×"
      ).markdown
    )
    print(
      Row(
        name: "the first search, which makes the index",
        ours: milliseconds(figures.map(\.first)),
        anchor: "a later one \(milliseconds(figures.map(\.search)))",
        ratio: figures.map { $0.first / $0.search }.median,
        goal: "–"
      ).markdown
    )
  }

  /// How fast the bytes of the vectors were read, in `milliseconds`.
  private func bandwidth(_ milliseconds: Double) -> String {
    String(format: "%.1f GB/s", Double(vectors * 768 * 4) / milliseconds / 1e6)
  }

  private func milliseconds(_ values: [Double]) -> String {
    String(format: "%.1f ms", values.median)
  }

  /// What `InProcessBenchmarks vectors` prints.
  private struct Figures: Decodable {
    var first: Double
    var search: Double
    var filtered: Double
    var bound: Double
  }
}
