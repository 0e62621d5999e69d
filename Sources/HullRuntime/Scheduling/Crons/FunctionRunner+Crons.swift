// Runs a cron job, and moves its row on to the next run.

import Hull
import HullDatabase
import HullPersistence
import HullValues

/// One run of a cron job: its name and when it is due.
struct CronOccurrence: Sendable, Hashable {
  var name: String
  /// Nanoseconds since 1970.
  var due: Int64
}

extension FunctionRunner {
  // MARK: Declarations

  /// Makes the rows those of the declared jobs: adds, changes and removes.
  ///
  /// Actions that were running when the process ended have failed: they do not run twice.
  ///
  /// - Parameter specs: What is declared.
  /// - Returns: Where every job stands.
  /// - Throws: What the store throws.
  func applyCrons(_ specs: [CronSpec]) async throws -> [CronState] {
    try await database.withTransaction(source: Self.cronSource) { transaction in
      var existing: [String: CronState] = [:]
      for row in try await transaction.cronRows() {
        let state = try CronState(row)
        existing[state.spec.name] = state
      }
      let now = self.time.now().rawValue
      var states: [CronState] = []
      for spec in specs {
        let before = existing.removeValue(forKey: spec.name)
        let state = try self.state(of: spec, before: before, now: now)
        if state != before { try await transaction.setCronRow(spec.name, to: state.row) }
        states.append(state)
      }
      for name in existing.keys.sorted() { try await transaction.setCronRow(name, to: nil) }
      return states
    }.value
  }

  /// A changed schedule counts for the run that is waiting unless that is at hand.
  private static let atHand: Int64 = 30_000_000_000

  private func state(of spec: CronSpec, before: CronState?, now: Int64) throws -> CronState {
    guard var state = before else {
      return CronState(
        spec: spec,
        isRunning: false,
        previous: nil,
        next: try spec.schedule.nextRun(after: nil, now: now, random: random.next),
        runs: []
      )
    }
    if state.isRunning {
      finish(&state, .failure(Self.interruption), logLines: [], seconds: 0, now: now)
    }
    if spec.schedule != state.spec.schedule, state.next - now > Self.atHand {
      state.next = try spec.schedule.nextRun(after: nil, now: now, random: random.next)
    }
    state.spec = spec
    return state
  }

  // MARK: Runs

  /// Runs a cron job, whatever its time, and returns when it is over.
  ///
  /// - Parameter occurrence: The run that is due.
  /// - Returns: Where the job stands now; nil if there is no such job.
  /// - Throws: When it could not be run for a reason that is not the function's. It is still due.
  func run(cron occurrence: CronOccurrence) async throws -> CronState? {
    guard let state = try await state(ofCron: occurrence.name) else { return nil }
    guard state.next == occurrence.due, !state.isRunning else { return state }
    let function: RegisteredFunction
    do {
      function = try schedulable(state.spec.path)
    } catch let rejection as CallValidation.Rejection {
      return try await settle(occurrence, isRunning: false, .failure(rejection.message))
    }
    let call = Call(
      function: function,
      arguments: .values([.object(state.spec.arguments)]),
      identity: .anonymous,
      requestID: RequestID(from: random),
      client: ClientInfo(),
      job: .cron(occurrence)
    )
    return function.definition.kind == .mutation
      ? try await runMutation(call, occurrence) : try await runAction(call, occurrence)
  }

  private func runMutation(_ call: Call, _ occurrence: CronOccurrence) async throws -> CronState? {
    let start = ContinuousClock.now
    let outcome: FunctionOutcome
    do throws(BackendError) {
      outcome = try await execute(call)
    } catch {
      guard error.code == JobSuperseded.code else { throw error }
      return try await state(ofCron: occurrence.name)
    }
    // A run that succeeded has moved the row on in its own transaction.
    guard case .failure(let failure) = outcome.result else {
      return try await state(ofCron: occurrence.name)
    }
    return try await settle(
      occurrence,
      isRunning: false,
      .failure(failure.text),
      logLines: outcome.logLines.map(\.text),
      seconds: (.now - start) / .seconds(1)
    )
  }

  private func state(ofCron name: String) async throws -> CronState? {
    try await database.begin().cronRow(name).map { try CronState($0) }
  }

  private func runAction(_ call: Call, _ occurrence: CronOccurrence) async throws -> CronState? {
    // Whoever commits this runs the action; nobody does a second time.
    let claimed = try await claiming { mayBeOurs in
      try await database.withTransaction(source: Self.cronSource) { transaction in
        if mayBeOurs, try await occurrence.state(in: transaction, isRunning: true) != nil {
          return true
        }
        guard var state = try await occurrence.state(in: transaction, isRunning: false) else {
          return false
        }
        state.isRunning = true
        try await transaction.setCronRow(occurrence.name, to: state.row)
        return true
      }.value
    }
    guard claimed else { return try await state(ofCron: occurrence.name) }
    let start = ContinuousClock.now
    let (outcome, logLines): (CronRun.Outcome, [String])
    do throws(BackendError) {
      let result = try await execute(call)
      logLines = result.logLines.map(\.text)
      switch result.result {
      case .success(let value): outcome = .success(value.string)
      case .failure(let failure): outcome = .failure(failure.text)
      }
    } catch {
      (outcome, logLines) = (.failure(error.message), [])
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    return try await insisting {
      try await settle(
        occurrence,
        isRunning: true,
        outcome,
        logLines: logLines,
        seconds: seconds
      )
    }
  }

  /// Writes down what came of a run, and when the next one is.
  private func settle(
    _ occurrence: CronOccurrence,
    isRunning: Bool,
    _ outcome: CronRun.Outcome,
    logLines: [String] = [],
    seconds: Double = 0
  ) async throws -> CronState? {
    try await database.withTransaction(source: Self.cronSource) { transaction in
      guard var state = try await occurrence.state(in: transaction, isRunning: isRunning) else {
        return try await transaction.cronRow(occurrence.name).map { try CronState($0) }
      }
      self.finish(
        &state,
        outcome,
        logLines: logLines,
        seconds: seconds,
        now: self.time.now().rawValue
      )
      try await transaction.setCronRow(occurrence.name, to: state.row)
      return state
    }.value
  }

  /// Moves a job on to its next run, leaving out those that have passed.
  func finish(
    _ state: inout CronState,
    _ outcome: CronRun.Outcome,
    logLines: [String],
    seconds: Double,
    now: Int64
  ) {
    let due = state.next
    state.isRunning = false
    state.record(CronRun(due: due, outcome: outcome, logLines: logLines, seconds: seconds))
    state.previous = due
    guard
      let succession = try? state.spec.schedule.succession(
        after: due,
        now: now,
        random: random.next
      )
    else {
      // A schedule that time stamps do not reach: it does not come any more.
      state.next = .max
      return
    }
    state.next = succession.next
    guard succession.skipped > 0 else { return }
    state.record(
      CronRun(
        due: succession.firstSkipped,
        outcome: .skipped(succession.skipped),
        logLines: [
          "[WARN] 'Skipping \(succession.skipped) run(s) of job \(state.spec.name) because multiple "
            + "scheduled runs are in the past'"
        ]
      )
    )
  }

  static let cronSource = "_system/cronJobs:update"
}

extension CronOccurrence {
  /// The job's row, if this run has not been settled.
  func state(in transaction: Transaction, isRunning: Bool) async throws -> CronState? {
    guard let row = try await transaction.cronRow(name) else { return nil }
    let state = try CronState(row)
    return state.next == due && state.isRunning == isRunning ? state : nil
  }
}
