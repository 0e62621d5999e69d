// Bounds how many requests are worked on at once.

import NIOCore
import Synchronization

/// Admits a bounded number of requests and lets the others wait in order of arrival.
///
/// The queue itself is bounded by the number of connections: each has one request in hand.
final class RequestGate: Sendable {
  private struct State {
    var admitted = 0
    var waiting: CircularBuffer<@Sendable () -> Void> = []
  }

  private let limit: Int
  /// Protects the count and the queue; entered and left from every event loop.
  private let state = Mutex(State())

  init(limit: Int) {
    self.limit = max(1, limit)
  }

  /// Takes a place if one is free.
  func enter() -> Bool {
    state.withLock { state in
      guard state.admitted < limit else { return false }
      state.admitted += 1
      return true
    }
  }

  /// Takes a place, or waits for one.
  ///
  /// - Parameter admit: Called once a place is free, if none is now; on the thread that left.
  /// - Returns: Whether there was a place at once; `admit` is then never called.
  func enter(orLater admit: @escaping @Sendable () -> Void) -> Bool {
    state.withLock { state in
      guard state.admitted >= limit else {
        state.admitted += 1
        return true
      }
      state.waiting.append(admit)
      return false
    }
  }

  /// Gives a place back, to whoever has waited longest.
  func leave() {
    let next: (@Sendable () -> Void)? = state.withLock { state in
      if let next = state.waiting.popFirst() { return next }
      state.admitted -= 1
      return nil
    }
    next?()
  }
}
