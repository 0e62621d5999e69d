// Runs cron jobs when their time comes.

import Hull
import HullDatabase
import HullPersistence
import Logging
import Synchronization

/// Runs the cron jobs of one backend, each of them one run at a time.
final class CronExecutor: Sendable {
  private let runner: FunctionRunner
  private let specs: [CronSpec]
  private let time: any TimeSource
  private let logger: Logger
  private let ongoing: Ongoing
  private let alarm: Alarm

  /// Guards what is due when; held for a few instructions.
  private let state = Mutex(State())

  private struct State {
    var isRunning = false
    /// When each job is due, in nanoseconds since 1970; not those that run.
    var due: [String: Int64] = [:]
    /// Jobs that could not be run for reasons that may pass.
    var delayed: [String: (failures: Int, until: Int64)] = [:]
  }

  /// How long a job waits that could not be run: at first, and at most; in nanoseconds.
  private static let (firstDelay, longestDelay): (Int64, Int64) = (500_000_000, 7_200_000_000_000)

  init(runner: FunctionRunner, specs: [CronSpec], configuration: BackendConfiguration) {
    self.runner = runner
    self.specs = specs
    time = configuration.time
    logger = configuration.logger
    alarm = Alarm(time: time, sleeping: configuration.sleeping)
    ongoing = Ongoing(sleeping: configuration.database.sleeping)
  }

  /// Applies the declarations and begins to run the jobs.
  ///
  /// - Throws: What the store throws.
  func start() async throws {
    let states = try await runner.applyCrons(specs)
    state.withLock { state in
      state.isRunning = true
      for cron in states { state.due[cron.spec.name] = cron.next }
    }
    proceed()
  }

  /// Starts no further run and waits for those that run.
  ///
  /// - Parameter patience: How long.
  func stop(within patience: Duration) async {
    state.withLock { $0.isRunning = false }
    alarm.cancel()
    await ongoing.wait(atMost: patience)
  }

  /// Starts what is due and waits for the next.
  private func proceed() {
    let now = time.now().rawValue
    let (occurrences, next) = state.withLock { state in
      var occurrences: [CronOccurrence] = []
      var next: Int64?
      guard state.isRunning else { return (occurrences, next) }
      for (name, due) in state.due {
        let start = max(due, state.delayed[name]?.until ?? due)
        if start <= now {
          occurrences.append(CronOccurrence(name: name, due: due))
        } else {
          next = min(next ?? start, start)
        }
      }
      for occurrence in occurrences { state.due[occurrence.name] = nil }
      return (occurrences, next)
    }
    if let next {
      alarm.set(for: Timestamp(rawValue: next).milliseconds) { [weak self] in self?.proceed() }
    }
    for occurrence in occurrences {
      ongoing.start { await self.run(occurrence) }
    }
  }

  private func run(_ occurrence: CronOccurrence) async {
    do {
      let after = try await runner.run(cron: occurrence)
      if let run = after?.runs.first, case .skipped = run.outcome {
        for line in run.logLines { logger.warning("\(line)") }
      }
      state.withLock { state in
        state.delayed[occurrence.name] = nil
        // One that is still marked as running has not ended: nothing of it is due.
        state.due[occurrence.name] = after.flatMap { $0.isRunning ? nil : $0.next }
      }
    } catch {
      logger.error("Cron job \(occurrence.name) could not be run and is tried again. \(error)")
      let now = time.now().rawValue
      state.withLock { state in
        let failures = state.delayed[occurrence.name]?.failures ?? 0
        let delay = min(Self.firstDelay << min(Int64(failures), 20), Self.longestDelay)
        state.delayed[occurrence.name] = (failures + 1, now + delay)
        state.due[occurrence.name] = occurrence.due
      }
    }
    proceed()
  }
}
