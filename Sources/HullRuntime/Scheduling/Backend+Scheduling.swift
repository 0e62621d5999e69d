// Running what is due: by itself in a server, on demand in a test.

import Hull
package import HullDatabase
package import HullValues

extension Backend {
  /// Applies the declared cron jobs, and begins to run what becomes due: scheduled functions and cron
  /// jobs, until the backend is closed.
  ///
  /// - Throws: ``DatabaseError`` when the store fails or a row cannot be read: whoever starts the server
  ///   is to see why.
  package func startJobs() async throws {
    try await jobs.start()
    try await crons.start()
  }

  /// Runs a scheduled function now, whatever its time, and returns when it is over.
  ///
  /// - Parameter job: Its row in `_scheduled_functions`.
  /// - Returns: What came of it; nil if there was nothing to run, since it had been called off or run.
  /// - Throws: ``BackendError`` when it could not be run for a reason that is not the function's.
  package func run(scheduled job: DocumentID) async throws(BackendError) -> ScheduledJob.State? {
    try await translatingErrors {
      switch try await runner.run(scheduled: job) {
      case .over(let state): state
      case .superseded: nil
      }
    }
  }

  /// Applies the declared cron jobs without running them, for tests.
  ///
  /// - Returns: Where each stands.
  /// - Throws: ``BackendError`` when the store fails.
  @discardableResult
  package func applyCrons() async throws(BackendError) -> [CronState] {
    try await translatingErrors { try await runner.applyCrons(application.crons) }
  }

  /// Where the cron jobs stand, in the order they were added.
  ///
  /// - Throws: ``BackendError`` when the store fails.
  package func cronStates() async throws(BackendError) -> [CronState] {
    try await translatingErrors {
      try await database.begin().cronRows().map { try CronState($0) }
    }
  }

  /// Runs a cron job now, whatever its time, and returns when it is over.
  ///
  /// - Parameters:
  ///   - name: The job's name.
  ///   - due: The run it is to be.
  /// - Returns: Where the job stands then; nil if there is no such job.
  /// - Throws: ``BackendError`` when it could not be run for a reason that is not the function's.
  package func run(cron name: String, due: Int64) async throws(BackendError) -> CronState? {
    try await translatingErrors {
      try await runner.run(cron: CronOccurrence(name: name, due: due))
    }
  }

  /// Has `body` told of the times of functions that are scheduled, in milliseconds since 1970, instead of
  /// running them; for tests.
  package func observeScheduled(_ body: @escaping @Sendable (Double) -> Void) {
    runner.jobSignal.listen(body)
  }

  /// Counts of scheduled functions since the start.
  package var jobCounters: JobCounters { jobs.counters }

  private func translatingErrors<Value>(
    _ body: () async throws -> Value
  ) async throws(BackendError) -> Value {
    do {
      return try await body()
    } catch let error as BackendError {
      throw error
    } catch let error as DatabaseError {
      throw BackendError(error)
    } catch {
      throw .internal
    }
  }
}
