// A backend from its start to its crash.

import HullDatabase
import HullPersistence
import HullRuntime

/// One process that serves the disk, until it crashes.
///
/// `@unchecked Sendable`: everything happens on the simulation's one thread.
final class SimulatedProcess: @unchecked Sendable {
  let store: SimulatedStore
  let sleeping: SimulatedSleeping
  /// The backend once it is open.
  private(set) var backend: Backend?
  private(set) var hasEnded = false
  private unowned let schedule: Schedule

  init(store: SimulatedStore, sleeping: SimulatedSleeping, schedule: Schedule) {
    self.store = store
    self.sleeping = sleeping
    self.schedule = schedule
  }

  /// Starts the backend; `started` is called when it is open, or with why it is not.
  func start(
    _ template: Template,
    _ configuration: BackendConfiguration,
    started: @escaping @Sendable ((any Error)?) -> Void
  ) {
    Task {
      do {
        let backend = try await Backend.open(
          template.application,
          persistence: self.store,
          configuration: configuration,
          registry: template.registry
        )
        try await backend.startJobs()
        if self.hasEnded {
          await backend.close()
        } else {
          self.backend = backend
          started(nil)
        }
      } catch {
        if !self.hasEnded { started(error) }
      }
    }
  }

  /// Ends everything at once: what is under way reaches neither the disk nor anyone, and is let go of.
  func crash() {
    hasEnded = true
    store.cutOff()
    sleeping.end()
    if let backend { Task { await backend.close() } }
    backend = nil
    schedule.drainTasks()
  }
}
