// The only code that asks the system what time it is; everything else is handed a source.

#if canImport(Glibc)
  private import Glibc
#elseif canImport(Musl)
  private import Musl
#elseif canImport(Darwin)
  private import Darwin
#endif

private import Synchronization

/// Where a program learns what time it is.
package protocol TimeSource: Sendable {
  /// The wall clock. It may step backwards.
  func now() -> Timestamp
  /// Time since some fixed moment; it never goes backwards. For measuring and for time limits.
  func uptime() -> Duration
}

/// The clocks of the operating system.
package struct SystemTimeSource: TimeSource {
  package init() {}

  package func now() -> Timestamp {
    Timestamp(rawValue: Self.nanoseconds(CLOCK_REALTIME))
  }

  package func uptime() -> Duration {
    .nanoseconds(Self.uptimeNanoseconds())
  }

  /// The same in nanoseconds, for what is measured so often that a `Duration`, which counts in
  /// 128 bits, would take longer than the clock.
  package static func uptimeNanoseconds() -> Int64 { nanoseconds(CLOCK_MONOTONIC) }

  private static func nanoseconds(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

/// A clock that stands still until told otherwise, for tests and simulation.
package final class ManualTimeSource: TimeSource {
  private struct State {
    var now: Timestamp
    var uptime = Duration.zero
  }

  /// Guards both clocks, so that a reader never sees only one of them moved.
  private let state: Mutex<State>

  /// Makes a clock that shows `start`: 2023-11-14 22:13:20 UTC unless given.
  package init(start: Timestamp = Timestamp(rawValue: 1_700_000_000_000_000_000)) {
    state = Mutex(State(now: start))
  }

  package func now() -> Timestamp { state.withLock { $0.now } }

  package func uptime() -> Duration { state.withLock { $0.uptime } }

  /// Lets time pass on both clocks.
  package func advance(by duration: Duration) {
    precondition(duration >= .zero, "time passes forwards; use set(_:) to step the wall clock")
    state.withLock {
      $0.now = $0.now.advanced(by: duration)
      $0.uptime += duration
    }
  }

  /// Steps the wall clock, backwards too; the uptime stays.
  package func set(_ now: Timestamp) {
    state.withLock { $0.now = now }
  }
}
