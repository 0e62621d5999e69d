// What an event loop of the server is to a connection it serves.

import HullSync

/// Brings news to the connection of one loop, in batches, until the process ends.
///
/// `@unchecked Sendable`: everything happens on the simulation's one thread.
final class SimulatedLoop: @unchecked Sendable {
  private let number: Int
  private unowned let schedule: Schedule
  private var bodies: [() -> Void] = []

  init(number: Int, schedule: Schedule) {
    self.number = number
    self.schedule = schedule
  }

  /// The mailbox of its connection.
  private(set) lazy var mailbox = SyncMailbox { [unowned self] body in
    bodies.append(body)
    schedule.wake(loop: number) { self.run() }
  }

  private func run() {
    let bodies = bodies
    self.bodies = []
    for body in bodies { body() }
  }

  /// Forgets what it was to run.
  func end() { bodies = [] }
}
