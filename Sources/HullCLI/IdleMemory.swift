// Gives memory back to the system when there is nothing to do.

import HullPersistence
import HullRuntime
import HullServer

/// Watches a server for pauses, in which it lets go of what a burst of work has left.
enum IdleMemory {
  /// How long nothing must have happened.
  static let pause: Duration = .seconds(5)
  /// How long threads have to end.
  static let grace: Duration = .milliseconds(100)

  /// Watches until the task is cancelled.
  ///
  /// - Parameters:
  ///   - backend: What works, and lets go of its memory.
  ///   - counters: Tell of requests that never reach the backend.
  ///   - sleeping: Lets time pass.
  /// - Returns: The task.
  static func watch(
    _ backend: Backend,
    _ counters: ServerCounters,
    sleeping: any Sleeping = TaskSleeping()
  ) -> Task<Void, Never> {
    Task {
      var (seen, released) = (-1, -1)
      while (try? await sleeping.sleep(for: pause)) != nil {
        let activity = backend.activity + counters.responses
        if activity == seen, activity != released {
          await backend.releaseMemory()
          FunctionExecutor.shared.endIdleThreads()
          // What a thread kept is free once it has ended.
          guard (try? await sleeping.sleep(for: grace)) != nil else { return }
          Allocator.giveBackToSystem()
          await HTTPServer.releaseMemory()
          released = activity
        }
        seen = activity
      }
    }
  }
}
