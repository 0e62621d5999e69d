// Forgets, in the background, which mutations of sessions were committed long ago.

import HullDatabase
import HullPersistence
import Synchronization

/// Removes old records of clients' mutations now and then.
final class SessionRequestCleanup: Sendable {
  /// Guards the running pass; held for a few instructions.
  private let state = Mutex(State())
  private let database: Database
  private let retention: Duration
  private let time: any TimeSource

  private struct State {
    /// When the next pass is due, on the clock that only moves forward; the first one is at once.
    var due: Duration?
    var pass: Task<Void, Never>?
    var isFinished = false
  }

  /// The time from one pass to the next.
  private static let interval: Duration = .seconds(3600)

  init(database: Database, retention: Duration, time: any TimeSource) {
    self.database = database
    self.retention = retention
    self.time = time
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
        let cutoff = time.now().advanced(by: .zero - retention)
        // A failure leaves records longer than necessary; the next pass tries again.
        try? await database.removeSessionRequests(before: cutoff)
        self.state.withLock { $0.pass = nil }
      }
    }
  }

  /// Waits for the running pass and starts no other.
  func finish() async {
    let pass = state.withLock { state in
      state.isFinished = true
      return state.pass
    }
    await pass?.value
  }
}
