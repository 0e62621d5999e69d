// Running what is due: by itself in a server, on demand in a test.

package import HullDatabase
package import HullValues

extension Backend {
  /// Begins to run scheduled functions as they become due, until the backend is closed.
  ///
  /// - Throws: ``BackendError`` when the store fails.
  package func startJobs() async throws(BackendError) {
    do {
      try await jobs.start()
    } catch let error as DatabaseError {
      throw BackendError(error)
    } catch {
      throw .internal
    }
  }

  /// Runs a scheduled function now, whatever its time, and returns when it is over.
  ///
  /// - Parameter job: Its row in `_scheduled_functions`.
  /// - Returns: What came of it; nil if there was nothing to run, since it had been called off or run.
  /// - Throws: ``BackendError`` when it could not be run for a reason that is not the function's.
  package func run(scheduled job: DocumentID) async throws(BackendError) -> ScheduledJob.State? {
    do {
      switch try await runner.run(scheduled: job) {
      case .over(let state): return state
      case .superseded: return nil
      }
    } catch let error as BackendError {
      throw error
    } catch let error as DatabaseError {
      throw BackendError(error)
    } catch {
      throw .internal
    }
  }

  /// Has `body` told of the times of functions that are scheduled, in milliseconds since 1970, instead of
  /// running them; for tests.
  package func observeScheduled(_ body: @escaping @Sendable (Double) -> Void) {
    runner.jobSignal.listen(body)
  }

  /// Counts of scheduled functions since the start.
  package var jobCounters: JobCounters { jobs.counters }
}
