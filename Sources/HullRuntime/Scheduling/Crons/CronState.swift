// Where a cron job stands: its row in the database.

package import Hull
import HullDatabase
import HullValues

/// A cron job with when it runs next and what came of its last runs.
package struct CronState: Sendable, Hashable {
  /// What is declared.
  package var spec: CronSpec
  /// Whether an action runs.
  package var isRunning: Bool
  /// When the last run was due, in nanoseconds since 1970; nil before the first.
  package var previous: Int64?
  /// When the next run is due, or the running one was.
  package var next: Int64
  /// What came of the last runs, the newest first.
  package var runs: [CronRun]

  /// How many runs are remembered.
  static let keptRuns = 5

  /// Adds what came of a run and forgets the oldest.
  mutating func record(_ run: CronRun) {
    runs.insert(run, at: 0)
    runs.removeLast(max(0, runs.count - Self.keptRuns))
  }
}

/// What came of one run of a cron job, or of several that were left out.
package struct CronRun: Sendable, Hashable {
  /// What came of a run.
  package enum Outcome: Sendable, Hashable {
    /// It returned; the text is its result.
    case success(String)
    /// It threw, or could not be run.
    case failure(String)
    /// So many runs were left out, since they were in the past.
    case skipped(Int)
  }

  /// When it was due, in nanoseconds since 1970.
  package var due: Int64
  /// What came of it.
  package var outcome: Outcome
  /// What it logged.
  package var logLines: [String]
  /// How long it took, in seconds.
  package var seconds: Double

  /// How many characters of a result, an error or a line are kept.
  static let keptCharacters = 1000

  init(due: Int64, outcome: Outcome, logLines: [String] = [], seconds: Double = 0) {
    self.due = due
    self.outcome =
      switch outcome {
      case .success(let text): .success(String(text.prefix(Self.keptCharacters)))
      case .failure(let text): .failure(String(text.prefix(Self.keptCharacters)))
      case .skipped: outcome
      }
    self.logLines = logLines.map { String($0.prefix(Self.keptCharacters)) }
    self.seconds = seconds
  }
}

// MARK: - Rows

extension CronState {
  /// Reads a row.
  ///
  /// - Throws: ``DatabaseError`` `CorruptCronJob` for one that this program did not write.
  init(_ row: ConvexObject) throws {
    guard let name = row["name"]?.string, let spec = row["cronSpec"]?.object,
      let isRunning = row["isRunning"]?.boolean, let next = row["nextTs"]?.int64,
      let runs = row["runs"]?.array
    else { throw Self.corrupt(row) }
    do {
      self.spec = try CronSpec(name: name, value: spec)
    } catch {
      throw Self.corrupt(row)
    }
    self.isRunning = isRunning
    previous = row["prevTs"]?.int64
    self.next = next
    self.runs = runs.compactMap { $0.object.flatMap(CronRun.init) }
  }

  private static func corrupt(_ row: ConvexObject) -> DatabaseError {
    DatabaseError(
      code: "CorruptCronJob",
      message: "The row of a cron job cannot be read: \(row["name"] ?? .null).",
      kind: .system
    )
  }

  /// The row, without its system fields.
  var row: ConvexObject {
    [
      "name": .string(spec.name),
      "cronSpec": .object(spec.value),
      "isRunning": .boolean(isRunning),
      "prevTs": previous.map(ConvexValue.int64) ?? .null,
      "nextTs": .int64(next),
      "runs": .array(runs.map { .object($0.row) }),
    ]
  }
}

extension CronRun {
  fileprivate init?(_ row: ConvexObject) {
    guard let due = row["ts"]?.int64, let status = row["status"]?.object,
      case .float64(let seconds)? = row["executionTime"], let lines = row["logLines"]?.array
    else { return nil }
    let outcome: Outcome
    switch status["type"]?.string {
    case "success": outcome = .success(status["result"]?.string ?? "")
    case "err": outcome = .failure(status["error"]?.string ?? "")
    case "canceled": outcome = .skipped(Int(status["num_canceled"]?.int64 ?? 0))
    default: return nil
    }
    self.init(
      due: due,
      outcome: outcome,
      logLines: lines.compactMap(\.string),
      seconds: seconds
    )
  }

  fileprivate var row: ConvexObject {
    let status: ConvexObject =
      switch outcome {
      case .success(let result): ["type": "success", "result": .string(result)]
      case .failure(let error): ["type": "err", "error": .string(error)]
      case .skipped(let count): ["type": "canceled", "num_canceled": .int64(Int64(count))]
      }
    return [
      "ts": .int64(due),
      "status": .object(status),
      "logLines": .array(logLines.map(ConvexValue.string)),
      "executionTime": .float64(seconds),
    ]
  }
}
