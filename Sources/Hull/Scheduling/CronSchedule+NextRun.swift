// When runs are, as Convex computes it (get-convex/convex-backend: crates/model/src/cron_jobs/
// next_ts.rs, crates/application/src/cron_jobs/mod.rs). Times are nanoseconds since 1970.

/// What follows a run of a cron job.
package struct CronSuccession: Hashable, Sendable {
  /// When the next run is; not before the time it was computed for.
  package let next: Int64
  /// How many runs in between are left out because they are in the past.
  package let skipped: Int
  /// When the first of them was; ``next`` if there is none.
  package let firstSkipped: Int64
}

extension CronSchedule {
  /// The delay of jobs that leave the minute open is below this many seconds.
  package static let openMinuteSplay = 3600

  /// The delay of other jobs with a time of day is below this many seconds, unless set otherwise.
  package static let defaultSplay = 60

  /// When a job runs next.
  ///
  /// An interval counts from the previous run, and begins at once. Every other schedule has runs at
  /// whole minutes, each delayed by the same random number of seconds so that jobs do not all start
  /// together. Nothing remembers the delay but the time of the previous run: it is the part of it
  /// beyond the full minute, or the full hour if the minute is open.
  ///
  /// - Parameters:
  ///   - previous: When the previous run was due, in nanoseconds since 1970; nil before the first.
  ///   - now: The time, in nanoseconds since 1970.
  ///   - splay: The delay of jobs with a minute is below this many seconds, at most 60.
  ///   - random: Gives random bits; called at most once, when a delay is drawn.
  /// - Returns: The time in nanoseconds since 1970. For an interval it may be in the past.
  /// - Throws: ``HullError`` `.invalidCron` for a schedule that is none, that is never due, or not
  ///   before time stamps end in 2262.
  package func nextRun(
    after previous: Int64?,
    now: Int64,
    splay: Int = CronSchedule.defaultSplay,
    random: () -> UInt64
  ) throws(HullError) -> Int64 {
    guard let expression = try expression else {
      guard let previous, case .interval(let seconds) = self else { return now }
      return try sum(previous, seconds: Int64(seconds))
    }
    let delay = delay(after: previous, splay: splay, random: random)
    // A clock that was set back a little does not bring the same occurrence again. One that was wrong
    // by more is believed: jobs are not to rest until it is where it once was.
    var now = now
    if let previous, previous > now, previous - Self.largestStepBack <= now { now = previous }
    // Counted without its delay, a run is searched for from the occurrence the previous run stood for:
    // a slow run does not lose an occurrence that its delay moved past `now`.
    let from = now.subtractingReportingOverflow(delay.previous * Self.second)
    let search = from.overflow ? now : from.partialValue
    guard let due = expression.next(after: search.flooredDivision(by: Self.second).quotient) else {
      throw neverDue
    }
    return try sum(0, seconds: due + delay.next)
  }

  /// What follows a run that has ended.
  ///
  /// Only intervals fall behind; a schedule with times of day always continues after `now`.
  ///
  /// - Parameters:
  ///   - previous: When the run was due, in nanoseconds since 1970.
  ///   - now: The time, in nanoseconds since 1970.
  ///   - splay: See ``nextRun(after:now:splay:random:)``.
  ///   - random: Gives random bits.
  /// - Returns: The next run and how many were left out.
  /// - Throws: What ``nextRun(after:now:splay:random:)`` throws.
  package func succession(
    after previous: Int64,
    now: Int64,
    splay: Int = CronSchedule.defaultSplay,
    random: () -> UInt64
  ) throws(HullError) -> CronSuccession {
    let first = try nextRun(after: previous, now: now, splay: splay, random: random)
    guard first < now, case .interval(let seconds) = self else {
      return CronSuccession(next: first, skipped: 0, firstSkipped: first)
    }
    let interval = Int64(seconds) * Self.second
    // Rounded up: a run due exactly now is not in the past.
    let skipped = (now - first - 1) / interval + 1
    let next = try sum(first, seconds: skipped * Int64(seconds))
    return CronSuccession(next: next, skipped: Int(skipped), firstSkipped: first)
  }

  private static var second: Int64 { 1_000_000_000 }
  /// By how much a clock is set back when it is put right, in nanoseconds: an hour at most.
  private static var largestStepBack: Int64 { 3600 * second }

  /// The delays in seconds: the one the previous run had, and the one the next run gets.
  private func delay(
    after previous: Int64?,
    splay: Int,
    random: () -> UInt64
  ) -> (previous: Int64, next: Int64) {
    let limit = isMinuteOpen ? Self.openMinuteSplay : min(splay, 60)
    guard limit > 0 else { return (0, 0) }
    func drawn() -> Int64 { Int64(random() % UInt64(limit)) }
    guard let previous else {
      // The first run may still be in the current minute or hour.
      let delay = drawn()
      return (delay, delay)
    }
    let period: Int64 = isMinuteOpen ? 3600 : 60
    let delay = previous.flooredDivision(by: Self.second).quotient.flooredDivision(by: period)
      .remainder
    return delay > 0 ? (delay, delay) : (0, drawn())
  }

  /// Whether the minute is left open.
  private var isMinuteOpen: Bool {
    switch self {
    case .hourly(let minute), .daily(_, let minute), .weekly(_, _, let minute),
      .monthly(_, _, let minute):
      minute == nil
    case .interval, .cron: false
    }
  }

  private func sum(_ nanoseconds: Int64, seconds: Int64) throws(HullError) -> Int64 {
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: Self.second)
    let (sum, carry) = nanoseconds.addingReportingOverflow(scaled)
    guard !overflow, !carry else {
      throw .invalidCron("The next run is too far in the future")
    }
    return sum
  }
}
