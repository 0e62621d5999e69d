// Bounds the memory that bodies and WebSocket messages of all connections take together.

import Synchronization

/// Counts the bytes of request bodies held in memory by all connections, of answers that a slow client
/// does not take, and of WebSocket messages that arrive in parts, are kept, or wait for a slow client.
///
/// The bound of one body alone would still let thousands of connections fill the memory.
final class BodyBudget: Sendable {
  /// Bodies up to this size are free: counting each would cost more than it guards against.
  static let freeBytes = 16 * 1024

  private let limit: Int
  private let counters: ServerCounters

  init(limit: Int, counters: ServerCounters) {
    self.limit = limit
    self.counters = counters
  }

  /// Takes `count` bytes, unless that is more than is left.
  func take(_ count: Int) -> Bool {
    guard counters.bufferedBytes.add(count, ordering: .relaxed).newValue > limit else {
      return true
    }
    give(back: count)
    return false
  }

  /// Returns bytes taken before.
  func give(back count: Int) {
    counters.bufferedBytes.subtract(count, ordering: .relaxed)
  }
}
