@testable import Hull
import HullValues
import Testing

@Suite struct CronScheduleTests {
  private static let valid: [(CronSchedule, ConvexObject)] = [
    (.interval(seconds: 30), ["type": "interval", "seconds": .int64(30)]),
    (.hourly(minuteUTC: nil), ["type": "hourly"]),
    (.hourly(minuteUTC: 59), ["type": "hourly", "minuteUTC": .int64(59)]),
    (.daily(hourUTC: 0, minuteUTC: nil), ["type": "daily", "hourUTC": .int64(0)]),
    (
      .daily(hourUTC: 23, minuteUTC: 0),
      ["type": "daily", "hourUTC": .int64(23), "minuteUTC": .int64(0)]
    ),
    (
      .weekly(dayOfWeek: .sunday, hourUTC: 18, minuteUTC: 5),
      ["type": "weekly", "dayOfWeek": .int64(0), "hourUTC": .int64(18), "minuteUTC": .int64(5)]
    ),
    (
      .weekly(dayOfWeek: .saturday, hourUTC: 1, minuteUTC: nil),
      ["type": "weekly", "dayOfWeek": .int64(6), "hourUTC": .int64(1)]
    ),
    (
      .monthly(day: 31, hourUTC: 2, minuteUTC: 3),
      ["type": "monthly", "day": .int64(31), "hourUTC": .int64(2), "minuteUTC": .int64(3)]
    ),
    (.cron("0 18 * * 0"), ["type": "cron", "cronExpr": "0 18 * * 0"]),
  ]

  @Test(arguments: valid)
  func `the stored form is Convex's, and is read back`(schedule: CronSchedule, value: ConvexObject)
    throws
  {
    try schedule.check()
    #expect(schedule.value == value)
    #expect(try CronSchedule(value: value) == schedule)
  }

  @Test func `a minute left open may be stored as null`() throws {
    let value: ConvexObject = ["type": "hourly", "minuteUTC": .null]
    #expect(try CronSchedule(value: value) == .hourly(minuteUTC: nil))
  }

  @Test(
    arguments: [
      (.interval(seconds: 0), "Interval must be an integer greater than 0"),
      (.interval(seconds: -1), "Interval must be an integer greater than 0"),
      (
        .interval(seconds: CronSchedule.maximumInterval + 1),
        "Interval must be at most 3153600000 seconds (100 years)"
      ),
      (.hourly(minuteUTC: 60), "Minute of hour must be an integer from 0 to 59"),
      (.hourly(minuteUTC: -1), "Minute of hour must be an integer from 0 to 59"),
      (.daily(hourUTC: 24, minuteUTC: nil), "Hour of day must be an integer from 0 to 23"),
      (.daily(hourUTC: -1, minuteUTC: 0), "Hour of day must be an integer from 0 to 23"),
      (.daily(hourUTC: 0, minuteUTC: 60), "Minute of hour must be an integer from 0 to 59"),
      (
        .weekly(dayOfWeek: .monday, hourUTC: 24, minuteUTC: 0),
        "Hour of day must be an integer from 0 to 23"
      ),
      (
        .monthly(day: 0, hourUTC: 0, minuteUTC: 0), "Day of month must be an integer from 1 to 31"
      ),
      (
        .monthly(day: 32, hourUTC: 0, minuteUTC: 0), "Day of month must be an integer from 1 to 31"
      ),
      (
        .monthly(day: 1, hourUTC: 99, minuteUTC: 0), "Hour of day must be an integer from 0 to 23"
      ),
      (
        .cron("* * * * 7"),
        "Failed to parse cron expression \"* * * * 7\": day of the week `7`: 7 is not from 0 to 6"
      ),
      (.cron("0 0 30 2 *"), "The cron spec \"0 0 30 2 *\" will never match any time"),
    ] as [(CronSchedule, String)]
  )
  func `a schedule that is none is refused in Convex's words`(
    schedule: CronSchedule,
    message: String
  ) {
    let error = #expect(throws: HullError.self) { try schedule.check() }
    #expect(error == HullError(code: .invalidCron, message: message))
  }

  @Test(
    arguments: [
      ([:], ".type: expected the type of a cron schedule, but the field is missing"),
      (["type": "yearly"], ".type: expected the type of a cron schedule, found \"yearly\""),
      (["type": "interval", "seconds": 30], ".seconds: expected an int64, found 30.0"),
      (["type": "daily"], ".hourUTC: expected a value, but the field is missing"),
      (["type": "hourly", "minuteUTC": "x"], ".minuteUTC: expected an int64, found \"x\""),
      (["type": "cron", "cronExpr": .null], ".cronExpr: expected a string, found null"),
      (
        ["type": "weekly", "dayOfWeek": .int64(7), "hourUTC": .int64(0)],
        "Day of week must be an integer from 0 to 6"
      ),
      (
        ["type": "interval", "seconds": .int64(0)], "Interval must be an integer greater than 0"
      ),
    ] as [(ConvexObject, String)]
  )
  func `a stored form that is none is refused with the field`(
    value: ConvexObject,
    message: String
  ) {
    let error = #expect(throws: (any Error).self) { try CronSchedule(value: value) }
    #expect(error.map { "\($0)" } == message)
  }

  @Test func `an interval is counted in seconds, minutes or hours`() {
    #expect(CronInterval.seconds(7).totalSeconds == 7)
    #expect(CronInterval.minutes(7).totalSeconds == 420)
    #expect(CronInterval.hours(7).totalSeconds == 25_200)
    #expect(CronInterval.hours(.max).totalSeconds == .max)
    #expect(CronInterval.minutes(.min).totalSeconds == .min)
  }
}
