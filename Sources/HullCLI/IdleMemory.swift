// Gives memory back to the system when there is nothing to do.

import HullRuntime
import HullServer

/// Watches a server for pauses, in which it lets go of what a burst of work has left.
enum IdleMemory {
  /// How long nothing must have happened.
  private static let pause: Duration = .seconds(5)

  /// Watches until the task is cancelled.
  ///
  /// - Parameters:
  ///   - backend: What works, and lets go of its memory.
  ///   - counters: Tell of requests that never reach the backend.
  /// - Returns: The task.
  static func watch(_ backend: Backend, _ counters: ServerCounters) -> Task<Void, Never> {
    Task {
      var (seen, released) = (-1, -1)
      while (try? await Task.sleep(for: pause)) != nil {
        let activity = backend.activity + counters.responses
        if activity == seen, activity != released {
          await backend.releaseMemory()
          Allocator.giveBackToSystem()
          released = activity
        }
        seen = activity
      }
    }
  }
}
