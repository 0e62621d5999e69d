// Runs what becomes due while a test moves its clock.

import Hull
import HullDatabase
import HullPersistence
import HullRuntime
import HullValues
import Synchronization

/// The order of events in a test's backend: jobs, crons and sleeps, by the time they are due.
final class TestTimeline: Sendable {
  let backend: Backend
  let time: ManualTimeSource
  let sleeping: VirtualSleeping
  /// Whether cron jobs run when the clock gets to them.
  let runsCrons: Bool

  /// Lets one caller at a time move the clock, in the order they came.
  private let turn = OperationQueue(width: 1)

  /// Guards what has been run; held only to add to it or copy it.
  private let record = Mutex(Record())

  private struct Record {
    /// Jobs run so far.
    var count = 0
    /// Jobs that failed and that the test has not asked for.
    var failed: [DocumentID] = []
    /// Faults of the server that jobs ran into, when nobody was there to throw them at.
    var faults: [any Error] = []
  }

  init(backend: Backend, time: ManualTimeSource, sleeping: VirtualSleeping, runsCrons: Bool) {
    self.backend = backend
    self.time = time
    self.sleeping = sleeping
    self.runsCrons = runsCrons && !backend.application.crons.isEmpty
  }

  /// Moves the clock to a moment and runs what is due until then, each at its time.
  ///
  /// - Throws: A fault of the server that kept a job from running; ``TestSchedulerError`` if time does
  ///   not get on, because a job schedules itself without delay.
  func advance(to target: Timestamp) async throws {
    try await turn.run {
      var (moment, events) = (time.now(), 0)
      while let event = try await nextEvent(withCrons: runsCrons), event.due <= target {
        events = event.due > moment ? 0 : events + 1
        moment = max(moment, event.due)
        guard events < Self.maximumEventsAtOnce else {
          throw TestSchedulerError(
            message: "\(events) jobs were due at one moment: "
              + "\(try await name(of: event)) does not come to an end."
          )
        }
        try await run(event)
      }
      moveClock(to: target)
      try throwFault()
    }
  }

  private static let maximumEventsAtOnce = 100_000

  /// Runs everything that is scheduled, moving the clock to it, until there is nothing more.
  ///
  /// A round runs as many events as there were when it began. Cron jobs, which never end, do not run.
  ///
  /// - Parameter maximumRounds: How often jobs may schedule further ones.
  /// - Returns: How many jobs ran.
  /// - Throws: ``TestSchedulerError`` when it does not end.
  func drain(maximumRounds: Int) async throws -> Int {
    try await turn.run {
      let before = record.withLock { $0.count }
      for _ in 0..<maximumRounds {
        await sleeping.rest()
        let count =
          try await backend.database.begin().pendingJobCount() + sleeping.sleeperCount
        guard count > 0 else { break }
        for _ in 0..<count {
          guard let event = try await nextEvent() else { break }
          try await run(event)
        }
      }
      try throwFault()
      if let event = try await nextEvent() {
        throw TestSchedulerError(
          message: "Jobs are still being scheduled after \(maximumRounds) rounds: "
            + "\(try await name(of: event)) does not come to an end."
        )
      }
      return record.withLock { $0.count } - before
    }
  }

  private func name(of event: Event) async throws -> String {
    switch event.what {
    case .job(let id): try await backend.database.begin().scheduledJob(id)?.name ?? "a job"
    case .cron(let name): name
    case .wake: "an action that sleeps"
    }
  }

  /// Runs one job now, whatever its time.
  func run(_ id: DocumentID) async throws {
    try await turn.run {
      try await start(id)
      try throwFault()
    }
  }

  /// Runs a cron job now, whatever its time.
  ///
  /// - Returns: Where it stands then; nil if there is no such job.
  func run(cron name: String) async throws -> CronState? {
    try await turn.run {
      guard let state = try await cron(name) else { return nil }
      try await start(cron: name, due: state.next)
      try throwFault()
      return try await cron(name)
    }
  }

