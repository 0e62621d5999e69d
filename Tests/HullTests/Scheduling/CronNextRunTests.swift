@testable import Hull
import Testing

@Suite struct CronNextRunTests {
  private let second: Int64 = 1_000_000_000

  /// The next run without a delay.
  private func next(_ schedule: CronSchedule, _ now: String, after previous: String? = nil) throws
    -> String
  {
    let run = try schedule.nextRun(
      after: previous.map(UTCTime.nanoseconds),
      now: UTCTime.nanoseconds(now),
      splay: 0,
      random: { 0 }
    )
    return UTCTime.text(run / second)
  }

  @Test(
    arguments: [
      (.hourly(minuteUTC: 30), "2026-11-29 16:29:59", "2026-11-29 16:30"),
      (.hourly(minuteUTC: 30), "2026-11-29 16:30", "2026-11-29 17:30"),
      (.hourly(minuteUTC: 0), "2026-12-31 23:00", "2027-01-01 00:00"),
      (.daily(hourUTC: 17, minuteUTC: 0), "2026-11-29 16:59", "2026-11-29 17:00"),
      (.daily(hourUTC: 17, minuteUTC: 0), "2026-11-29 17:00", "2026-11-30 17:00"),
      (.daily(hourUTC: 2, minuteUTC: 30), "2026-03-08 00:00", "2026-03-08 02:30"),
      (.daily(hourUTC: 0, minuteUTC: 0), "2028-02-28 12:00", "2028-02-29 00:00"),
      (
        .weekly(dayOfWeek: .sunday, hourUTC: 18, minuteUTC: 0), "2026-11-29 17:59",
        "2026-11-29 18:00"
      ),
      (
        .weekly(dayOfWeek: .sunday, hourUTC: 18, minuteUTC: 0), "2026-11-29 18:00",
        "2026-12-06 18:00"
      ),
      (
        .weekly(dayOfWeek: .saturday, hourUTC: 0, minuteUTC: 0), "2026-12-26 00:00",
        "2027-01-02 00:00"
      ),
      (.monthly(day: 1, hourUTC: 0, minuteUTC: 0), "2026-12-01 00:00", "2027-01-01 00:00"),
      (.monthly(day: 31, hourUTC: 9, minuteUTC: 15), "2027-01-31 09:15", "2027-03-31 09:15"),
      (.monthly(day: 29, hourUTC: 0, minuteUTC: 0), "2027-01-29 00:00", "2027-03-29 00:00"),
      (.monthly(day: 29, hourUTC: 0, minuteUTC: 0), "2028-01-29 00:00", "2028-02-29 00:00"),
      (.cron("0 18 * * 0"), "2026-11-29 18:00", "2026-12-06 18:00"),
    ] as [(CronSchedule, String, String)]
  )
  func `without a delay a job runs when its schedule is due`(
    schedule: CronSchedule,
    now: String,
    expected: String
  ) throws {
    #expect(try next(schedule, now) == expected)
    #expect(try next(schedule, now, after: "2026-01-01 00:00") == expected)
  }

  @Test func `an interval begins at once and counts from the previous run`() throws {
    let schedule = CronSchedule.interval(seconds: 30)
    let now: Int64 = 1_764_000_000_123_456_789
    let random: () -> UInt64 = {
      Issue.record("intervals have no delay")
      return 0
    }
    #expect(try schedule.nextRun(after: nil, now: now, random: random) == now)
    let later = now + 5 * second
    #expect(try schedule.nextRun(after: now, now: later, random: random) == now + 30 * second)
    // One that is late may be in the past.
    let late = now + 100 * second
    #expect(try schedule.nextRun(after: now, now: late, random: random) == now + 30 * second)
  }

  @Test(
    arguments: [
      (.hourly(minuteUTC: 30), 60), (.cron("30 * * * *"), 60),
      (.daily(hourUTC: 17, minuteUTC: 0), 60),
      (.weekly(dayOfWeek: .friday, hourUTC: 3, minuteUTC: 1), 60),
      (.monthly(day: 31, hourUTC: 0, minuteUTC: 59), 60),
      (.hourly(minuteUTC: nil), 3600), (.daily(hourUTC: 17, minuteUTC: nil), 3600),
      (.weekly(dayOfWeek: .friday, hourUTC: 3, minuteUTC: nil), 3600),
      (.monthly(day: 31, hourUTC: 0, minuteUTC: nil), 3600),
    ] as [(CronSchedule, Int64)]
  )
  func `the delay is drawn once and then kept from run to run`(
    schedule: CronSchedule,
    limit: Int64
  ) throws {
    let drawn: [UInt64] = [0, 1, 17, 59, 60, 1234, 3599, 3600, .max]
    for bits in drawn {
      var isDrawn = false
      let delay = Int64(bits % UInt64(limit))
      let expression = try #require(try schedule.expression)
      var now = UTCTime.nanoseconds("2026-11-29 16:34:30")
      var run = try schedule.nextRun(after: nil, now: now) {
        isDrawn = true
        return bits
      }
      #expect(isDrawn)
      #expect(run > now)
      for _ in 0..<50 {
        // Runs last a while; none of these is lost, whatever the delay.
        now = run + 40 * second
        let previous = run
        run = try schedule.nextRun(after: previous, now: now) {
          #expect(delay == 0, "a delay is drawn again")
          return 0
        }
        #expect(run % (limit * second) == delay * second)
        #expect(run / second - delay == expression.next(after: previous / second - delay))
      }
    }
  }

