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
    let tables = try await tables(in: transaction)
    let (execution, checked): (FunctionExecution, CallValidation.Checked)
    do throws(FunctionFailure) {
      (execution, checked) = try prepare(call, tables, transaction)
    } catch {
      return Attempt(result: .failure(error))
    }
    let end = await FunctionRun(clock: execution.tree.clock)
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
    var usage: TransactionUsage?
    if case .success(.success) = end {
      let exactness = UsageWarnings.threshold(limits.transaction.bytesRead, limits)
      usage = try await transaction?.usage(exactAbove: exactness)
    }
    return try attempt(of: execution, argumentsSize: checked.size, end: end, usage: usage)
  }

  // What follows is apart from ``attempt(_:in:)`` so that what is only needed before or after the
  // function runs takes no memory while it does: a value of a suspended function lives until the
  // function returns, as a rule.

  /// Checks what the function is called with, and makes what it runs with.
  ///
  /// - Throws: What the call comes to if the function cannot be called so.
  @inline(never)
  private func prepare(
    _ call: Call,
    _ tables: any TableMapping,
    _ transaction: Transaction?
  ) throws(FunctionFailure) -> (FunctionExecution, CallValidation.Checked) {
    let checked: CallValidation.Checked
    do throws(CallValidation.Rejection) {
      checked = try CallValidation(function: call.function, limits: limits, tables: tables)
        .check(call.arguments)
    } catch {
      throw FunctionFailure(message: error.message)
    }
    let journal: QueryJournal
    do throws(DatabaseError) {
      journal = try QueryJournal(codec: cursors, previous: call.journal)
    } catch {
      // To clients it is the same as a cursor of another query: they start at the first page.
      throw FunctionFailure(uncaught: DatabaseError.cursorOfAnotherQuery, in: call.function)
    }
    let tree = ExecutionTree(
      runner: self,
      identity: call.identity,
      requestID: call.requestID,
      client: call.client,
      isInline: !call.isNamed && call.route == nil,
      job: call.job?.scheduledFunction ?? call.parentJob,
      limits: timeLimits(of: call.function.definition.kind)
    )
    let execution = FunctionExecution(
      call.function,
      in: tree,
      transaction: transaction,
      depth: call.depth,
      seed: random.next(),
      journal: journal
    )
    return (execution, checked)
  }

  /// What a function that has ended came to.
  ///
  /// - Parameters:
  ///   - execution: The function.
  ///   - argumentsSize: The size of what it was called with.
  ///   - end: How it ended.
  ///   - usage: What its transaction has used, if it returned a value.
  /// - Returns: The attempt.
  /// - Throws: ``BackendError`` and ``DatabaseError`` for what is no result of the function.
  @inline(never)
  private func attempt(
    of execution: FunctionExecution,
    argumentsSize: Int,
    end: Result<FunctionRun.Output, Termination>,
    usage: TransactionUsage?
  ) throws -> Attempt {
    let tree = execution.tree
    var attempt = Attempt(result: try result(of: end, execution.target.definition.kind))
    attempt.logLines = tree.logLines
    attempt.observations = tree.observations
    attempt.firstJobTime = tree.firstJobTime
    attempt.seconds = tree.clock.elapsedMilliseconds / 1000
    attempt.journal = execution.journal.sealed
    if case .success(.success(let result)) = end {
      attempt.logLines += warnings(
        of: execution,
        argumentsSize: argumentsSize,
        resultSize: result.size,
        usage: usage
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
    of end: Result<FunctionRun.Output, Termination>,
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
    of execution: FunctionExecution,
    argumentsSize: Int,
    resultSize: Int,
    usage: TransactionUsage?
  ) -> [LogLine] {
    let (function, tree) = (execution.target, execution.tree)
    var warnings = UsageWarnings(
      limits: limits,
      timestamp: tree.startTime,
      path: function.path
    )
    warnings.check(argumentsSize: argumentsSize)
    if let usage { warnings.check(usage, isMutation: function.definition.kind == .mutation) }
    warnings.check(resultSize: resultSize)
    if warnsOfDuration {
      warnings.check(
        userTime: tree.clock.userTime,
        limit: timeLimits(of: function.definition.kind).user
      )
    }
    return warnings.lines
  }
}
