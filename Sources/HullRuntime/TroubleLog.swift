// What the operator has to know of a store that fails, without a line for every call it fails.

import HullDatabase
import HullPersistence
import Logging
import Synchronization

/// Logs failures of the store: a new one at once, the same one every few seconds.
final class TroubleLog: Sendable {
  private struct State {
    var message = ""
    var loggedAt = Timestamp.zero
    var unlogged = 0
  }

  private static let interval = Duration.seconds(5)

  /// Guards what was logged last.
  private let state = Mutex(State())
  private let logger: Logger
  private let time: any TimeSource

  init(logger: Logger, time: any TimeSource) {
    self.logger = logger
    self.time = time
  }

  func report(_ error: DatabaseError, of call: FunctionRunner.Call) {
    let now = time.now()
    let unlogged: Int? = state.withLock { state in
      let isDue =
        state.message != error.message || now < state.loggedAt
        || now >= state.loggedAt.advanced(by: Self.interval)
      guard isDue else {
        state.unlogged += 1
        return nil
      }
      defer { state = State(message: error.message, loggedAt: now) }
      return state.unlogged
    }
    guard let unlogged else { return }
    let name = call.route ?? call.function.path.description
    let others = unlogged > 0 ? " Calls that failed since the last report: \(unlogged)." : ""
    logger.error(
      "\(name): \(error.message)\(others)",
      metadata: ["request": "\(call.requestID)", "code": "\(error.code)"]
    )
  }
}