  @Test func `the first run may be in the minute that has begun`() throws {
    // Due 16:30 with a delay of 45 s, declared at 16:30:20.
    let now = UTCTime.nanoseconds("2026-11-29 16:30:20")
    let run = try CronSchedule.hourly(minuteUTC: 30).nextRun(after: nil, now: now) { 45 }
    #expect(UTCTime.text(run / second) == "2026-11-29 16:30:45")
    let late = try CronSchedule.hourly(minuteUTC: 30).nextRun(after: nil, now: now) { 10 }
    #expect(UTCTime.text(late / second) == "2026-11-29 17:30:10")
    let open = try CronSchedule.daily(hourUTC: 16, minuteUTC: nil).nextRun(after: nil, now: now) {
      3000
    }
    #expect(UTCTime.text(open / second) == "2026-11-29 16:50")
  }

  @Test func `a job that had no delay gets one from its next occurrence on`() throws {
    let previous = UTCTime.nanoseconds("2026-11-29 16:30:00")
    let now = UTCTime.nanoseconds("2026-11-29 16:30:05")
    let run = try CronSchedule.hourly(minuteUTC: 30).nextRun(after: previous, now: now) { 45 }
    #expect(UTCTime.text(run / second) == "2026-11-29 17:30:45")
  }

  @Test func `the delay of jobs with a minute can be shortened, and stays within the minute`()
    throws
  {
    let now = UTCTime.nanoseconds("2026-11-29 16:00:00")
    let schedule = CronSchedule.cron("30 * * * *")
    func run(_ splay: Int) throws -> String {
      UTCTime.text(try schedule.nextRun(after: nil, now: now, splay: splay) { 75 } / second)
    }
    #expect(try run(0) == "2026-11-29 16:30")
    #expect(try run(10) == "2026-11-29 16:30:05")
    #expect(try run(3600) == "2026-11-29 16:30:15")
  }

  @Test(
    arguments: [
      // Next run, left out, first left out: in seconds after the previous run.
      (5, 30, 0, 30), (29, 30, 0, 30), (30, 30, 0, 30), (31, 60, 1, 30), (60, 60, 1, 30),
      (61, 90, 2, 30), (3600, 3600, 119, 30), (3601, 3630, 120, 30),
    ] as [(Int64, Int64, Int, Int64)]
  )
  func `an interval leaves out the runs it is too late for`(
    elapsed: Int64,
    next: Int64,
    skipped: Int,
    first: Int64
  ) throws {
    let previous: Int64 = 1_764_000_000_000_000_007
    let succession = try CronSchedule.interval(seconds: 30).succession(
      after: previous,
      now: previous + elapsed * second,
      random: { 0 }
    )
    #expect(
      succession
        == CronSuccession(
          next: previous + next * second,
          skipped: skipped,
          firstSkipped: previous + first * second
        )
    )
  }

  @Test func `a century of missed seconds is left out at once`() throws {
    let century = 100 * 365 * 86_400 * second
    let succession = try CronSchedule.interval(seconds: 1).succession(
      after: 0,
      now: century,
      random: { 0 }
    )
    #expect(succession.next == century && succession.skipped == 100 * 365 * 86_400 - 1)
  }

  @Test func `a schedule with times of day goes on after now and counts nothing`() throws {
    let previous = UTCTime.nanoseconds("2026-11-29 16:30:45")
    let succession = try CronSchedule.hourly(minuteUTC: 30).succession(
      after: previous,
      now: UTCTime.nanoseconds("2026-12-02 09:00:00"),
      random: { 0 }
    )
    #expect(UTCTime.text(succession.next / second) == "2026-12-02 09:30:45")
    #expect(succession.skipped == 0 && succession.firstSkipped == succession.next)
  }

  @Test func `a clock that is set back does not bring a run again`() throws {
    let previous = UTCTime.nanoseconds("2026-11-29 16:30:37")
    func next(_ now: Int64) throws -> String {
      let run = try CronSchedule.hourly(minuteUTC: 30).nextRun(
        after: previous,
        now: now,
        random: { 0 }
      )
      return UTCTime.text(run / second)
    }
    for stepBack in [0, 1, second / 10, 38 * second, 3600 * second] as [Int64] {
      #expect(try next(previous - stepBack) == "2026-11-29 17:30:37", "\(stepBack)")
    }
    // A clock that was far ahead does not hold runs up until it is there again.
    let year = 365 * 86_400 * second
    #expect(try next(previous - year) == "2025-11-29 17:30:37")
  }

  @Test func `a time beyond the end of time stamps is an error`() {
    let end = Int64.max
    #expect(throws: HullError.self) {
      try CronSchedule.interval(seconds: 30).nextRun(after: end - second, now: end, random: { 0 })
    }
    #expect(throws: HullError.self) {
      try CronSchedule.hourly(minuteUTC: 0).nextRun(after: nil, now: end, random: { 0 })
    }
    #expect(throws: HullError.self) {
      try CronSchedule.cron("0 0 30 2 *").nextRun(after: nil, now: 0, random: { 0 })
    }
    #expect(throws: HullError.self) {
      try CronSchedule.daily(hourUTC: 24, minuteUTC: 0).nextRun(after: nil, now: 0, random: { 0 })
    }
  }
}
