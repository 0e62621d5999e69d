// A thread of work without a thread: what an event loop is to a socket.

import HullRuntime
import Synchronization

/// Runs closures one after the other, in the order they were handed in.
package final class LocalLoop: Sendable {
  private struct State {
    var jobs: [@Sendable () -> Void] = []
    var isRunning = false
  }

  /// Guards the closures that wait; held to add or take them.
  private let state = Mutex(State())

  package init() {}

  /// Runs a closure after those before it.
  package func execute(_ body: @escaping @Sendable () -> Void) {
    let mustStart = state.withLock { state in
      state.jobs.append(body)
      defer { state.isRunning = true }
      return !state.isRunning
    }
    guard mustStart else { return }
    // Owned by nobody: it ends when there is nothing left to do.
    Task(executorPreference: FunctionExecutor.shared) { self.drain() }
  }

  private func drain() {
    while true {
      let jobs = state.withLock { state in
        if state.jobs.isEmpty { state.isRunning = false }
        defer { state.jobs = [] }
        return state.jobs
      }
      if jobs.isEmpty { return }
      for job in jobs { job() }
    }
  }

  /// Runs a closure and returns what it returns.
  package func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
      execute { continuation.resume(returning: body()) }
    }
  }
}
