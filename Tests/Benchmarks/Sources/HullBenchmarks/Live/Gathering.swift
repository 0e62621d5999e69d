// Waits for messages to many clients.

import BenchmarkSupport
import Dispatch
import NIOConcurrencyHelpers

/// Waits for a number of arrivals.
///
/// The lock is between the event loops on which they arrive and the one task that waits.
final class Gathering: Sendable {
  private typealias Waiting = CheckedContinuation<ContinuousClock.Instant, any Error>

  private struct State {
    var arrived = 0
    var total = 0
    var waiting: Waiting?
    /// How often there was waiting.
    var waits = 0
    var last = ContinuousClock.now
  }

  private let state = NIOLockedValueBox(State())
  private let count: Int
  /// How long to wait for what should take milliseconds.
  private static let patience = 60

  /// What arrives, for the text of the error.
  private let name: String

  init(count: Int, of name: String = "messages") { (self.count, self.name) = (count, name) }

  /// How many have arrived since the beginning.
  var total: Int { state.withLockedValue { $0.total } }

  func arrive() {
    let now = ContinuousClock.now
    let waiting: Waiting? = state.withLockedValue { state in
      state.arrived += 1
      state.total += 1
      state.last = now
      guard state.arrived >= count, let waiting = state.waiting else { return nil }
      state.arrived -= count
      state.waiting = nil
      return waiting
    }
    waiting?.resume(returning: now)
  }

  /// Waits until all have arrived, and tells when the last one did.
  ///
  /// - Returns: The time of the last arrival.
  /// - Throws: If some have not arrived for a minute.
  @discardableResult
  func wait() async throws -> ContinuousClock.Instant {
    try await withCheckedThrowingContinuation { continuation in
      let (last, number): (ContinuousClock.Instant?, Int) = state.withLockedValue { state in
        if state.arrived >= count {
          state.arrived -= count
          return (state.last, 0)
        }
        state.waiting = continuation
        state.waits += 1
        return (nil, state.waits)
      }
      if let last {
        continuation.resume(returning: last)
      } else {
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(Self.patience)) {
          self.giveUp(number)
        }
      }
    }
  }

  private func giveUp(_ number: Int) {
    let (waiting, arrived): (Waiting?, Int) = state.withLockedValue { state in
      guard state.waits == number else { return (nil, 0) }
      defer { state.waiting = nil }
      return (state.waiting, state.arrived)
    }
    waiting?.resume(
      throwing: BenchmarkFailure("of \(count) \(name) \(arrived) came in \(Self.patience) s")
    )
  }

  /// Forgets what has arrived.
  func clear() { state.withLockedValue { $0.arrived = 0 } }

  /// Does something and waits for what follows; returns how long that took, in microseconds.
  @discardableResult
  func round(_ body: () throws -> Void) async throws -> Double {
    let start = ContinuousClock.now
    try body()
    return (try await wait() - start).inSeconds * 1e6
  }
}
