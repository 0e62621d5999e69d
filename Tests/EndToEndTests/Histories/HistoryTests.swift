// Whether what clients of the real binary saw could have happened one transaction after the other.

import Foundation
import Testing

@Suite struct HistoryTests {
  /// How long clients are watched: `HULL_HISTORIES`, or a few seconds.
  private static let seconds =
    ProcessInfo.processInfo.environment["HULL_HISTORIES"].flatMap { Int($0) } ?? 5

  @Test(.timeLimit(.minutes(5 + Self.seconds / 60)))
  func `what clients see is strictly serializable, through kill -9 too`() async throws {
    let environment = ProcessInfo.processInfo.environment
    let seed = environment["HULL_SEED"].flatMap { UInt32($0) } ?? .random(in: 0...UInt32.max)
    let seconds = Self.seconds
    print("seed \(seed)")
    try await withTemporaryDirectory { directory in
      let load = try ChildProcess(
        Python.interpreter,
        [
          Python.path(of: "history_load.py"), try Server.binary("ConformanceApp").path,
          directory.path, "\(seconds)", "\(max(2, seconds / 3))", "\(seed)",
        ]
      )
      var history: [Transaction] = []
      var balances: [[Int]] = []
      for await line in load.lines {
        switch try HistoryRecord(line: line) {
        case .transaction(let transaction): history.append(transaction)
        case .balances(let read): balances.append(read)
        }
      }
      #expect(await load.status() == 0, "seed \(seed): \(load.standardError)")
      let counts = Dictionary(grouping: history, by: \.outcome).mapValues(\.count)
      print("\(history.count) transactions, \(balances.count) balances: \(counts)")
      let anomalies = ListAppendChecker.anomalies(of: history)
      #expect(anomalies.prefix(5) == [], "seed \(seed), of \(anomalies.count)")
      let wrong = balances.filter {
        $0.count != 10 || $0.reduce(0, +) != 1000 || $0.contains { $0 < 0 }
      }
      #expect(wrong.prefix(5) == [], "seed \(seed)")
      #expect(counts[.committed, default: 0] > 100)
      #expect(counts[.aborted, default: 0] > 0)
      #expect(balances.count > 10)
    }
  }
}
