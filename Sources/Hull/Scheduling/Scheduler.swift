/// Has functions run later: `ctx.scheduler`.
///
/// A job that a mutation schedules is part of its transaction: it exists once the mutation commits,
/// and not at all if the mutation fails. What an action schedules is scheduled at once.
///
/// A scheduled mutation runs exactly once, whatever happens to the server. A scheduled action runs at
/// most once: if the server stops while it runs, the job has failed. Neither knows who scheduled it:
/// `ctx.auth` tells of nobody. Arguments are validated when the function runs.
///
/// ```swift
/// let job = try await ctx.scheduler.runAfter(.seconds(60), Messages.$expire(id: message))
/// try await ctx.scheduler.cancel(job)
/// ```
public struct Scheduler: Sendable {
  let host: HostHandle

  /// Has a function run after a while.
  ///
  /// - Parameters:
  ///   - delay: How long after now, which stands still in a mutation; `.zero` is as soon as the
  ///     mutation has committed.
  ///   - function: The mutation or action: `Messages.$expire`, `Messages.$expire(id: message)`,
  ///     `"messages:expire"`.
  ///   - arguments: Arguments by name, besides those of a call.
  /// - Returns: The id of the job.
  /// - Throws: ``HullError`` `.invalidArgument` for a negative delay; the engine's errors, such as
  ///   `InvalidScheduledFunction` for a path that leads nowhere, `InvalidScheduledFunctionDelay` for
  ///   more than five years, and `TooManyFunctionsScheduled`.
  @discardableResult
  public func runAfter(
    _ delay: Duration,
    _ function: some SchedulableFunction,
    _ arguments: ConvexObject = [:]
  ) async throws -> ID<ScheduledFunction> {
    guard delay >= .zero else {
      throw HullError(code: .invalidArgument, message: "`delayMs` must be non-negative")
    }
    return try await runAt(host.host.now() + delay.milliseconds, function, arguments)
  }

  /// Has a function run at a time.
  ///
  /// - Parameters:
  ///   - time: When, in milliseconds since 1970; one that has passed is as soon as possible.
  ///   - function: The mutation or action: `Messages.$expire`, `Messages.$expire(id: message)`,
  ///     `"messages:expire"`.
  ///   - arguments: Arguments by name, besides those of a call.
  /// - Returns: The id of the job.
  /// - Throws: ``HullError`` `.invalidArgument` for a time that is no number; the engine's errors, as
  ///   for a delay.
  @discardableResult
  public func runAt(
    _ time: Double,
    _ function: some SchedulableFunction,
    _ arguments: ConvexObject = [:]
  ) async throws -> ID<ScheduledFunction> {
    guard time.isFinite else {
      throw HullError(
        code: .invalidArgument,
        message:
          "The time to run a function at must be a finite number of milliseconds, not \(time)."
      )
    }
    let call = ScheduledCall(
      path: function.scheduledPath,
      arguments: try function.scheduledArguments.merging(arguments),
      time: time
    )
    return ID(unchecked: try await host.host.schedule(call))
  }

  /// Calls a job off.
  ///
  /// One that has not begun never runs. A mutation that is running does not commit. An action that is
  /// running goes on, and what it schedules from now on is called off as well. Nothing happens to a
  /// job that is over, or that is forgotten.
  ///
  /// - Parameter job: The job: what `runAfter` and `runAt` returned, or its text.
  /// - Throws: ``HullError`` `.invalidArgument` if it is no id of a job; `ScheduledFunctionCancelingItself`
  ///   from a scheduled mutation that means itself.
  public func cancel(_ job: some DocumentIdentifier) async throws {
    guard let id = try? job.documentID(for: "cancel"),
      type(of: job).requiredTable.map({ $0 == ScheduledFunction.tableName }) ?? true
    else {
      throw HullError(
        code: .invalidArgument,
        message: "Invalid scheduled function ID. "
          + "The ID must be an ID on the '_scheduled_functions' table."
      )
    }
    try await host.host.cancelScheduled(id)
  }
}

extension Duration {
  /// The duration in milliseconds.
  var milliseconds: Double {
    Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15
  }
}

extension ActingContext {
  /// Waits; in a test, until the test has moved the clock that far.
  ///
  /// - Parameter duration: How long.
  /// - Throws: `CancellationError` when the action is ended meanwhile.
  public func sleep(for duration: Duration) async throws {
    try await host.host.sleep(for: duration)
  }
}
