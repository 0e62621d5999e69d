// The clock of a test's backend.

import HullPersistence

/// The time a test's backend lives in: it stands still until the test moves it.
public struct TestClock: Sendable {
  let timeline: TestTimeline

  /// Milliseconds since 1970.
  public var now: Double { timeline.time.now().milliseconds }

  /// Lets time pass, and runs what becomes due: jobs, crons, and actions that sleep, each at its time
  /// and in the order of their times.
  ///
  /// What those schedule without delay runs, too. It returns when all of it is over or sleeps; what is
  /// due later has not begun.
  ///
  /// - Parameter duration: How much; not negative.
  /// - Throws: A fault of the server that kept a job from running. What a job's function throws is in
  ///   the job's row.
  public func advance(by duration: Duration) async throws {
    try await timeline.advance(to: timeline.time.now().advanced(by: duration))
  }

  /// Lets time pass until a moment, and runs what becomes due.
  ///
  /// - Parameter time: The moment, in milliseconds since 1970. One that has passed changes nothing.
  /// - Throws: As for a duration.
  public func advance(to time: Double) async throws {
    try await timeline.advance(to: max(Timestamp(milliseconds: time), timeline.time.now()))
  }

  /// Waits until so many actions sleep at the same time.
  ///
  /// A test that calls an action with `async let` waits for it to lie down before it moves the clock.
  ///
  /// - Parameter count: How many.
  public func waitForSleepers(_ count: Int = 1) async {
    await timeline.sleeping.sleepers(count)
  }
}
