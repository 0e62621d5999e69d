// Runs a scheduled function, and keeps its row in step with what became of it.

import Hull
import HullDatabase
import HullPersistence
import HullValues
import Synchronization

extension FunctionRunner {
  /// What a function runs for when nobody called it.
  enum Job: Sendable {
    /// A row of `_scheduled_functions`.
    case scheduled(DocumentID)
    /// A run of a cron job.
    case cron(CronOccurrence)

    /// The row of the scheduled function, as functions learn of it.
    var scheduledFunction: DocumentID? {
      switch self {
      case .scheduled(let id): id
      case .cron: nil
      }
    }

    /// Begins a mutation's run in its transaction: it sees its own row in progress, and nobody else
    /// does.
    ///
    /// - Throws: ``JobSuperseded`` if there is nothing to run any more.
    func begin(in transaction: Transaction, at now: Timestamp) async throws {
      switch self {
      case .scheduled(let id):
        let before = try await transaction.advance(id, to: .inProgress, at: now.milliseconds)
        guard before?.state == .pending else { throw JobSuperseded() }
      case .cron(let occurrence):
        guard try await occurrence.state(in: transaction, isRunning: false) != nil else {
          throw JobSuperseded()
        }
      }
    }

    /// Ends a mutation's run that succeeded, in its transaction: both happen, or neither.
    func end(
      _ attempt: Attempt,
      in transaction: Transaction,
      by runner: FunctionRunner
    ) async throws {
      let now = runner.time.now()
      switch self {
      case .scheduled(let id):
        try await transaction.advance(id, to: .success, at: now.milliseconds)
      case .cron(let occurrence):
        guard var state = try await occurrence.state(in: transaction, isRunning: false),
          case .success(let value) = attempt.result
        else { throw JobSuperseded() }
        runner.finish(
          &state,
          .success(value.string),
          logLines: attempt.logLines.map(\.text),
          seconds: attempt.seconds,
          now: now.rawValue
        )
        try await transaction.setCronRow(occurrence.name, to: state.row)
      }
    }
  }

  /// What came of a job.
  enum JobEnd: Sendable, Hashable {
    /// It has run, or failed for good.
    case over(ScheduledJob.State)
    /// It had been called off, or had run before.
    case superseded
  }

  /// Runs a scheduled function, whatever its time, and returns when it is over.
  ///
  /// - Parameter id: Its row.
  /// - Returns: What came of it.
  /// - Throws: When nothing came of it for a reason that is not the function's. It is still pending.
  func run(scheduled id: DocumentID) async throws -> JobEnd {
    guard let job = try await database.begin().scheduledJob(id), job.state == .pending else {
      return .superseded
    }
    let function: RegisteredFunction
    do {
      function = try schedulable(job.name)
    } catch let rejection as CallValidation.Rejection {
      return try await settle(id, from: .pending, .failed(rejection.message))
    }
    let call = Call(
      function: function,
      arguments: .values([.object(job.arguments)]),
      identity: .anonymous,
      requestID: RequestID(from: random),
      client: ClientInfo(),
      job: .scheduled(id)
    )
    return function.definition.kind == .mutation
      ? try await runMutation(call, id) : try await runAction(call, id)
  }

  /// The function a job names.
  ///
  /// - Throws: ``CallValidation/Rejection`` for one that is gone, or is no longer of a kind that runs
  ///   on its own.
  func schedulable(_ name: String) throws -> RegisteredFunction {
    let function: RegisteredFunction
    do {
      function = try registry.find(name, kind: nil, mayCallInternal: true)
    } catch let error as FunctionPathError {
      throw CallValidation.Rejection(message: error.message)
    }
    guard function.definition.kind == .query else { return function }
    throw CallValidation.Rejection(
      message: "Unsupported function type. \"\(function.path.name)\" in module "
        + "\"\(function.path.module).js\" is defined as a Query. "
        + "Only Mutation and Action can be scheduled."
    )
  }

  private func runMutation(_ call: Call, _ id: DocumentID) async throws -> JobEnd {
    let outcome: FunctionOutcome
    do throws(BackendError) {
      outcome = try await execute(call)
    } catch  where error.code == JobSuperseded.code {
      return .superseded
    }
    switch outcome.result {
    case .success: return .over(.success)
    case .failure(let failure): return try await settle(id, from: .pending, .failed(failure.text))
    }
  }

  private func runAction(_ call: Call, _ id: DocumentID) async throws -> JobEnd {
    // Whoever commits this runs the action; nobody does a second time.
    let claimed = try await database.withTransaction(source: Self.jobSource) { [time] transaction in
      guard try await transaction.scheduledJob(id)?.state == .pending else { return false }
      try await transaction.advance(id, to: .inProgress, at: time.now().milliseconds)
      return true
    }
    guard claimed.value else { return .superseded }
    let state: ScheduledJob.State
    do throws(BackendError) {
      switch try await execute(call).result {
      case .success: state = .success
      case .failure(let failure): state = .failed(failure.text)
      }
    } catch {
      state = .failed(error.message)
    }
    return try await insisting { try await settle(id, from: .inProgress, state) }
  }

  /// Commits what came of an action that has run: it must not run again, so if the store refuses it is
  /// asked again until it does not, or the backend is closed.
  func insisting<Value>(_ commit: () async throws -> Value) async throws -> Value {
    var pause = 0.1
    while true {
      do {
        return try await commit()
      } catch {
        if isClosing.load(ordering: .relaxed) { throw error }
        // Not as actions sleep, who in a test wait for its clock: it is the store that is waited for.
        try await database.options.sleeping.sleep(for: .seconds(random.spread(pause)))
        pause = min(pause * 2, 60)
      }
    }
  }

  /// Writes down what came of a job, unless it was called off meanwhile.
  private func settle(
    _ id: DocumentID,
    from expected: ScheduledJob.State,
    _ state: ScheduledJob.State
  ) async throws -> JobEnd {
    try await database.withTransaction(source: Self.jobSource) { [time] transaction in
      guard try await transaction.scheduledJob(id)?.state == expected else {
        return JobEnd.superseded
      }
      try await transaction.advance(id, to: state, at: time.now().milliseconds)
      return JobEnd.over(state)
    }.value
  }

  /// Ends the actions that were running when the process ended: whether they had finished their work
  /// is not known, and they do not run twice.
  func failInterruptedJobs() async throws {
    var count = 0
    repeat {
      count = try await database.withTransaction(source: Self.jobSource) { [time] transaction in
        let interrupted = try await transaction.scheduledJobs(in: .inProgress, upTo: 500)
        for job in interrupted {
          try await transaction.advance(
            job.id,
            to: .failed(Self.interruption),
            at: time.now().milliseconds
          )
        }
        return interrupted.count
      }.value
    } while count == 500
  }

  static let interruption = "Transient error while executing action"
  static let jobSource = "_system/scheduledFunctions:update"
}

/// Thrown by a job's transaction when there is nothing to run any more.
struct JobSuperseded: Error {
  static let code = "ScheduledFunctionSuperseded"
}
