// What Hull costs without HTTP, measured in this process through the test harness.

import BenchmarkApplication
import Foundation
import Hull
import HullTesting

/// The figures, in microseconds; printed as JSON.
struct Figures: Encodable {
  /// To read 100 documents through an index and copy their bytes, inside a query, on a SQLite file.
  var page: Double
  /// One query that does nothing.
  var call: Double
  /// One fresh backend in memory, of 20 tables with 60 indexes.
  var freshBackend: Double
}

@main
struct InProcessBenchmarks {
  static func main() async throws {
    if CommandLine.arguments.dropFirst().first == "subscriptions" {
      try await SubscriptionFigures.print()
      return
    }
    if CommandLine.arguments.dropFirst().first == "vectors" {
      let count = CommandLine.arguments.dropFirst(2).first.flatMap { Int($0) }
      try await VectorFigures.print(vectors: count ?? 100_000)
      return
    }
    var options = TestOptions()
    options.store = .temporaryFile
    let store = try await TestBackend(schema: Notes.schema, modules: [Notes.module], options)
    let text = String(repeating: "abcdefghij", count: 18)
    try await store.mutation(
      "notes:fill",
      ["first": 0, "count": 1_000, "text": .string(text)]
    )
    let pages = 8
    let page = try await median(of: 2_000) { number in
      let times = ConvexValue.float64(Double(pages))
      _ = try await store.query("notes:copy", ["count": 100, "times": times, "number": number])
    }
    let call = try await median(of: 2_000) { number in
      _ = try await store.query("notes:copy", ["count": 0, "times": 0, "number": number])
    }
    await store.close()

    let freshBackend = try await median(of: 2_000) { _ in _ = try await TestBackend(Wide.self) }
    let figures = Figures(
      page: (page - call) / Double(pages),
      call: call,
      freshBackend: freshBackend
    )
    print(String(decoding: try JSONEncoder().encode(figures), as: UTF8.self))
  }

  /// As many tables and indexes as a real application has.
  private enum Wide: HullApplication {
    static let name = "wide"
    static let modules: [Module] = []
    static var schema: Schema {
      get throws {
        try Schema(
          tables: (1...20).map { number in
            try TableDefinition(
              name: TableName(validating: "table\(number)"),
              documentType: v.object(["a": v.string(), "b": v.number(), "c": v.boolean()]),
              indexes: ["a", "b", "c"].map { field in
                IndexDefinition(name: "by_\(field)", fields: [try FieldPath(parsing: field)])
              }
            )
          }
        )
      }
    }
  }

  /// The median time of `count` runs, in microseconds, after a tenth as many to warm up.
  ///
  /// Each run gets a number of its own, to ask what no other run asks.
  private static func median(
    of count: Int,
    _ body: @Sendable (ConvexValue) async throws -> Void
  ) async throws -> Double {
    for number in 0..<(count / 10) { try await body(.float64(-1 - Double(number))) }
    var samples: [Double] = []
    for number in 0..<count {
      let elapsed = try await ContinuousClock().measure {
        try await body(.float64(Double(number)))
      }
      samples.append(Double(elapsed.components.attoseconds) / 1e12)
    }
    return samples.sorted()[count / 2]
  }
}
