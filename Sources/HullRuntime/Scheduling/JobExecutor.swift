// Runs scheduled functions when their time comes.

import HullDatabase
import HullPersistence
import HullValues
import Logging
import Synchronization

/// Runs the jobs of one backend: finds those that are due by index, some at a time, and waits for the
/// next.
///
/// What there is to do is in the database. What is kept here is which jobs are running and a few that
/// are due, by id; to be wrong about them costs a look at a row.
final class JobExecutor: Sendable {
  private let runner: FunctionRunner
  private let database: Database
  private let time: any TimeSource
  private let logger: Logger
  private let cleanup: PeriodicCleanup
  /// How many run at a time.
  private let width: Int
  private let ongoing: Ongoing
  private let alarm: Alarm

  /// Guards what is running and what comes next; held for a few instructions.
  private let state = Mutex(State())

  private struct State {
    var isRunning = false
    var running: Set<DocumentID> = []
    /// Jobs that are due, the next one last.
    var ready: [DocumentID] = []
    /// Jobs that could not be run for reasons that may pass.
    var delayed: [DocumentID: Delay] = [:]
    /// Whether there may be due jobs that are not in `ready`.
    var mustLook = false
    var isLooking = false
    var counters = JobCounters()
  }

  private struct Delay {
    var failures: Int
    /// Milliseconds since 1970.
    var until: Double
  }

  /// How many ids of due jobs are fetched at a time.
  private static let batch = 256
  /// How long a job waits that could not be run: at first, and at most; in milliseconds.
  private static let (firstDelay, longestDelay) = (500.0, 7_200_000.0)

  init(runner: FunctionRunner, configuration: BackendConfiguration) {
    self.runner = runner
    database = runner.database
    time = configuration.time
    logger = configuration.logger
    alarm = Alarm(time: time, sleeping: configuration.sleeping)
    ongoing = Ongoing(sleeping: configuration.database.sleeping)
    width = max(1, configuration.concurrency.jobs)
    let retention = configuration.scheduledFunctionRetention
    cleanup = PeriodicCleanup(time: configuration.time) { [database] now in
      let cutoff = now.advanced(by: .zero - retention)
      try await database.removeScheduledJobs(completedBefore: cutoff.milliseconds)
    }
  }

  /// Begins to run jobs, those that were due while nobody ran them first.
  ///
  /// - Throws: What the store throws.
  func start() async throws {
    try await runner.failInterruptedJobs()
    state.withLock { state in
      state.isRunning = true
      state.mustLook = true
    }
    runner.jobSignal.listen { [weak self] in self?.wake(at: $0) }
    // Whoever scheduled something in these was told of a failure, and has told nobody.
    database.observeLateCommits { [weak self] in self?.wake(at: 0) }
    cleanup.runIfDue()
    proceed()
  }

  /// Starts no further job and waits for those that run.
  ///
  /// - Parameter patience: How long.
  func stop(within patience: Duration) async {
    runner.jobSignal.listen(nil)
    state.withLock { $0.isRunning = false }
    alarm.cancel()
    await ongoing.wait(atMost: patience)
    await cleanup.finish()
  }

  /// What has been done so far.
  var counters: JobCounters {
    let now = time.now().milliseconds
    return state.withLock { state in
      var counters = state.counters
      counters.running = state.running.count
      if let oldest = counters.oldestWaiting { counters.lag = max(0, now - oldest) / 1000 }
      return counters
    }
  }

  // MARK: What comes next

  /// Hears of a job that is due at a time.
  private func wake(at due: Double) {
    if due <= time.now().milliseconds {
      state.withLock { $0.mustLook = true }
      proceed()
    } else {
      setAlarm(at: due)
    }
  }

  /// Has the due jobs looked at again at a time, or before.
  private func setAlarm(at due: Double) {
    guard state.withLock({ $0.isRunning }) else { return }
    alarm.set(for: due) { [weak self] in
      self?.state.withLock { $0.mustLook = true }
      self?.proceed()
    }
  }

  /// Starts what is due as far as there are places, and looks for more once nothing is known to be.
  private func proceed() {
    let (jobs, mustLook) = state.withLock { state in
      var jobs: [DocumentID] = []
      while state.isRunning, state.running.count < width, let next = state.ready.popLast() {
        if state.running.insert(next).inserted { jobs.append(next) }
      }
      let mustLook =
        state.isRunning && state.mustLook && !state.isLooking && state.ready.isEmpty
        && state.running.count < width
      if mustLook {
        state.isLooking = true
        state.mustLook = false
      }
      return (jobs, mustLook)
    }
    for job in jobs {
      ongoing.start { await self.run(job) }
    }
    if mustLook {
      ongoing.start { await self.look() }
    }
  }

  /// Finds jobs that are due, and when the next ones are.
  private func look() async {
    let now = time.now().milliseconds
    let known = state.withLock { $0.running.count + $0.delayed.count }
    let limit = Self.batch + known
    do {
      let transaction = database.begin()
      let due = try await transaction.jobsDue(through: now, upTo: limit)
      let next = due.count < limit ? try await transaction.nextJobTime(after: now) : nil
      let oldest = try await transaction.nextJobTime()
      let alarm: Double? = state.withLock { state in
        state.ready = due.reversed().filter { job in
          !state.running.contains(job) && state.delayed[job].map { $0.until <= now } ?? true
        }
        if due.count == limit {
          // What was left out comes when these have run.
          state.mustLook = true
        } else {
          // One that was cancelled meanwhile is not tried again.
          let known = state.running.union(due)
          state.delayed = state.delayed.filter { $0.value.until > now || known.contains($0.key) }
        }
        state.counters.oldestWaiting = oldest
        let delayed = state.delayed.values.lazy.map(\.until).filter { $0 > now }.min()
        return [next, delayed].compactMap { $0 }.min()
      }
      if let alarm { setAlarm(at: alarm) }
    } catch {
      // What is due stays due.
      logger.error("It cannot be read which scheduled functions are due. \(error)")
      setAlarm(at: now + 1000)
    }
    state.withLock { $0.isLooking = false }
    proceed()
  }

  private func run(_ job: DocumentID) async {
    var delay: Double?
    do {
      let end = try await runner.run(scheduled: job)
      state.withLock { state in
        state.delayed[job] = nil
        state.counters.count(end)
      }
      cleanup.runIfDue()
    } catch {
      logger.error("Scheduled function \(job) could not be run and is tried again. \(error)")
      let now = time.now().milliseconds
      delay = state.withLock { state in
        let failures = state.delayed[job]?.failures ?? 0
        let longest = min(Self.firstDelay * Double(1 << min(failures, 20)), Self.longestDelay)
        let until = now + runner.random.spread(longest)
        state.delayed[job] = Delay(failures: failures + 1, until: until)
        state.counters.retries += 1
        return until
      }
    }
    if let delay { setAlarm(at: delay) }
    state.withLock { _ = $0.running.remove(job) }
    proceed()
  }
}
