// Counts what runs in the background, so that closing can wait for it.

import HullPersistence
import Synchronization

/// Work in the background that is waited for at the end.
final class Ongoing: Sendable {
  /// Guards the count and those who wait; held for a few instructions.
  private let state = Mutex<(count: Int, waiting: [CheckedContinuation<Void, Never>])>((0, []))
  private let sleeping: any Sleeping

  /// Nothing to wait for yet.
  ///
  /// - Parameter sleeping: What bounds a wait.
  init(sleeping: any Sleeping) { self.sleeping = sleeping }

  /// Runs `body` in a task of its own on the threads for functions.
  func start(_ body: @escaping @Sendable () async -> Void) {
    state.withLock { $0.count += 1 }
    // Counted until it is over, which ``wait(atMost:)`` waits for.
    Task(executorPreference: FunctionExecutor.shared) {
      await body()
      self.end()
    }
  }

  private func end() {
    let waiting = state.withLock { state in
      state.count -= 1
      guard state.count == 0 else { return [] as [CheckedContinuation<Void, Never>] }
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  /// Waits until nothing runs any more.
  ///
  /// - Parameter patience: How long at most.
  func wait(atMost patience: Duration) async {
    // Time bounds the wait; cancelled below as soon as nothing runs any more.
    let timeout = Task {
      try await sleeping.sleep(for: patience)
      let waiting = state.withLock { state in
        defer { state.waiting = [] }
        return state.waiting
      }
      for continuation in waiting { continuation.resume() }
    }
    await withCheckedContinuation { continuation in
      let isIdle = state.withLock { state in
        if state.count > 0 { state.waiting.append(continuation) }
        return state.count == 0
      }
      if isIdle { continuation.resume() }
    }
    timeout.cancel()
  }
}
