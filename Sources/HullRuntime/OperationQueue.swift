// Orders the database operations of one function, and ends them when the function ends.

import Synchronization

/// Admits up to `width` operations of one function at a time, in the order they were asked for.
///
/// A query or mutation has width 1: its operations happen in program order, and a nested call holds
/// its place from begin to end, so nothing of the caller falls between the operations of the callee.
/// An action has width 8. Once ``close()`` returns, no operation is running and none will start, so
/// work the function left behind cannot touch its transaction any more.
package final class OperationQueue: Sendable {
  /// Guards the free places and those who wait for one; held only to look at and change them.
  private let state: Mutex<State>

  private struct State {
    var free: Int
    let width: Int
    var isClosed = false
    var waiting: [CheckedContinuation<Bool, Never>] = []
    /// How many of `waiting` have been served; the array is compacted now and then.
    var served = 0
    var closing: CheckedContinuation<Void, Never>?

    mutating func next() -> CheckedContinuation<Bool, Never>? {
      guard served < waiting.count else { return nil }
      let continuation = waiting[served]
      served += 1
      if served == waiting.count {
        waiting.removeAll(keepingCapacity: true)
        served = 0
      }
      return continuation
    }
  }

  /// A queue with `width` places.
  package init(width: Int) {
    state = Mutex(State(free: width, width: width))
  }

  /// Runs `operation` when its turn comes.
  ///
  /// - Throws: ``FunctionEnded`` once the function has returned, else what `operation` throws.
  package func run<Value: Sendable>(
    _ operation: () async throws -> Value
  ) async throws -> Value {
    guard await enter() else { throw FunctionEnded() }
    defer { leave() }
    return try await operation()
  }

  /// Refuses what is asked for from now on and waits for what was asked for before.
  package func close() async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      let isIdle = state.withLock { state in
        state.isClosed = true
        guard state.free < state.width else { return true }
        state.closing = continuation
        return false
      }
      if isIdle { continuation.resume() }
    }
  }

  /// Takes a place, waiting for one if need be; `false` when the queue is closed.
  private func enter() async -> Bool {
    let immediate: Bool? = state.withLock { state in
      if state.isClosed { return false }
      guard state.free > 0 else { return nil }
      state.free -= 1
      return true
    }
    if let immediate { return immediate }
    return await withCheckedContinuation { continuation in
      let answer: Bool? = state.withLock { state in
        if state.isClosed { return false }
        if state.free > 0 {
          state.free -= 1
          return true
        }
        state.waiting.append(continuation)
        return nil
      }
      if let answer { continuation.resume(returning: answer) }
    }
  }

  private func leave() {
    let woken: Woken = state.withLock { state in
      // A place passes straight to the one who waits longest.
      if let next = state.next() { return Woken(next: next) }
      state.free += 1
      guard state.isClosed, state.free == state.width else { return Woken() }
      return Woken(closing: state.closing.take())
    }
    woken.next?.resume(returning: true)
    woken.closing?.resume()
  }

  /// Who is resumed once the lock is given back.
  private struct Woken {
    var next: CheckedContinuation<Bool, Never>?
    var closing: CheckedContinuation<Void, Never>?
  }
}

/// Thrown to work that a function left running when it returned.
package struct FunctionEnded: Error, CustomStringConvertible {
  package var description: String {
    "The function this context belongs to has returned. Await every operation before returning."
  }
}
