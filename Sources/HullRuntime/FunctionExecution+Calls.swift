// What happens when a function calls another.

import Hull
import HullDatabase
import HullPersistence
import HullValues

extension FunctionExecution {
  func call(_ call: FunctionCall) async throws -> EncodedValue {
    if let operations {
      return try await operations.run { try await operation { try await callFromAction(call) } }
    }
    guard let transaction else { preconditionFailure("an action has a queue for its operations") }
    try checkRunning()
    return try await callNested(call, in: transaction)
  }

  // MARK: Within a transaction

  /// Runs a query or mutation as part of this one's transaction (spec/functions.md 4).
  private func callNested(
    _ call: FunctionCall,
    in transaction: Transaction
  ) async throws -> EncodedValue {
    let kind = target.definition.kind
    guard call.kind == .query || (call.kind == .mutation && kind == .mutation) else {
      throw DatabaseError(
        code: "InvalidFunctionCall",
        message: "Cannot call a \(call.kind.title) function from a \(kind.title) function"
      )
    }
    let (callee, arguments) = try await prepare(call, in: transaction)
    guard depth < tree.runner.limits.callDepth else {
      throw DatabaseError(
        code: "MaximumCallDepthExceeded",
        message: "Cross component call depth limit exceeded. "
          + "Do you have an infinite loop in your app?"
      )
    }
    guard !call.options.useStaleSnapshot else {
      guard kind == .mutation, call.kind == .query else {
        throw DatabaseError(
          code: "InvalidFunctionCall",
          message: "`useStaleSnapshot` is only supported in mutations, not queries."
        )
      }
      let snapshot = try await transaction.staleSnapshot()
      return try await run(callee, arguments, in: snapshot)
    }
    let budget = call.options.transactionLimits.map(HullDatabase.TransactionLimits.init)
    return try await transaction.nested(budget: budget) { child in
      try await run(callee, arguments, in: child)
    }
  }

  /// Finds the called function and checks the arguments, before anything is undone for them.
  private func prepare(
    _ call: FunctionCall,
    in transaction: Transaction
  ) async throws -> (RegisteredFunction, ConvexObject) {
    do {
      let callee = try tree.runner.registry.find(call.path, kind: call.kind, mayCallInternal: true)
      let validation = CallValidation(
        function: callee,
        limits: tree.runner.limits,
        tables: try await tree.runner.tables(in: transaction)
      )
      return (callee, try validation.check(.values([.object(call.arguments)])).arguments)
    } catch let rejection as CallValidation.Rejection {
      throw DatabaseError(code: "InvalidArgs", message: rejection.message)
    } catch let error as FunctionPathError {
      throw DatabaseError(code: "BadConvexFunctionIdentifier", message: error.message)
    }
  }

  /// Runs a nested function; what it throws is thrown into this one.
  private func run(
    _ callee: RegisteredFunction,
    _ arguments: ConvexObject,
    in transaction: Transaction
  ) async throws -> EncodedValue {
    let child = try FunctionExecution(
      callee,
      in: tree,
      transaction: transaction,
      depth: depth + 1,
      seed: random.next(),
      journal: QueryJournal(codec: tree.runner.cursors)
    )
    do {
      let result = try await child.run(arguments)
      // A child that caught what ended the execution has no result either.
      if let termination = tree.clock.termination { throw termination }
      return result.value
    } catch let failure as FunctionFailure {
      throw rethrowable(failure, code: "InvalidReturnValue")
    }
  }

  /// What the failure of a called function is to its caller: a `ConvexError` stays one.
  private func rethrowable(_ failure: FunctionFailure, code: String) -> any Error {
    if let data = failure.data {
      let error = ConvexError(data)
      tree.remember(error, frames: failure.frames)
      return error
    }
    // Without a frame it is no code that failed but a check.
    return failure.frames.isEmpty ? DatabaseError(code: code, message: failure.message) : failure
  }

  // MARK: From an action

  /// Runs a function in a transaction of its own, or another action.
  private func callFromAction(_ call: FunctionCall) async throws -> EncodedValue {
    let callee: RegisteredFunction
    do {
      callee = try tree.runner.registry.find(call.path, kind: call.kind, mayCallInternal: true)
    } catch let rejection as CallValidation.Rejection {
      throw DatabaseError(code: "InvalidArgs", message: rejection.message)
    } catch let error as FunctionPathError {
      throw DatabaseError(code: "BadConvexFunctionIdentifier", message: error.message)
    }
    guard depth < tree.runner.limits.callDepth || call.kind != .action else {
      throw DatabaseError(
        code: "MaximumCallDepthExceeded",
        message: "Cross component call depth limit exceeded. "
          + "Do you have an infinite loop in your app?"
      )
    }
    let call = FunctionRunner.Call(
      function: callee,
      arguments: .values([.object(call.arguments)]),
      identity: tree.identity,
      requestID: tree.requestID,
      client: tree.client,
      depth: depth + 1,
      parentJob: tree.job
    )
    let question = tree.runner.cache.isEnabled ? QueryQuestion(call) : nil
    let outcome = try await tree.runner.run(call, question)
    switch outcome.result {
    case .success(let value): return value
    case .failure(let failure): throw rethrowable(failure, code: "InvalidArgs")
    }
  }
}

extension FunctionKind {
  /// The name error texts use: `Query`.
  var title: String {
    switch self {
    case .query: "Query"
    case .mutation: "Mutation"
    case .action: "Action"
    }
  }
}

extension HullDatabase.TransactionLimits {
  /// The budget of a nested call; what the caller leaves open is bounded by its own limits.
  init(_ limits: Hull.TransactionLimits) {
    self.init()
    bytesRead = limits.bytesRead ?? .max
    bytesWritten = limits.bytesWritten ?? .max
    databaseQueries = limits.databaseQueries ?? .max
    documentsRead = limits.documentsRead ?? .max
    documentsWritten = limits.documentsWritten ?? .max
    functionsScheduled = limits.functionsScheduled ?? .max
    scheduledFunctionArgsBytes = limits.scheduledFunctionArgsBytes ?? .max
  }
}
