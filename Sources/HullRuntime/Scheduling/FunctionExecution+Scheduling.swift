// Functions that are to run later: what `ctx.scheduler` does.

import Hull
import HullDatabase
import HullPersistence
import HullValues

extension FunctionExecution {
  func schedule(_ call: ScheduledCall) async throws -> DocumentID {
    try checkMaySchedule()
    let name = try tree.runner.scheduledName(of: call.path)
    try checkDelay(until: call.time)
    let schedule: @Sendable (Transaction) async throws -> DocumentID = { [parent = tree.job] in
      try await $0.schedule(name, call.arguments, at: call.time, parent: parent)
    }
    guard transaction == nil else {
      let id = try await transaction(schedule)
      tree.noteJob(at: call.time)
      return id
    }
    let id = try await committing(schedule)
    tree.runner.jobSignal.send(call.time)
    return id
  }

  func cancelScheduled(_ job: DocumentID) async throws {
    try checkMaySchedule()
    guard tree.runner.database.catalog.tableName(for: job.tableNumber) == "_scheduled_functions"
    else {
      throw HullError(
        code: .invalidArgument,
        message: "Invalid scheduled function ID. "
          + "The ID must be an ID on the '_scheduled_functions' table."
      )
    }
    if transaction != nil, job == tree.job {
      throw DatabaseError(
        code: "ScheduledFunctionCancelingItself",
        message: "A mutation cannot cancel itself"
      )
    }
    let now = now()
    let cancel: @Sendable (Transaction) async throws -> Void = {
      try await $0.advance(job, to: .canceled, at: now)
    }
    if transaction != nil { try await transaction(cancel) } else { try await committing(cancel) }
  }

  func sleep(for duration: Duration) async throws {
    guard transaction == nil else {
      throw HullError(
        code: .invalidArgument,
        message: "Can't use sleep in queries and mutations. Please consider using an action."
      )
    }
    try await operation { try await tree.runner.sleeping.sleep(for: duration) }
  }

  private func checkMaySchedule() throws {
    guard target.definition.kind == .query else { return }
    throw HullError(code: .invalidArgument, message: "A query cannot schedule functions.")
  }

  /// Refuses times that are wrong by orders of magnitude.
  private func checkDelay(until time: Double) throws {
    let longest = 5.0 * 366 * 86_400_000
    let delay = time - (transaction == nil ? now() : tree.startTime)
    guard abs(delay) > longest else { return }
    throw DatabaseError(
      code: "InvalidScheduledFunctionDelay",
      message: "\(time) ms since 1970 is more than 5 years in the \(delay > 0 ? "future" : "past")"
    )
  }

  /// Runs an operation of an action in a transaction of its own.
  private func committing<Value: Sendable>(
    _ body: @escaping @Sendable (Transaction) async throws -> Value
  ) async throws -> Value {
    guard let operations else { preconditionFailure("an action has a queue for its operations") }
    return try await operations.run {
      try await operation {
        try await tree.runner.database.withTransaction(source: target.source, body).value
      }
    }
  }
}

extension FunctionRunner {
  /// The name of a function in the row of its job: `messages.js:send`.
  ///
  /// - Throws: ``DatabaseError`` `InvalidScheduledFunction` if there is no such function.
  func scheduledName(of path: String) throws -> String {
    let resolved: FunctionPath
    do throws(FunctionPathError) {
      resolved = try registry.resolve(path, mayCallInternal: true)
    } catch {
      throw DatabaseError(code: "BadConvexFunctionIdentifier", message: error.message)
    }
    guard registry[resolved] == nil else { return resolved.canonical }
    throw DatabaseError(
      code: "InvalidScheduledFunction",
      message: registry.functions.contains { $0.path.module == resolved.module }
        ? "Attempted to schedule function, but no exported function \(resolved.name) found in the "
          + "file: \(resolved.module).js. Did you forget to export it?"
        : "Attempted to schedule function at nonexistent path: \(resolved.module).js"
    )
  }
}
