// Runs one call from begin to commit.

import Hull
import HullDatabase
import HullPersistence
import HullValues
import Synchronization

/// Runs functions: in a snapshot, in a transaction that is retried, or outside of both.
final class FunctionRunner: Sendable {
  let registry: FunctionRegistry
  /// The name of the deployment.
  let instanceName: String
  let database: Database
  let limits: Limits
  let actionTime: Duration
  let time: any TimeSource
  let random: any RandomSource
  let environment: EnvironmentStore
  let requestSender: (any HTTPRequestSending)?
  /// Stored files.
  let storage: FileStorage
  let uploadTokens: UploadTokens
  /// Where clients reach the server, if no variable says it.
  let cloudOrigin: String
  /// What lets the sleep of an action pass.
  let sleeping: any Sleeping
  /// Told when functions have been scheduled.
  let jobSignal = JobSignal()
  /// Whether nothing is to be tried again any more.
  let isClosing = Atomic(false)
  /// Seals the cursors of paginated queries.
  let cursors: CursorCodec
  let permits: FunctionPermits
  /// Results of queries that still hold.
  let cache: QueryCache
  private let cleanup: PeriodicCleanup
  let warnsOfDuration: Bool
  let faults: (any CommitFaults)?
  let observer: (@Sendable (FunctionLogRecord) -> Void)?
  /// Tells the operator what clients are not told.
  private let troubleLog: TroubleLog

  init(
    registry: FunctionRegistry,
    database: Database,
    instance: Instance,
    configuration: BackendConfiguration
  ) {
    self.registry = registry
    instanceName = instance.name
    self.database = database
    limits = configuration.limits
    actionTime = configuration.actionTime
    time = configuration.time
    random = configuration.random
    environment = configuration.environment
    requestSender = configuration.requestSender
    storage = FileStorage(database: database, configuration: configuration)
    uploadTokens = UploadTokens(instance: instance, random: configuration.random)
    cloudOrigin = configuration.cloudOrigin
    sleeping = configuration.sleeping
    cursors = CursorCodec(secret: instance.secret.bytes, instanceName: instance.name)
    permits = FunctionPermits(configuration.concurrency)
    cache = QueryCache(
      maximumBytes: configuration.queryCacheBytes,
      timeDependentLifetime: configuration.timeDependentResultLifetime,
      time: configuration.time
    )
    cleanup = PeriodicCleanup(time: configuration.time) {
      [retention = configuration.sessionRequestRetention] now in
      try await database.removeSessionRequests(before: now.advanced(by: .zero - retention))
    }
    warnsOfDuration = configuration.warnsOfDuration
    faults = configuration.faults
    observer = configuration.observer
    troubleLog = TroubleLog(logger: configuration.logger, time: configuration.time)
  }

  /// Runs a call, once there is a place for it; a query only if there is no result that still holds.
  ///
  /// - Parameters:
  ///   - call: The call.
  ///   - question: What it asks, if its result may be shared.
  ///   - wasLookedUp: Whether the cache has been asked just before.
  /// - Returns: The outcome.
  /// - Throws: ``BackendError`` when there is none.
  func run(
    _ call: Call,
    _ question: QueryQuestion?,
    wasLookedUp: Bool = false
  ) async throws(BackendError) -> FunctionOutcome {
    var retries = 0
    while true {
      do throws(BackendError) {
        guard let question else { return try await execute(call) }
        let timestamp = call.timestamp ?? database.latestTimestamp
        return try await answer(call, question, at: timestamp, wasLookedUp: wasLookedUp).outcome
      } catch {
        // The newest snapshot may be forgotten, too, while a query waits or runs: by the first commit
        // after a long pause.
        guard error.kind == .outOfRetention, call.timestamp == nil,
          call.function.definition.kind == .query, retries < database.options.maximumRetries
        else { throw error }
        retries += 1
      }
    }
  }

  /// Runs a call whatever was run before, once there is a place for it.
  func execute(_ call: Call) async throws(BackendError) -> FunctionOutcome {
    let start = observer.map { _ in SystemTimeSource.uptimeNanoseconds() }
    // Jobs have places of their own, and an action's calls run in its place.
    let needsPermit =
      call.job == nil && (call.function.definition.kind != .action || call.depth == 0)
    let permits =
      !needsPermit
      ? nil : call.route == nil ? permits[call.function.definition.kind] : permits.httpActions
    if let permits, !permits.tryAcquire() { try await permits.acquire(patiently: call.isPatient) }
    defer { permits?.release() }
    let outcome: FunctionOutcome
    do {
      switch call.function.definition.kind {
      case .query: outcome = try await runQuery(call)
      case .mutation: outcome = try await runMutation(call)
      case .action: outcome = try await runAction(call)
      }
    } catch {
      throw backendError(error, of: call)
    }
    if let start { observe(call, outcome, since: start) }
    return outcome
  }

