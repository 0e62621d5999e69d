// Forgets, in the background, what was kept long enough.

import HullPersistence
import Synchronization

/// Removes old records now and then.
final class PeriodicCleanup: Sendable {
  /// Guards the running pass; held for a few instructions.
  private let state = Mutex(State())
  private let time: any TimeSource
  private let remove: @Sendable (Timestamp) async throws -> Void

  private struct State {
    /// When the next pass is due, on the clock that only moves forward; the first one is at once.
    var due: Duration?
    var pass: Task<Void, Never>?
    var isFinished = false
  }

  /// The time from one pass to the next.
  private static let interval: Duration = .seconds(3600)

  /// A cleanup that has not begun.
  ///
  /// - Parameters:
  ///   - time: Tells when a pass is due.
  ///   - remove: Removes what is too old, given what time it is; ends soon once its task is cancelled.
  init(time: any TimeSource, remove: @escaping @Sendable (Timestamp) async throws -> Void) {
    self.time = time
    self.remove = remove
  }

  /// Starts a pass if the last one is long enough ago.
  func runIfDue() {
    let now = time.uptime()
    state.withLock { state in
      guard state.pass == nil, !state.isFinished, state.due.map({ $0 <= now }) ?? true else {
        return
      }
      state.due = now + Self.interval
      // Owned by this object: `finish()` waits for it.
      state.pass = Task {
        // A failure leaves records longer than necessary; the next pass tries again.
        try? await remove(time.now())
        self.state.withLock { $0.pass = nil }
      }
    }
  }

  /// Has the running pass leave the rest to the next one, after the next start, and starts no other.
  func finish() async {
    let pass = state.withLock { state in
      state.isFinished = true
      return state.pass
    }
    pass?.cancel()
    await pass?.value
  }
}
