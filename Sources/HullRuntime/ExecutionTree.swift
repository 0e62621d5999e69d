// What a call from outside and all calls nested in it have in common.

import Hull
import HullDatabase
import HullPersistence
import HullValues
import Synchronization

/// The shared part of one execution: its clock, its log, what it observed of the surroundings.
///
/// A retried mutation gets a new one for every attempt, so nothing of a lost attempt is left.
final class ExecutionTree: Sendable {
  let runner: FunctionRunner
  let identity: CallerIdentity
  let requestID: RequestID
  let client: ClientInfo
  /// Whether a test gave the function as a closure, which may do more than functions may.
  let isInline: Bool
  /// The scheduled function that runs, if that is what began the execution.
  let job: DocumentID?
  let clock: ExecutionClock

  /// Milliseconds since the epoch when the execution began: what time it is in transactions.
  let startTime: Double

  /// Guards what the functions of the tree write down together; held only to change it.
  private let state: Mutex<State>

  private struct State {
    var log: LogBuffer
    var observations = Observations()
    var trace: Trace?
    var firstJobTime: Double?
  }

  /// What functions of the tree asked about their surroundings.
  struct Observations: Sendable {
    var identity = false
    var time = false
    var random = false
    /// The variables that were read, with what they were.
    var environment: [String: String?] = [:]
  }

  /// Where the last `ConvexError` that left a nested call came from.
  private struct Trace {
    var error: ConvexError
    var frames: [String]
  }

  init(
    runner: FunctionRunner,
    identity: CallerIdentity,
    requestID: RequestID,
    client: ClientInfo,
    isInline: Bool,
    job: DocumentID?,
    limits: TimeLimits
  ) {
    self.runner = runner
    self.identity = identity
    self.requestID = requestID
    self.client = client
    self.isInline = isInline
    self.job = job
    clock = ExecutionClock(limits: limits)
    startTime = runner.time.now().milliseconds.rounded(.down)
    state = Mutex(State(log: LogBuffer(maximumCount: runner.limits.logLines)))
  }

  func observe(_ change: (inout Observations) -> Void) {
    state.withLock { change(&$0.observations) }
  }

  var observations: Observations { state.withLock { $0.observations } }

  /// Remembers that a function is scheduled, if the transaction commits.
  func noteJob(at time: Double) {
    state.withLock { $0.firstJobTime = min($0.firstJobTime ?? time, time) }
  }

  /// When the first of the functions scheduled in the transaction is due.
  var firstJobTime: Double? { state.withLock { $0.firstJobTime } }

  func log(_ line: LogLine) {
    state.withLock { $0.log.append(line) }
  }

  var logLines: [LogLine] { state.withLock { $0.log.lines } }

  /// Remembers where a `ConvexError` that is thrown into a calling function came from.
  func remember(_ error: ConvexError, frames: [String]) {
    state.withLock { $0.trace = Trace(error: error, frames: frames) }
  }

  /// The frames of the nested call `error` comes from, if it comes from one.
  func frames(of error: any Error) -> [String] {
    guard let error = error as? ConvexError else { return [] }
    return state.withLock { $0.trace?.error == error ? $0.trace?.frames ?? [] : [] }
  }
}
