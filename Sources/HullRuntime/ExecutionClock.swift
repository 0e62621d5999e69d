// Measures how long a function's own code has run, and holds the verdict that ended it.

package import HullDatabase
import Synchronization

/// Why a function was ended from outside, where its own code cannot catch it.
package enum Termination: Error, Sendable, Hashable {
  /// Its own code ran longer than allowed.
  case userTimeout(limit: Duration)
  /// Its operations took longer than allowed.
  case systemTimeout
  /// The caller went away.
  case canceled
  /// An operation failed for a reason that is not the function's, such as a lost database.
  indirect case failed(DatabaseError)
}

/// The time limits of one execution.
package struct TimeLimits: Sendable, Hashable {
  /// For the function's own code: time outside the operations of its context.
  package var user: Duration

  /// For everything else, waiting for the database included.
  package var system: Duration
}

/// Splits the time of one top-level execution into its own code and the operations it asked for.
///
/// Nested calls share their caller's clock, so that the budget is one for the whole tree. Operations
/// that overlap count once. Until ``begin()`` the function waits for a thread, on the server's time.
final class ExecutionClock: Sendable {
  /// Guards the measurement; held only to read a clock and add.
  private let state: Mutex<State>
  private let limits: TimeLimits

  private struct State {
    let start: ContinuousClock.Instant
    var system: Duration = .zero
    /// Running operations; the wait for a thread is one.
    var operations = 1
    var operationStart: ContinuousClock.Instant
    var termination: Termination?
  }

  init(limits: TimeLimits) {
    self.limits = limits
    let now = ContinuousClock.now
    state = Mutex(State(start: now, operationStart: now))
  }

  /// Notes that the function has begun.
  func begin() { leaveOperation() }

  /// Notes that the function handed control to the server.
  ///
  /// - Throws: The verdict, if the function has been ended meanwhile.
  func enterOperation() throws(Termination) {
    let termination: Termination? = state.withLock { state in
      if let termination = state.termination { return termination }
      if state.operations == 0 { state.operationStart = .now }
      state.operations += 1
      return nil
    }
    if let termination { throw termination }
  }

  /// Notes that the function has control again.
  func leaveOperation() {
    state.withLock { state in
      state.operations -= 1
      if state.operations == 0 { state.system += .now - state.operationStart }
    }
  }

  /// Ends the function, unless that has happened before, and returns what ended it.
  @discardableResult
  func terminate(_ termination: Termination) -> Termination {
    state.withLock { state in
      let first = state.termination ?? termination
      state.termination = first
      return first
    }
  }

  /// What ended the function, if anything has.
  var termination: Termination? { state.withLock { $0.termination } }

  /// Time spent in the function's own code so far.
  var userTime: Duration { state.withLock { Self.split($0).user } }

  /// Milliseconds since the execution began.
  var elapsedMilliseconds: Double {
    let elapsed = state.withLock { .now - $0.start }
    return Double(elapsed.components.seconds) * 1e3 + Double(elapsed.components.attoseconds) / 1e15
  }

  /// Ends the function if it is over a limit; `nil` while it is not.
  func checkLimits() -> Termination? {
    let (user, system) = state.withLock { Self.split($0) }
    if user > limits.user { return terminate(.userTimeout(limit: limits.user)) }
    if system > limits.system { return terminate(.systemTimeout) }
    return nil
  }

  private static func split(_ state: State) -> (user: Duration, system: Duration) {
    let now = ContinuousClock.now
    let running = state.operations > 0 ? now - state.operationStart : .zero
    let system = state.system + running
    return (now - state.start - system, system)
  }
}
