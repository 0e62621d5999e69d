// Waits for a moment on the wall clock.

import HullPersistence
import Synchronization

/// Calls back at a moment, the earliest of those it was set for.
///
/// The wall clock may be stepped while it waits, so that it looks at it every five seconds at least.
final class Alarm: Sendable {
  private struct State {
    /// The moment that is waited for; nil if none is.
    var moment: Double?
    var wait: Task<Void, Never>?
    /// Tells a wait that has been given up from the one that counts.
    var generation = 0
  }

  /// Guards what is waited for; held for a few instructions.
  private let state = Mutex(State())
  private let time: any TimeSource
  private let sleeping: any Sleeping

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

  /// Calls `body` at a moment, unless it is to be called before anyway.
  ///
  /// - Parameters:
  ///   - moment: The moment, in milliseconds since 1970.
  ///   - body: Called once for all the moments set since the last call.
  func set(for moment: Double, _ body: @escaping @Sendable () -> Void) {
    state.withLock { state in
      if let earlier = state.moment, earlier <= moment { return }
      state.wait?.cancel()
      state.moment = moment
      state.generation += 1
      // Owned by the state, which cancels it before it starts another.
      state.wait = Task { [generation = state.generation] in
        guard await pass(until: moment), ring(generation) else { return }
        body()
      }
    }
  }

  /// Calls nobody.
  func cancel() {
    state.withLock { state in
      state.wait?.cancel()
      state = State(generation: state.generation + 1)
    }
  }

  /// Waits until the wall clock shows a moment; false if it was cancelled.
  private func pass(until moment: Double) async -> Bool {
    while true {
      let rest = moment - time.now().milliseconds
      if rest <= 0 { return true }
      do {
        try await sleeping.sleep(
          for: min(.nanoseconds(Int64(min(rest, 1e9) * 1e6)), Self.longestWait)
        )
      } catch {
        return false
      }
    }
  }

  /// Ends a wait, unless another one has taken its place.
  private func ring(_ generation: Int) -> Bool {
    state.withLock { state in
      guard state.generation == generation else { return false }
      state.moment = nil
      state.wait = nil
      return true
    }
  }
}
