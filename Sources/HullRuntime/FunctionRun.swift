// Waits for a function, but not for ever.

import Synchronization

/// One run of a function that its caller waits for.
///
/// The function, the monitor of deadlines and a caller that goes away race to end it; the first one
/// decides what the caller gets, at once, whether or not the function ever returns.
///
/// Not generic, though it might be: each run would look up the metadata of half a dozen types.
final class FunctionRun: Deadlined {
  /// What a function comes to that is not ended from outside.
  typealias Output = Result<FunctionExecution.Result, any Error>

  private typealias Caller = UnsafeContinuation<Result<Output, Termination>, Never>

  private let clock: ExecutionClock

  /// Guards who waits and what to cancel; held only to change them.
  private let state = Mutex(State())

  private struct State {
    /// Resumed by whoever takes it out of here, which only one can; a checked one, which would notice
    /// if it were not, takes as long as all the rest of a run's bookkeeping.
    var caller: Caller?
    var early: Result<Output, Termination>?
    var task: Task<Void, Never>?
    var hasEnded = false
  }

  init(clock: ExecutionClock) {
    self.clock = clock
  }

  /// Runs `body` on the threads for functions and waits for what ends it.
  ///
  /// - Parameters:
  ///   - isCancelable: Whether the caller's cancellation ends the function.
  ///   - body: The function. It is cancelled when something else ends the run.
  /// - Returns: What `body` returned, or what ended the run before it.
  func value(
    isCancelable: Bool,
    of body: @escaping @Sendable () async -> Output
  ) async -> Result<Output, Termination> {
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        let early = state.withLock { state in
          state.caller = continuation
          return state.early
        }
        if let early {
          continuation.resume(returning: early)
          return
        }
        DeadlineMonitor.shared.watch(self)
        let task = Task(executorPreference: FunctionExecutor.shared) {
          self.clock.begin()
          self.end(after: await body())
        }
        let isLate = state.withLock { state in
          state.task = task
          return state.hasEnded
        }
        if isLate {
          task.cancel()
          DeadlineMonitor.shared.forget(self)
        }
      }
    } onCancel: {
      if isCancelable { end(with: .failure(clock.terminate(.canceled))) }
    }
  }

  func checkDeadline() {
    if let termination = clock.checkLimits() { end(with: .failure(termination)) }
  }

  /// Gives the caller what the function came to, or what ended it meanwhile.
  // Not inlined: its values would take room in every caller that waits.
  @inline(never)
  private func end(after output: Output) {
    end(with: clock.verdict().map(Result.failure) ?? .success(output))
  }

  /// Gives the caller its answer, unless it has one.
  private func end(with result: Result<Output, Termination>) {
    let (caller, task): (Caller?, Task<Void, Never>?) = state.withLock { state in
      if state.hasEnded { return (nil, nil) }
      state.hasEnded = true
      if state.caller == nil { state.early = result }
      return (state.caller.take(), state.task)
    }
    DeadlineMonitor.shared.forget(self)
    if case .failure = result { task?.cancel() }
    caller?.resume(returning: result)
  }
}
