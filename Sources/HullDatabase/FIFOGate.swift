internal import Synchronization

/// A lock that may be held across suspensions and is granted in order of arrival.
///
/// Taking a free gate neither suspends nor allocates. A holder cannot be cancelled out of the queue:
/// every holder releases, so every wait ends.
package final class FIFOGate: Sendable {
  private struct State {
    var isHeld = false
    var waiting: [CheckedContinuation<Void, Never>] = []
    /// Waiters before this position have been served; the array is compacted now and then.
    var firstWaiting = 0
  }

  /// Protects who holds the gate and who waits; held for a few instructions.
  private let state = Mutex(State())

  package init() {}

  /// Waits for the gate and holds it until ``release()``.
  package func acquire() async {
    if tryAcquire() { return }
    await withCheckedContinuation { continuation in
      let isFree = state.withLock { state in
        if !state.isHeld {
          state.isHeld = true
          return true
        }
        state.waiting.append(continuation)
        return false
      }
      if isFree { continuation.resume() }
    }
  }

  /// Takes the gate if it is free.
  package func tryAcquire() -> Bool {
    state.withLock { state in
      if state.isHeld { return false }
      state.isHeld = true
      return true
    }
  }

  /// How many wait for the gate.
  package var waitingCount: Int { state.withLock { $0.waiting.count - $0.firstWaiting } }

  /// Hands the gate to whoever has waited longest.
  package func release() {
    // Most often nobody waits, and several gates are passed by every function.
    let isFree = state.withLock { state in
      precondition(state.isHeld, "a gate is released by its holder")
      guard state.waiting.isEmpty else { return false }
      state.isHeld = false
      return true
    }
    if !isFree { handOn() }
  }

  private func handOn() {
    let next: CheckedContinuation<Void, Never>? = state.withLock { state in
      guard state.firstWaiting < state.waiting.count else {
        state.waiting.removeAll(keepingCapacity: true)
        state.firstWaiting = 0
        state.isHeld = false
        return nil
      }
      let next = state.waiting[state.firstWaiting]
      state.firstWaiting += 1
      if state.firstWaiting > 64, state.firstWaiting > state.waiting.count / 2 {
        state.waiting.removeSubrange(..<state.firstWaiting)
        state.firstWaiting = 0
      }
      return next
    }
    next?.resume()
  }

  /// Runs `body` while holding the gate.
  package func withGate<Value>(_ body: () async throws -> Value) async rethrows -> Value {
    await acquire()
    defer { release() }
    return try await body()
  }
}
