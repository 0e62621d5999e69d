// Measures how long a function's own code has run, and holds the verdict that ended it.

package import HullDatabase
import HullPersistence
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
  /// The limits, in nanoseconds, and the one on the function's own code.
  private let (user, system): (Int64, Int64)
  private let limit: Duration

  /// Times are nanoseconds of the clock that only moves forward.
  private struct State {
    let start: Int64
    var system: Int64 = 0
    /// Running operations; the wait for a thread is one.
    var operations = 1
    var operationStart: Int64
    var termination: Termination?

    /// Time spent until now in the function's own code, and elsewhere.
    var split: (user: Int64, system: Int64) {
      let now = ExecutionClock.now
      let system = operations > 0 ? system + now - operationStart : system
      return (now - start - system, system)
    }
  }

  init(limits: TimeLimits) {
    (user, system) = (limits.user.nanoseconds, limits.system.nanoseconds)
    limit = limits.user
    let now = Self.now
    state = Mutex(State(start: now, operationStart: now))
  }

  private static var now: Int64 { SystemTimeSource.uptimeNanoseconds() }

  /// Notes that the function has begun.
  func begin() { leaveOperation() }

  /// Notes that the function handed control to the server.
  ///
  /// - Throws: The verdict, if the function has been ended meanwhile.
  func enterOperation() throws(Termination) {
    let termination: Termination? = state.withLock { state in
      if let termination = state.termination { return termination }
      if state.operations == 0 { state.operationStart = Self.now }
      state.operations += 1
      return nil
    }
    if let termination { throw termination }
  }

  /// Notes that the function has control again.
  func leaveOperation() {
    state.withLock { state in
      state.operations -= 1
      if state.operations == 0 { state.system += Self.now - state.operationStart }
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
  var userTime: Duration { .nanoseconds(state.withLock { $0.split.user }) }

  /// Milliseconds since the execution began.
  var elapsedMilliseconds: Double {
    Double(state.withLock { Self.now - $0.start }) / 1e6
  }

  /// Ends the function if it is over a limit.
  ///
  /// - Returns: What ended it, if it is over a limit; `nil` while it is not, ended or not: one that is
  ///   ended otherwise is left to return.
  func checkLimits() -> Termination? {
    state.withLock { state in
      guard let excess = excess(of: state) else { return nil }
      state.termination = state.termination ?? excess
      return state.termination
    }
  }

  /// What has ended the function, now that it has returned; `nil` if nothing has.
  func verdict() -> Termination? {
    state.withLock { $0.termination ?? excess(of: $0) }
  }

  private func excess(of state: borrowing State) -> Termination? {
    let time = state.split
    if time.user > user { return .userTimeout(limit: limit) }
    return time.system > system ? .systemTimeout : nil
  }
}
