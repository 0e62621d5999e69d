// How whoever runs jobs hears of new ones.

import Synchronization

/// Tells one listener when functions have been scheduled.
final class JobSignal: Sendable {
  /// Guards the listener; held only to look at it or change it.
  private let listener = Mutex(Listener())

  /// A closure that is itself the value of a generic type is wrapped again at every access.
  private struct Listener {
    var body: (@Sendable (Double) -> Void)?
  }

  /// Has `body` called with the time of every job that has been committed, or of the first of several.
  func listen(_ body: (@Sendable (Double) -> Void)?) {
    listener.withLock { $0.body = body }
  }

  /// Tells of a job that is due at a time, in milliseconds since 1970.
  func send(_ time: Double) {
    let body = listener.withLock { $0.body }
    body?(time)
  }
}
