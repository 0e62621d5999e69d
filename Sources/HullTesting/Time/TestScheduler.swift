// The scheduled functions of a test's backend.

public import Hull
import HullDatabase
import HullPersistence
import HullRuntime

/// The scheduled functions of a backend: a test looks at them and lets them run.
///
/// Nothing runs by itself. A job starts when the test moves the clock to its time, or drains.
///
/// ```swift
/// try await t.mutation(Messages.$sendLater(body: "hi"))  // ctx.scheduler.runAfter(.seconds(10), …)
/// try await t.clock.advance(by: .seconds(10))
/// #expect(try await t.query(Messages.$count) == 1)
/// ```
public struct TestScheduler: Sendable {
  let timeline: TestTimeline

  /// The jobs that wait for their time, by that time.
  public var pending: [TestJob] {
    get async throws { try await jobs(in: .pending) }
  }

  /// The actions that run, which in a test means that they sleep.
  public var inProgress: [TestJob] {
    get async throws { try await jobs(in: .inProgress) }
  }

  /// The jobs that failed since this was last asked; a test that checks for leaks has to ask.
  public func failures() async throws -> [TestJob] {
    var jobs: [TestJob] = []
    for id in timeline.takeFailures() {
      if let job = try await job(id) { jobs.append(job) }
    }
    return jobs
  }

  /// A job.
  ///
  /// - Parameter id: Its id, or the text of it.
  /// - Returns: The job as it is now; nil if there is none, or none any more.
  /// - Throws: `HullError` `.invalidArgument` if it is no id.
  public func job(_ id: some DocumentIdentifier) async throws -> TestJob? {
    let id = try id.documentID(for: "get")
    return try await timeline.backend.database.begin().scheduledJob(id).map(TestJob.init)
  }

  /// Runs a job now, whatever its time, and returns once it is over or sleeps.
  ///
  /// - Parameter id: Its id, or the text of it. Nothing happens to one that is not pending.
  /// - Throws: A fault of the server that kept it from running; not what the function throws.
  public func run(_ id: some DocumentIdentifier) async throws {
    try await timeline.run(id.documentID(for: "get"))
  }

  /// Runs what is due by now, and returns once it is over or sleeps.
  ///
  /// - Throws: A fault of the server that kept a job from running.
  public func finishInProgress() async throws {
    try await timeline.advance(to: timeline.time.now())
  }

  /// Runs all jobs and those that they schedule, moving the clock to each.
  ///
  /// - Parameters:
  ///   - maxRounds: How often jobs may schedule further ones.
  ///   - throwingFailures: Whether to throw what the first job failed with.
  /// - Returns: How many jobs ran.
  /// - Throws: ``TestSchedulerError`` naming the function that does not stop scheduling itself, or, if
  ///   wanted, the job that failed.
  @discardableResult
  public func drain(maxRounds: Int = 100, throwingFailures: Bool = false) async throws -> Int {
    let count = try await timeline.drain(maximumRounds: maxRounds)
    if throwingFailures, let first = try await failures().first {
      throw TestSchedulerError(message: "A job failed: \(first)")
    }
    return count
  }

  private func jobs(in state: ScheduledJob.State) async throws -> [TestJob] {
    try await timeline.backend.database.begin().scheduledJobs(in: state, upTo: 100_000)
      .map(TestJob.init)
  }
}
