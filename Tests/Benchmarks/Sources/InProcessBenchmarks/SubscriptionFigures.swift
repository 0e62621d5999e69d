// What subscriptions cost the commits that do not concern them.

import BenchmarkApplication
import Foundation
import Hull
import HullTesting

/// The figures, in microseconds; printed as JSON.
struct SubscriptionFigures: Encodable {
  var few = 100
  var many = 100_000
  /// One mutation that writes a document none of the subscriptions is about.
  var withFew: Double
  var withMany: Double

  static func print() async throws {
    let small = try await Store(subscriptions: 100)
    let large = try await Store(subscriptions: 100_000)
    // In turns, so that whatever else goes on concerns both.
    var times: (few: [Double], many: [Double]) = ([], [])
    for round in 0..<3_000 {
      let (few, many) = (try await small.write(), try await large.write())
      guard round >= 300 else { continue }
      times.few.append(few)
      times.many.append(many)
    }
    let figures = SubscriptionFigures(
      withFew: times.few.sorted()[times.few.count / 2],
      withMany: times.many.sorted()[times.many.count / 2]
    )
    Swift.print(String(decoding: try JSONEncoder().encode(figures), as: UTF8.self))
  }
}

/// A backend with subscriptions, each to the note of a number of its own.
private final class Store {
  private let backend: TestBackend
  private var subscriptions: [TestSubscription<ConvexValue>] = []

  init(subscriptions count: Int) async throws {
    backend = try await TestBackend(schema: Notes.schema, modules: [Notes.module])
    for number in 0..<count {
      subscriptions.append(
        try await backend.subscribe("notes:find", ["number": .float64(Double(number))])
      )
    }
  }

  /// Writes a note with a number nobody asks for; returns how long that took, in microseconds.
  func write() async throws -> Double {
    let elapsed = try await ContinuousClock().measure {
      try await backend.mutation("notes:add", ["number": -1, "text": "abcdefghij"])
    }
    return Double(elapsed.components.attoseconds) / 1e12
  }
}
