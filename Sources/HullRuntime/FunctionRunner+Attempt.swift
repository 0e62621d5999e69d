// One run of a function, as often as the whole takes.

import Hull
import HullDatabase
import HullPersistence
import HullValues

extension FunctionRunner {
  /// What one run of a function came to.
  struct Attempt: Sendable {
    var result: Result<EncodedValue, FunctionFailure>
    var logLines: [LogLine] = []
    var observations = ExecutionTree.Observations()
    var journal: String?
    /// When the first of the functions it scheduled is due, in milliseconds since 1970.
    var firstJobTime: Double?
    /// How long it ran, in seconds.
    var seconds = 0.0

    func outcome(at timestamp: Timestamp) -> FunctionOutcome {
      FunctionOutcome(result: result, logLines: logLines, timestamp: timestamp)
    }
  }

  /// The table numbers ids are checked against.
  func tables(in transaction: Transaction?) async throws -> any TableMapping {
    if let transaction { return try await transaction.exclusively { $0.catalog } }
    return database.catalog
  }

  /// Runs the function once, with nothing left of any earlier attempt.
  ///
  /// - Throws: ``DatabaseError`` and ``BackendError``, which are no result of the function.
  func attempt(_ call: Call, in transaction: Transaction?) async throws -> Attempt {
    let validation = CallValidation(
      function: call.function,
      limits: limits,
      tables: try await tables(in: transaction)
    )
    let checked: CallValidation.Checked
    do throws(CallValidation.Rejection) {
      checked = try validation.check(call.arguments)
    } catch {
      return Attempt(result: .failure(FunctionFailure(message: error.message)))
    }
    let journal: QueryJournal
    do throws(DatabaseError) {
      journal = try QueryJournal(codec: cursors, previous: call.journal)
    } catch {
      // To clients it is the same as a cursor of another query: they start at the first page.
      let failure = FunctionFailure(
        uncaught: DatabaseError.cursorOfAnotherQuery,
        in: call.function
      )
      return Attempt(result: .failure(failure))
    }
    let timeLimits = timeLimits(of: call.function.definition.kind)
    let tree = ExecutionTree(
      runner: self,
      identity: call.identity,
      requestID: call.requestID,
      client: call.client,
      isInline: !call.isNamed && call.route == nil,
      job: call.job?.scheduledFunction ?? call.parentJob,
      limits: timeLimits
    )
    let execution = FunctionExecution(
      call.function,
      in: tree,
      transaction: transaction,
      depth: call.depth,
      seed: random.next(),
      journal: journal
    )
    let end = await FunctionRun<Result<FunctionExecution.Result, any Error>>(clock: tree.clock)
      .value(isCancelable: call.function.definition.kind != .action) {
        do {
          let result = try await execution.run(checked.arguments)
          // What it has left running in the transaction is part of it, and of its time.
          try await transaction?.exclusively { _ in }
          return .success(result)
        } catch {
          return .failure(error)
        }
      }
    var attempt = Attempt(result: try result(of: end, call.function.definition.kind))
    attempt.logLines = tree.logLines
    attempt.observations = tree.observations
    attempt.firstJobTime = tree.firstJobTime
    attempt.seconds = tree.clock.elapsedMilliseconds / 1000
    attempt.journal = execution.journal.sealed
    if case .success(.success(let result)) = end {
      attempt.logLines += try await warnings(
        call.function,
        argumentsSize: checked.size,
        resultSize: result.size,
        tree: tree,
        userTimeLimit: timeLimits.user,
        transaction: transaction
      )
    }
    return attempt
  }

  private func timeLimits(of kind: FunctionKind) -> TimeLimits {
    kind == .action
      ? TimeLimits(user: actionTime, system: actionTime)
      : TimeLimits(
        user: .seconds(limits.userTimeSeconds),
        system: .seconds(limits.systemTimeSeconds)
      )
  }

  /// Tells a function's own failure from what is not its result.
  private func result(
    of end: Result<Result<FunctionExecution.Result, any Error>, Termination>,
    _ kind: FunctionKind
  ) throws -> Result<EncodedValue, FunctionFailure> {
    switch end {
    case .success(.success(let result)):
      return .success(result.value)
    case .success(.failure(let failure as FunctionFailure)):
      return .failure(failure)
    case .success(.failure(let error as BackendError)):
      throw error
    case .success(.failure):
      throw BackendError.internal
    case .failure(.userTimeout(let limit)):
      return .failure(
        FunctionFailure(
          message: "Function execution timed out (maximum duration: \(limit.brief))"
        )
      )
    case .failure(.systemTimeout):
      let text = "Your request timed out performing too many system operations."
      guard kind != .action else {
        throw BackendError(kind: .badRequest, code: "SystemTimeoutError", message: text)
      }
      return .failure(FunctionFailure(message: text))
    case .failure(.canceled):
      throw BackendError(
        kind: .clientDisconnect,
        code: "ClientDisconnect",
        message: "The client went away before the function was done."
      )
    case .failure(.failed(let error)):
      throw error
    }
  }

  private func warnings(
    _ function: RegisteredFunction,
    argumentsSize: Int,
    resultSize: Int,
    tree: ExecutionTree,
    userTimeLimit: Duration,
    transaction: Transaction?
  ) async throws -> [LogLine] {
    var warnings = UsageWarnings(
      limits: limits,
      timestamp: tree.startTime,
      path: function.path
    )
    warnings.check(argumentsSize: argumentsSize)
    if let transaction {
      warnings.check(
        try await transaction.usage(exactAbove: warnings.threshold(limits.transaction.bytesRead)),
        isMutation: function.definition.kind == .mutation
      )
    }
    warnings.check(resultSize: resultSize)
    if warnsOfDuration {
      warnings.check(userTime: tree.clock.userTime, limit: userTimeLimit)
    }
    return warnings.lines
  }
}
