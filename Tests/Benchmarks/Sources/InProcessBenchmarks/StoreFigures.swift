// What functions do to a SQLite file, beside bare SQLite on the same disk with the same pragmas.

import BenchmarkApplication
import BenchmarkSupport
import Foundation
import Hull
import HullTesting

/// The rows of the store, both sides in this process and in turns.
final class StoreFigures {
  let repetitions: Int
  /// Seconds for each side of a repetition.
  let seconds: Double
  /// What the names of the rows to measure begin with.
  let only: String
  let backend: TestBackend
  let raw: SQLiteBaseline
  /// What the documents of both sides hold.
  let text = String(repeating: "abcdefghij", count: 18)
  private let directory: URL
  /// Documents there are to read.
  static let documents = 10_000
  /// The next number of a document, on both sides.
  var next = StoreFigures.documents
  private var question = 0.0

  /// Measures nothing on either side.
  ///
  /// - Parameters:
  ///   - repetitions: How often both sides are measured.
  ///   - seconds: For how long each.
  ///   - only: What the names of the rows to measure begin with.
  /// - Throws: What the stores throw.
  init(repetitions: Int, seconds: Double, only: String = "") async throws {
    self.repetitions = repetitions
    self.seconds = seconds
    self.only = only
    var options = TestOptions()
    options.store = .temporaryFile
    backend = try await TestBackend(
      schema: Notes.schema,
      modules: [Notes.module, Loops.module],
      options
    )
    directory = FileManager.default.temporaryDirectory
      .appending(path: "hull-raw-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    raw = try SQLiteBaseline(file: directory.appending(path: "raw.sqlite"))
    for first in stride(from: 0, to: Self.documents, by: 1_000) {
      try await backend.mutation(
        "notes:fill",
        ["first": .float64(Double(first)), "count": 1_000, "text": .string(text)]
      )
      try raw.transaction {
        for number in first..<(first + 1_000) { try raw.insert(number: number, body: body) }
      }
    }
  }

  /// Measures all rows.
  func rows() async throws -> [InProcessRow] {
    let reads = try await reads()
    // A test's clock stands still, and all new documents would have the keys of a moment: they would
    // lie between those of earlier transactions instead of after them.
    let clock = Task { [backend] in
      var shown = ContinuousClock.now
      while !Task.isCancelled {
        try await Task.sleep(for: .milliseconds(5))
        let now = ContinuousClock.now
        try await backend.clock.advance(by: now - shown)
        shown = now
      }
    }
    defer { clock.cancel() }
    // From here on both stores have been in use: their logs have their length.
    try raw.warmUp()
    for _ in 0..<50 {
      try await backend.mutation(
        "notes:fill",
        ["first": .float64(Double(next)), "count": 1_000, "text": .string(text)]
      )
      next += 1_000
    }
    let rows = try await reads + writes() + commits()
    await backend.close()
    try FileManager.default.removeItem(at: directory)
    return rows.filter { !$0.pairs.isEmpty }
  }

  /// The text of a document as Hull keeps it.
  var body: String {
    #"{"_creationTime":1756000000000.25,"_id":"j57000820c20a1g7104gm2rc1m70ynr8","#
      + #""number":1.0,"text":"\#(text)"}"#
  }

  /// A row of which each repetition measures both sides for ``seconds``, the anchor first.
  func row(
    _ name: String,
    ours: () async throws -> Double,
    anchor: () throws -> Double
  ) async throws -> InProcessRow {
    var pairs: [Pair] = []
    for _ in 0..<(name.hasPrefix(only) ? repetitions : 0) {
      let other = try anchor()
      pairs.append(Pair(ours: try await ours(), anchor: other))
      backend.clearLogs()
    }
    return InProcessRow(name: name, pairs: pairs)
  }

  /// Operations per second of something that does `count` at a time.
  func rate(of count: Int, _ body: () throws -> Void) throws -> Double {
    let start = ContinuousClock.now
    var rounds = 0
    while ContinuousClock.now - start < .seconds(seconds) {
      try body()
      rounds += 1
    }
    return Double(rounds * count) / (ContinuousClock.now - start).inSeconds
  }

  /// The same of something that suspends.
  func rate(of count: Int, _ body: () async throws -> Void) async throws -> Double {
    let start = ContinuousClock.now
    var rounds = 0
    while ContinuousClock.now - start < .seconds(seconds) {
      try await body()
      rounds += 1
    }
    return Double(rounds * count) / (ContinuousClock.now - start).inSeconds
  }

  // MARK: Reading

  private func reads() async throws -> [InProcessRow] {
    let ids = try await backend.query("loops:ids", ["first": 0, "count": 1_000])
    let starts = (0..<100).map { ConvexValue.float64(Double($0 * 97)) }
    var output: [UInt8] = []
    return [
      try await row("point get") {
        try await readRate(of: 1_000, "loops:get", "ids", ids)
      } anchor: {
        try rate(of: 1_000) {
          output.removeAll(keepingCapacity: true)
          try raw.snapshot {
            for number in 0..<1_000 { try raw.get(number: number, into: &output) }
          }
        }
      },
      try await row("range scan of 100") {
        try await readRate(of: starts.count, "loops:scan", "starts", .array(starts))
      } anchor: {
        try rate(of: starts.count) {
          try raw.snapshot {
            for start in 0..<100 {
              output.removeAll(keepingCapacity: true)
              try raw.page(of: 100, from: start * 97, into: &output)
            }
          }
        }
      },
    ]
  }

  /// Reads per second within one query, without what the query itself costs.
  private func readRate(
    of count: Int,
    _ path: String,
    _ name: String,
    _ values: ConvexValue
  ) async throws -> Double {
    func seconds(reads: Bool) async throws -> Double {
      question += 1
      let arguments: ConvexObject = [
        name: values, "reads": .boolean(reads), "question": .float64(question),
      ]
      return try await ContinuousClock().measure {
        _ = try await backend.query(path, arguments)
      }.inSeconds
    }
    var (with, without): ([Double], [Double]) = ([], [])
    let start = ContinuousClock.now
    while ContinuousClock.now - start < .seconds(self.seconds) {
      without.append(try await seconds(reads: false))
      with.append(try await seconds(reads: true))
    }
    return Double(count) / (with.median - without.median)
  }
}
