// What clients leave behind when they go: nothing.

import Foundation
import Hull
import HullDatabase
import HullPersistence
import HullRuntime
import HullTesting
import Testing

@testable import HullSync

@Suite(.serialized, .timeLimit(.minutes(10))) struct LeakTests {
  /// The memory of the process, in bytes; nil where the system does not tell.
  private var residentBytes: Int? {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
      let pages = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    else { return nil }
    return pages * 4096
  }

  /// Whether many come and go, and memory is looked at.
  ///
  /// `HULL_LEAKS=full swift test --filter LeakTests`: ten thousand clients, a hundred thousand
  /// queries, and a process that has nothing else to do.
  private var isFull: Bool { ProcessInfo.processInfo.environment["HULL_LEAKS"] == "full" }

  private var batches: Int { isFull ? 50 : 6 }

  @Test func `clients that come and go leave nothing behind`() async throws {
    let t = try await Board.backend()
    func round() async throws {
      for batch in 0..<batches {
        var connections: [TestConnection] = []
        for number in 0..<100 {
          let connection = await t.connect()
          _ = try await connection.subscribe(
            "notes:room",
            ["room": .string("room\(batch % 3)-\(number % 7)")]
          )
          connections.append(connection)
        }
        for connection in connections { await connection.disconnect() }
      }
    }
    try await round()
    let kept = t.subscriptionCount
    let before = residentBytes
    try await round()
    // What the cache keeps is all that is watched.
    #expect(t.subscriptionCount == kept)
    #expect(kept <= 21)
    if isFull, let before, let after = residentBytes {
      #expect(Double(after) <= Double(before) * 1.1, "\(before) bytes became \(after)")
    }
  }

  @Test func `queries subscribed to and let go leave nothing behind`() async throws {
    let t = try await Board.backend()
    let connection = await t.connect()
    func round() async throws {
      for batch in 0..<(batches * 10) {
        var queries: [TestLiveQuery] = []
        for number in 0..<100 {
          queries.append(
            await connection.subscribeLater(
              "notes:between",
              ["low": .float64(Double(batch % 10 * 100 + number)), "high": 9_999]
            )
          )
        }
        try await connection.settle()
        #expect(queries.allSatisfy { $0.results.count == 1 })
        for query in queries { await query.unsubscribe() }
        try await connection.settle()
      }
    }
    try await round()
    let kept = t.subscriptionCount
    let before = residentBytes
    try await round()
    #expect(t.subscriptionCount == kept)
    #expect(kept <= 1_000)
    if isFull, let before, let after = residentBytes {
      #expect(Double(after) <= Double(before) * 1.1, "\(before) bytes became \(after)")
    }
  }
}
