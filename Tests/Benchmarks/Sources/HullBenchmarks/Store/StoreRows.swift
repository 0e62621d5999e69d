// What functions do to the store without HTTP, beside bare SQLite in the same process.

import BenchmarkSupport

/// The rows of the store.
struct StoreRows {
  let run: BenchmarkRun

  func measure() throws {
    let options = run.options
    let rows: [InProcessRow] = try Tool.inProcess(
      ["store", "\(options.repetitions)", "\(options.seconds / 2)"]
    )
    for row in rows {
      let (goal, against, durability) = Self.descriptions[row.name] ?? (nil, "bare SQLite", nil)
      run.report.add(
        Row(row.name, against: against, row.pairs, goal: goal, durability: durability)
      )
    }
  }

  /// The goal, the anchor and the durability of the rows that `InProcessBenchmarks store` prints.
  private static let descriptions: [String: (Goal?, String, String?)] = [
    "point get": (nil, "raw SQLite, get and copy", nil),
    "range scan of 100": (.atLeast(0.5), "raw SQLite, scan and copy", nil),
    "inserts, 100 in a transaction": (nil, "raw SQLite, the same", "full"),
    "patches, 100 in a transaction": (nil, "raw SQLite, the same", "full"),
    "durable commits, 1 caller": (.atLeast(0.5), "raw single-row commits", "full"),
    "durable commits, 16 callers": (nil, "raw single-row commits", "full"),
    "durable commits, 64 callers": (.atLeast(4), "raw single-row commits", "full"),
    "durable commits, 256 callers": (nil, "raw single-row commits", "full"),
    "durable commits, 16 callers, beside groups": (nil, "raw, 16 rows a commit", "full"),
    "durable commits, 64 callers, beside groups": (.atLeast(0.5), "raw, 64 rows a commit", "full"),
    "durable commits, 256 callers, beside groups": (nil, "raw, 256 rows a commit", "full"),
  ]
}
