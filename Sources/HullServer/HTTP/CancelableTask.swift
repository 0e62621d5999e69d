// How an event loop cancels a task without holding its memory.

import Synchronization

/// The task that makes an answer nobody may want any more.
///
/// The task is let go by the thread it ends on, and with it what it has allocated there: if the event
/// loop held it until it has the answer, it would be the one to free that.
final class CancelableTask: Sendable {
  private enum State {
    case waiting
    case running(Task<Void, Never>)
    case canceled
    case ended
  }

  /// Guards the task between the event loop, which cancels it, and the thread that makes and ends it.
  private let state = Mutex(State.waiting)

  /// Takes the task, which may have ended or been cancelled before it was there.
  func hasBegun(_ task: Task<Void, Never>) {
    let isCanceled = state.withLock { state in
      switch state {
      case .waiting: state = .running(task)
      case .canceled: return true
      case .running, .ended: break
      }
      return false
    }
    if isCanceled { task.cancel() }
  }

  /// Lets the task go; to be called by the task itself.
  func hasEnded() {
    // What it was is released once the lock is.
    _ = state.withLock { state in exchange(&state, with: .ended) }
  }

  /// Cancels the task, even if it is yet to be made.
  func cancel() {
    let before = state.withLock { state in
      if case .ended = state { return state }
      return exchange(&state, with: .canceled)
    }
    if case .running(let task) = before { task.cancel() }
  }

  private func exchange(_ state: inout State, with next: State) -> State {
    let before = state
    state = next
    return before
  }
}
