// Waits for a moment on the wall clock.

import HullPersistence

/// Calls back at a moment, the earliest of those it was set for.
///
/// The wall clock may be stepped while it waits, so that it looks at it every five seconds at least.
/// A value: whoever holds it guards it.
struct Alarm {
  private let time: any TimeSource
  private let sleeping: any Sleeping
  private var due: Double?
  private var wait: Task<Void, Never>?

  private static let longestWait: Duration = .seconds(5)

  /// An alarm that is not set.
  ///
  /// - Parameters:
  ///   - time: What tells the time.
  ///   - sleeping: What lets it pass.
  init(time: any TimeSource, sleeping: any Sleeping) {
    self.time = time
    self.sleeping = sleeping
  }

  /// Calls `body` at a moment, unless it is called before.
  ///
  /// - Parameters:
  ///   - moment: The moment, in milliseconds since 1970.
  ///   - body: Called once for all the moments set since the last call.
  mutating func set(for moment: Double, _ body: @escaping @Sendable () -> Void) {
    if let due, due > time.now().milliseconds {
      if due <= moment { return }
      wait?.cancel()
    }
    // One whose moment has come is left to call.
    due = moment
    // Owned by this value, which cancels it before it starts another.
    wait = Task { [time, sleeping] in
      while true {
        let rest = moment - time.now().milliseconds
        if rest <= 0 { break }
        do {
          try await sleeping.sleep(
            for: min(.nanoseconds(Int64(min(rest, 1e9) * 1e6)), Self.longestWait)
          )
        } catch {
          return
        }
      }
      body()
    }
  }

  /// Calls nobody.
  mutating func cancel() {
    wait?.cancel()
    wait = nil
    due = nil
  }
}
