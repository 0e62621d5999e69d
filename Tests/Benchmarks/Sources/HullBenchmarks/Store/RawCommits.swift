// Durable commits of bare SQLite: the anchor of mutations over HTTP.

import BenchmarkSupport
import Foundation

/// Durable commits of bare SQLite, in a file that has been in use.
///
/// Not `Sendable`: one connection, used by one thread.
final class RawCommits {
  private let store: SQLiteBaseline
  /// How long each measurement takes.
  private let seconds: Double
  private var next = 0

  /// Makes a file.
  ///
  /// - Parameters:
  ///   - folder: Where.
  ///   - seconds: How long each measurement takes.
  /// - Throws: What SQLite says.
  init(in folder: URL, seconds: Double) throws {
    store = try SQLiteBaseline(file: folder.appending(path: "raw.sqlite"))
    self.seconds = seconds
    try store.warmUp()
  }

  /// Rows per second, each a document and its index entry, that become durable in groups.
  ///
  /// - Parameter rowsPerCommit: The size of the groups.
  /// - Returns: Rows per second.
  /// - Throws: What SQLite says.
  func rate(rowsPerCommit: Int) throws -> Double {
    let start = ContinuousClock.now
    let first = next
    while ContinuousClock.now - start < .seconds(seconds) {
      try store.transaction {
        for _ in 0..<rowsPerCommit {
          try store.insert(number: next, body: BenchmarkRun.text)
          next += 1
        }
      }
    }
    return Double(next - first) / (ContinuousClock.now - start).inSeconds
  }
}
