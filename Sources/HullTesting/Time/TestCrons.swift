// The cron jobs of a test's backend.

public import Hull
import HullPersistence
import HullRuntime

/// The cron jobs of a backend, which run when the test moves the clock to their time.
///
/// ```swift
/// try await t.clock.advance(by: .seconds(86_400))
/// #expect(try await t.crons.job("reset scores")?.runs.count == 1)
/// ```
public struct TestCrons: Sendable {
  let timeline: TestTimeline

  /// All cron jobs, in the order they were declared.
  public var jobs: [TestCron] {
    get async throws {
      let states = try await timeline.backend.cronStates()
      return timeline.backend.application.crons.compactMap { spec in
        states.first { $0.spec.name == spec.name }.map(TestCron.init)
      }
    }
  }

  /// The cron job of that name; nil if there is none.
  public func job(_ name: String) async throws -> TestCron? {
    try await jobs.first { $0.name == name }
  }

  /// Runs a cron job now, and returns once it is over or sleeps.
  ///
  /// It runs at its next time all the same; one with an interval then counts from there.
  ///
  /// - Parameter name: The job's name.
  /// - Returns: Where it stands then.
  /// - Throws: ``TestSchedulerError`` if there is no such job; a fault of the server that kept it from
  ///   running; not what the function throws.
  @discardableResult
  public func run(_ name: String) async throws -> TestCron {
    if let state = try await timeline.run(cron: name) { return TestCron(state) }
    throw TestSchedulerError(message: "There is no cron job '\(name)'.")
  }
}

/// A cron job as a test sees it.
public struct TestCron: Sendable, Hashable {
  /// What came of one run, or of several that were left out.
  public struct Run: Sendable, Hashable {
    /// What came of it.
    public enum Outcome: Sendable, Hashable {
      /// It returned, with this result in wire JSON.
      case success(String)
      /// It threw, or could not be run.
      case failure(String)
      /// So many runs were left out, since they were in the past.
      case skipped(Int)
    }

    /// When it was due, in milliseconds since 1970.
    public let due: Double
    /// What came of it.
    public let outcome: Outcome
    /// What it logged.
    public let logLines: [String]
  }

  /// The job's name.
  public let name: String
  /// When it runs.
  public let schedule: CronSchedule
  /// The function: `messages:beat`.
  public let function: String
  /// What it is called with.
  public let arguments: ConvexObject
  /// When the next run is due, in milliseconds since 1970.
  public let nextRun: Double
  /// Whether an action runs, which in a test means that it sleeps.
  public let isRunning: Bool
  /// What came of the last five runs, the newest first.
  public let runs: [Run]

  init(_ state: CronState) {
    name = state.spec.name
    schedule = state.spec.schedule
    function = state.spec.path
    arguments = state.spec.arguments
    nextRun = Timestamp(rawValue: state.next).milliseconds
    isRunning = state.isRunning
    runs = state.runs.map(Run.init)
  }
}

extension TestCron.Run {
  fileprivate init(_ run: CronRun) {
    due = Timestamp(rawValue: run.due).milliseconds
    outcome =
      switch run.outcome {
      case .success(let result): .success(result)
      case .failure(let error): .failure(error)
      case .skipped(let count): .skipped(count)
      }
    logLines = run.logLines
  }
}
