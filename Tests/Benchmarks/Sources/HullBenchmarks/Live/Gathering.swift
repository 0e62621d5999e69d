// Waits for messages to many clients.

import BenchmarkSupport
import NIOConcurrencyHelpers

/// Waits for a number of arrivals.
///
/// The lock is between the event loops on which they arrive and the one task that waits.
final class Gathering: Sendable {
  private struct State {
    var arrived = 0
    var total = 0
    var waiting: CheckedContinuation<ContinuousClock.Instant, Never>?
    var last = ContinuousClock.now
  }

  private let state = NIOLockedValueBox(State())
  private let count: Int

  init(count: Int) { self.count = count }

  /// How many have arrived since the beginning.
  var total: Int { state.withLockedValue { $0.total } }

  func arrive() {
    let now = ContinuousClock.now
    let waiting: CheckedContinuation<ContinuousClock.Instant, Never>? = state.withLockedValue {
      state in
      state.arrived += 1
      state.total += 1
      state.last = now
      guard state.arrived >= count, let waiting = state.waiting else { return nil }
      state.arrived -= count
      state.waiting = nil
      return waiting
    }
    waiting?.resume(returning: now)
  }

  /// Waits until all have arrived, and tells when the last one did.
  @discardableResult
  func wait() async -> ContinuousClock.Instant {
    await withCheckedContinuation { continuation in
      let last: ContinuousClock.Instant? = state.withLockedValue { state in
        if state.arrived >= count {
          state.arrived -= count
          return state.last
        }
        state.waiting = continuation
        return nil
      }
      if let last { continuation.resume(returning: last) }
    }
  }

  /// Forgets what has arrived.
  func clear() { state.withLockedValue { $0.arrived = 0 } }

  /// Does something and waits for what follows; returns how long that took, in microseconds.
  @discardableResult
  func round(_ body: () -> Void) async -> Double {
    let start = ContinuousClock.now
    body()
    return (await wait() - start).inSeconds * 1e6
  }
}
