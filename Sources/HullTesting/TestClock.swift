// The clock of a test's backend.

import HullPersistence

/// The time a test's backend lives in: it stands still until the test moves it.
public struct TestClock: Sendable {
  let source: ManualTimeSource

  /// Milliseconds since 1970.
  public var now: Double { source.now().milliseconds }

  /// Lets time pass.
  ///
  /// - Parameter duration: How much; not negative.
  /// - Throws: What the work that became due throws.
  public func advance(by duration: Duration) async throws {
    source.advance(by: duration)
  }

  /// Lets time pass until a moment.
  ///
  /// - Parameter time: The moment, in milliseconds since 1970. One that has passed changes nothing.
  /// - Throws: What the work that became due throws.
  public func advance(to time: Double) async throws {
    let missing = time - now
    if missing > 0 { source.advance(by: .nanoseconds(Int64(missing * 1e6))) }
  }
}