  private func cron(_ name: String) async throws -> CronState? {
    try await backend.cronStates().first { $0.spec.name == name }
  }

  /// Jobs that failed since the last call.
  func takeFailures() -> [DocumentID] {
    record.withLock { record in
      defer { record.failed = [] }
      return record.failed
    }
  }

  /// Jobs that failed and that nobody has asked for.
  var unreadFailures: [DocumentID] { record.withLock { $0.failed } }

  // MARK: Events

  private struct Event {
    enum What {
      case job(DocumentID)
      case cron(String)
      case wake
    }

    var due: Timestamp
    var what: What
  }

  /// What is due first, once everything that runs has ended or sleeps.
  private func nextEvent(withCrons: Bool = false) async throws -> Event? {
    await sleeping.rest()
    let transaction = backend.database.begin()
    var events: [Event] = []
    if let moment = try await transaction.nextJobTime(),
      let job = try await transaction.jobsDue(through: moment, upTo: 1).first
    {
      events.append(Event(due: Timestamp(milliseconds: moment), what: .job(job)))
    }
    if withCrons {
      for cron in try await backend.cronStates() where !cron.isRunning && cron.next != .max {
        events.append(Event(due: Timestamp(rawValue: cron.next), what: .cron(cron.spec.name)))
      }
    }
    if let moment = sleeping.nextWake { events.append(Event(due: moment, what: .wake)) }
    return events.min { $0.due < $1.due }
  }

  private func run(_ event: Event) async throws {
    moveClock(to: event.due)
    switch event.what {
    case .job(let id): try await start(id)
    case .cron(let name): try await start(cron: name, due: event.due.rawValue)
    case .wake: sleeping.wakeNext()
    }
    await sleeping.rest()
  }

  private func moveClock(to moment: Timestamp) {
    let missing = moment.rawValue - time.now().rawValue
    if missing > 0 { time.advance(by: .nanoseconds(missing)) }
  }

  /// Runs a job until it is over or sleeps.
  private func start(_ id: DocumentID) async throws {
    record.withLock { $0.count += 1 }
    await start {
      if case .failed? = try await self.backend.run(scheduled: id) {
        self.record.withLock { $0.failed.append(id) }
      }
    }
  }

  private func start(cron name: String, due: Int64) async throws {
    await start { _ = try await self.backend.run(cron: name, due: due) }
  }

  /// Begins an activity, and returns when it is over or sleeps; a sleeping one goes on when the clock is
  /// moved.
  private func start(_ body: @escaping @Sendable () async throws -> Void) async {
    let activity = TestActivity()
    sleeping.watch(activity)
    Task {
      await TestActivity.run(activity, on: sleeping) {
        do {
          while true {
            do {
              return try await body()
            } catch let error as BackendError where error.kind == .conflict {
              // A job is retried until it wins.
              continue
            }
          }
        } catch {
          record.withLock { $0.faults.append(error) }
        }
      }
    }
    await sleeping.rest()
  }

  private func throwFault() throws {
    let fault = record.withLock { record in
      defer { record.faults = [] }
      return record.faults.first
    }
    if let fault { throw TestSession.visible(fault) }
  }
}

/// Why the jobs of a test could not be finished.
public struct TestSchedulerError: Error, CustomStringConvertible {
  /// What is wrong, with the function it is about.
  public let message: String

  /// The message.
  public var description: String { message }
}

extension TestTimeline {
  /// Has jobs that are due run by themselves from now on.
  func runDueJobs() {
    backend.observeScheduled { [weak self] moment in
      guard let self, moment <= time.now().milliseconds else { return }
      // Whoever moves the clock next waits for it: both take turns.
      Task { [weak self] in
        guard let self else { return }
        do { try await advance(to: time.now()) } catch { noteFault(error) }
      }
    }
  }

  private func noteFault(_ error: any Error) {
    record.withLock { $0.faults.append(error) }
  }
}