  /// Tells whoever wants to know of a call that has ended.
  // Not inlined: its values would take room in every caller that waits.
  @inline(never)
  private func observe(
    _ call: Call,
    _ outcome: FunctionOutcome,
    since start: Int64
  ) {
    let nanoseconds = SystemTimeSource.uptimeNanoseconds() - start
    observer?(FunctionLogRecord(call, outcome, duration: .nanoseconds(nanoseconds)))
  }

  /// What the caller learns of an error that is no result.
  ///
  /// Apart from the call, whose memory would hold an error of each kind as long as it runs.
  @inline(never)
  private func backendError(_ error: any Error, of call: Call) -> BackendError {
    switch error {
    case let error as BackendError: return error
    case let error as DatabaseError:
      if error.kind == .system { troubleLog.report(error, of: call) }
      return BackendError(error)
    case let error as PersistenceError:
      troubleLog.report(.storeFailed(error), of: call)
      return .internal
    case is JobSuperseded:
      return BackendError(
        kind: .conflict,
        code: JobSuperseded.code,
        message: "The scheduled function has been canceled."
      )
    default: return .internal
    }
  }

  /// Finishes what goes on in the background.
  func close() async {
    await cleanup.finish()
  }

  // MARK: Kinds

  private func runQuery(_ call: Call) async throws -> FunctionOutcome {
    let transaction = try call.timestamp.map { try database.begin(at: $0) } ?? database.begin()
    return outcome(of: try await attempt(call, in: transaction), in: transaction)
  }

  /// The outcome of a query.
  // Not inlined: its values would take room in every caller that waits.
  @inline(never)
  private func outcome(of attempt: Attempt, in transaction: Transaction) -> FunctionOutcome {
    var outcome = attempt.outcome(at: transaction.beginTimestamp)
    // A function that was ended may still be waiting for an operation, for ever perhaps.
    var reads = transaction.readSetIfIdle()
    if case .failure = outcome.result {
      // Whether arguments are valid ids depends on the tables there are.
      reads?.insertTableList()
    }
    outcome.dependencies = QueryDependencies(
      readSet: reads,
      observations: attempt.observations,
      journal: attempt.journal
    )
    return outcome
  }

  private func runMutation(_ call: Call) async throws -> FunctionOutcome {
    do {
      let committed = try await database.withTransaction(
        source: call.function.source,
        ticket: call.ticket
      ) { transaction in
        if let request = call.sessionRequest,
          let recorded = try await transaction.outcome(of: request)
        {
          let outcome = FunctionOutcome(recorded.outcome, at: recorded.committedAt)
          throw Repeated(outcome: outcome.withCommitTimestamp())
        }
        try await call.job?.begin(in: transaction, at: self.time.now())
        let attempt = try await self.attempt(call, in: transaction)
        // A function that failed commits nothing: throwing is how the transaction learns of it.
        if case .failure = attempt.result { throw Abandoned(attempt: attempt) }
        if let faults = self.faults, faults.areExpected {
          try faults.beforeCommit(
            of: call.function.path,
            tables: try await transaction.touchedTables()
          )
        }
        if let request = call.sessionRequest, case .success(let value) = attempt.result {
          try await transaction.record(
            RecordedOutcome(result: value, logLines: attempt.logLines.map(\.record)),
            of: request
          )
        }
        try await call.job?.end(attempt, in: transaction, by: self)
        return attempt
      }
      if call.sessionRequest != nil { cleanup.runIfDue() }
      if let time = committed.value.firstJobTime { jobSignal.send(time) }
      var outcome = committed.value.outcome(at: committed.timestamp).withCommitTimestamp()
      outcome.retries = committed.retries
      return outcome
    } catch let abandoned as Abandoned {
      return abandoned.attempt.outcome(at: database.latestTimestamp)
    } catch let repeated as Repeated {
      return repeated.outcome
    }
  }

  private func runAction(_ call: Call) async throws -> FunctionOutcome {
    let attempt = try await attempt(call, in: nil)
    return attempt.outcome(at: database.latestTimestamp)
  }

  /// Carries the outcome of a failed mutation past the commit.
  private struct Abandoned: Error {
    var attempt: Attempt
  }

  /// Carries the outcome of a mutation that has been committed before past the commit.
  private struct Repeated: Error {
    var outcome: FunctionOutcome
  }
}
