// How many backends and calls a test run can have in a second.

import BenchmarkApplication
import BenchmarkSupport
import Foundation
import Hull
import HullTesting

/// The rows of the test harness.
struct HarnessFigures {
  /// Seconds for each of them.
  var seconds: Double

  /// How many fresh backends there should be in a second.
  private static let goal = 10_000.0

  func rows() async throws -> [InProcessRow] {
    let backends = try await rate { _ in _ = try await TestBackend(Small.self) }
    let wideBackends = try await rate { _ in _ = try await TestBackend(Wide.self) }

    let backend = try await TestBackend(Small.self)
    let empty = try await rate { number in
      let question = ConvexValue.float64(Double(number))
      _ = try await backend.query("notes:copy", ["count": 0, "times": 0, "number": question])
    }
    let id = try await backend.mutation("notes:add", ["number": -1, "text": "abcdefghij"])
    let queries = try await rate { number in
      _ = try await backend.query("notes:ask", ["id": id, "number": .float64(Double(number))])
    }
    let mutations = try await rate { number in
      let arguments: ConvexObject = ["number": .float64(Double(number)), "text": "abcdefghij"]
      _ = try await backend.mutation("notes:add", arguments)
    }
    return [
      row("fresh test backends, 3 tables, 3 indexes", backends, Self.goal),
      row("fresh test backends, 20 tables, 60 indexes", wideBackends, Self.goal),
      row("queries in a test that read one document", queries, empty),
      row("mutations in a test that insert one document", mutations, empty),
    ]
  }

  private func row(_ name: String, _ ours: Double, _ anchor: Double) -> InProcessRow {
    InProcessRow(name: name, pairs: [Pair(ours: ours, anchor: anchor)])
  }

  /// How often per second something can be done, after a tenth of the time to warm up.
  private func rate(_ body: (Int) async throws -> Void) async throws -> Double {
    let start = ContinuousClock.now
    var (count, counted, measured) = (0, 0, start)
    while ContinuousClock.now - start < .seconds(seconds * 1.1) {
      if measured == start, ContinuousClock.now - start > .seconds(seconds / 10) {
        (measured, counted) = (ContinuousClock.now, count)
      }
      try await body(count)
      count += 1
    }
    return Double(count - counted) / (ContinuousClock.now - measured).inSeconds
  }

  /// The tables of the other rows.
  private enum Small: HullApplication {
    static let name = "small"
    static var schema: Schema { get throws { try Notes.schema } }
    static let modules = [Notes.module]
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
}
