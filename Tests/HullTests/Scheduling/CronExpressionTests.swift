@testable import Hull
import Testing

@Suite struct CronExpressionTests {
  private func next(_ expression: String, _ after: String) throws -> String {
    UTCTime.text(try CronExpression(parsing: expression).next(after: UTCTime.seconds(after)))
  }

  @Test(
    arguments: [
      // Every part of a time carries into the next.
      ("* * * * *", "2026-11-29 16:34:30", "2026-11-29 16:35"),
      ("* * * * *", "2026-11-29 16:35:00", "2026-11-29 16:36"),
      ("* * * * *", "2026-12-31 23:59:59", "2027-01-01 00:00"),
      ("15 7 * * *", "2026-11-29 07:14:59", "2026-11-29 07:15"),
      ("15 7 * * *", "2026-11-29 07:15:00", "2026-11-30 07:15"),
      ("0 0 1 1 *", "2026-01-01 00:00", "2027-01-01 00:00"),
      ("59 23 31 12 *", "2026-12-31 23:59", "2027-12-31 23:59"),
      // Month ends and leap years.
      ("0 0 31 * *", "2026-01-31 00:00", "2026-03-31 00:00"),
      ("0 0 30 * *", "2026-01-30 12:00", "2026-03-30 00:00"),
      ("0 0 29 2 *", "2026-01-01 00:00", "2028-02-29 00:00"),
      ("0 0 29 2 *", "2096-03-01 00:00", "2104-02-29 00:00"),
      ("0 0 L * *", "2027-02-01 00:00", "2027-02-28 00:00"),
      ("0 0 L * *", "2028-02-01 00:00", "2028-02-29 00:00"),
      ("0 0 L 2 *", "2099-12-01 00:00", "2100-02-28 00:00"),
      // Week borders.
      ("0 0 * * 0", "2026-11-28 23:59:59", "2026-11-29 00:00"),
      ("0 0 * * 0", "2026-11-29 00:00", "2026-12-06 00:00"),
      ("0 9 * * MON-FRI", "2026-11-27 09:00", "2026-11-30 09:00"),
      ("0 0 * * 6,0", "2026-12-05 00:00", "2026-12-06 00:00"),
      // The hours at which clocks are set elsewhere are ordinary here.
      ("30 2 * * *", "2026-03-08 01:00", "2026-03-08 02:30"),
      ("30 1 * * *", "2026-10-25 01:30", "2026-10-26 01:30"),
      // Either day field makes a day due; a * leaves it to the other, */1 does not.
      ("0 0 13 * FRI", "2026-11-29 00:00", "2026-12-04 00:00"),
      ("0 0 13 * FRI", "2026-12-11 00:00", "2026-12-13 00:00"),
      ("0 0 */1 * MON", "2026-11-30 00:00", "2026-12-01 00:00"),
      ("0 0 * * MON", "2026-11-30 00:00", "2026-12-07 00:00"),
      ("0 0 30 2 MON", "2026-11-29 00:00", "2027-02-01 00:00"),
      // Before 1970.
      ("0 0 1 1 *", "1899-06-01 00:00", "1900-01-01 00:00"),
      ("* * * * *", "1969-12-31 23:58:59", "1969-12-31 23:59"),
    ]
  )
  func `the next due minute is the first after a moment`(
    expression: String,
    after: String,
    expected: String
  ) throws {
    #expect(try next(expression, after) == expected)
  }

  @Test(
    arguments: [
      ("0 0 L-3 * *", "2026-11-29 00:00", "2026-12-28 00:00"),
      ("0 0 L-30 * *", "2026-11-29 00:00", "2026-12-01 00:00"),
      ("0 0 LW * *", "2026-10-31 12:00", "2026-11-30 00:00"),  // a Monday
      ("0 0 LW * *", "2027-01-01 00:00", "2027-01-29 00:00"),  // before a Sunday
      ("0 0 LW * *", "2027-07-01 00:00", "2027-07-30 00:00"),  // before a Saturday
      ("0 0 L-1W 5 *", "2021-01-01 00:00", "2021-05-31 00:00"),  // after a Sunday
      ("0 0 15W * *", "2026-08-01 00:00", "2026-08-14 00:00"),  // before a Saturday
      ("0 0 15W * *", "2026-11-01 00:00", "2026-11-16 00:00"),  // after a Sunday
      ("0 0 1W * *", "2026-07-31 00:00", "2026-08-03 00:00"),  // not into July
      ("0 0 31W * *", "2027-01-01 00:00", "2027-01-29 00:00"),  // not into February
      ("0 0 31W * *", "2026-10-31 12:00", "2026-12-31 00:00"),  // November has no 31st
      ("0 0 * * L", "2026-11-29 00:00", "2026-12-05 00:00"),
      ("0 0 * * 5L", "2026-11-29 00:00", "2026-12-25 00:00"),
      ("0 0 * * monL", "2026-11-29 00:00", "2026-11-30 00:00"),
      ("0 0 * * MON#2", "2026-11-29 00:00", "2026-12-14 00:00"),
      ("0 0 * * 1#5", "2026-11-30 00:00", "2027-03-29 00:00"),
      ("0 0 30 2 1#5", "2026-11-29 00:00", "2044-02-29 00:00"),
    ]
  )
  func `days are counted from the end, from weekends and by weeks`(
    expression: String,
    after: String,
    expected: String
  ) throws {
    #expect(try next(expression, after) == expected)
  }

  @Test(
    arguments: [
      ("50-10 * * * *", "0,1,2,3,4,5,6,7,8,9,10,50,51,52,53,54,55,56,57,58,59 * * * *"),
      ("0 22-2 * * *", "0 22,23,0,1,2 * * *"),
      ("0 20-4/2 * * *", "0 20,22,0,2,4 * * *"),
      ("0 0 30-2 * *", "0 0 30,31,1,2 * *"),
      ("0 0 1 NOV-FEB/2 *", "0 0 1 11,1 *"),
      ("0 0 * * FRI-SUN", "0 0 * * 5,6,0"),
      ("0 0 * * 5-1/2", "0 0 * * 5,0"),
      ("0 0 1-1/9 * *", "0 0 1 * *"),
      ("10/20 * * * *", "10,30,50 * * * *"),
      ("*/25 * * * *", "0,25,50 * * * *"),
      ("1-20/5,7 * * * *", "1,6,7,11,16 * * * *"),
      ("05\t007  1 * *", "5 7 1 * *"),
      ("0 0 1 jan,Feb-APR *", "0 0 1 1,2,3,4 *"),
      ("0 0 */10 * *", "0 0 1,11,21,31 * *"),
      ("0 0 * * L", "0 0 * * SAT"),
    ]
  )
  func `lists, ranges, steps and names are short for their numbers`(short: String, long: String)
    throws
  {
    #expect(try CronExpression(parsing: short) == CronExpression(parsing: long))
  }

  @Test(
    arguments: [
      (
        "",
        "it has 0 fields instead of five: minute, hour, day of the month, month, day of the week"
      ),
      ("* * * *", "it has 4 fields instead of five"),
      ("* * * * * *", "it has 6 fields instead of five"),
      ("@daily", "it has 1 fields instead of five"),
      (" * * * * *", "it begins or ends with white space"),
      ("* * * * *\t", "it begins or ends with white space"),
      ("60 * * * *", "minute `60`: 60 is not from 0 to 59"),
      ("99999999999999999999 * * * *", "minute `99999999999999999999`:"),
      ("-5 * * * *", "minute `-5`: expected a number from 0 to 59, found `-5`"),
      ("5, * * * *", "minute `5,`: expected a number from 0 to 59, found the end"),
      ("1,,2 * * * *", "minute `1,,2`: expected a number from 0 to 59, found `,2`"),
      ("5.0 * * * *", "minute `5.0`: `.0` does not belong here"),
      ("１ * * * *", "minute `１`: expected a number from 0 to 59, found `１`"),
      ("1-2-3 * * * *", "minute `1-2-3`: `-3` does not belong here"),
      ("*/0 * * * *", "minute `*/0`: the step 0 is not from 1 to 59"),
      ("*/x * * * *", "minute `*/x`: expected the step, a number from 1 to 59, found `x`"),
      ("*,5 * * * *", "minute `*,5`: `*` stands alone; in a list write it with a step, as `*/5`"),
      ("5,* * * * *", "minute `5,*`: `*` stands alone"),
      ("*-5 * * * *", "minute `*-5`: `*` stands alone"),
      ("0 24 * * *", "hour `24`: 24 is not from 0 to 23"),
      ("0 */24 * * *", "hour `*/24`: the step 24 is not from 1 to 23"),
      ("0 0 0 * *", "day of the month `0`: 0 is not from 1 to 31"),
      ("0 0 32 * *", "day of the month `32`: 32 is not from 1 to 31"),
      ("0 0 ? * *", "day of the month `?`: expected a number from 1 to 31, found `?`"),
      ("0 0 L-31 * *", "day of the month `L-31`: the offset 31 is not from 1 to 30"),
      ("0 0 L,1 * *", "day of the month `L,1`: `,1` does not belong here"),
      ("0 0 1W,15 * *", "day of the month `1W,15`: `,15` does not belong here"),
      ("0 0 1,15W * *", "day of the month `1,15W`: `W` does not belong here"),
      ("0 0 l * *", "day of the month `l`: expected a number from 1 to 31, found `l`"),
      ("0 0 1 13 *", "month `13`: 13 is not from 1 to 12"),
      ("0 0 1 January *", "month `January`: `uary` does not belong here"),
      ("0 0 1 X *", "month `X`: expected a number from 1 to 12, or a name such as JAN, found `X`"),
      ("0 0 * * 7", "day of the week `7`: 7 is not from 0 to 6"),
      ("0 0 * * MON#6", "day of the week `MON#6`: the number after # 6 is not from 1 to 5"),
      ("0 0 * * 1,2L", "day of the week `1,2L`: `L` does not belong here"),
      (
        "0 0 * * mon-",
        "day of the week `mon-`: expected a number from 0 to 6, or a name such as SUN"
      ),
    ]
  )
  func `what is not an expression is refused with the field and the reason`(
    text: String,
    reason: String
  ) {
    let error = #expect(throws: CronSyntaxError.self) { try CronExpression(parsing: text) }
    #expect(
      error?.description.hasPrefix("Failed to parse cron expression \"\(text)\": \(reason)")
        == true,
      "\(error?.description ?? "")"
    )
  }

  @Test func `a text without bounds is refused before it is read`() {
    let error = #expect(throws: CronSyntaxError.self) {
      try CronExpression(parsing: String(repeating: "1,", count: 100_000))
    }
    #expect(error?.reason == "it has more than 1024 bytes")
    #expect((error?.description.utf8.count ?? 0) < 200)
    let minutes = (0...59).map(String.init).joined(separator: ",")
    #expect(throws: Never.self) { try CronExpression(parsing: "\(minutes) * * * *") }
  }

  @Test(
    arguments: [
      "* * 30 2 *", "0 0 31 2,4,6,9,11 *", "0 0 L-30 4 *", "0 0 L-29W 2 *", "0 0 30W 2 *",
    ]
  )
  func `a day that does not exist is never due`(expression: String) throws {
    #expect(try next(expression, "1970-01-01 00:00") == "never")
    #expect(try next(expression, "2096-02-29 12:00") == "never")
  }

  @Test(arguments: CronVectors.all)
  func `Convex's parser gives the same answer`(
    expression: String,
    after: String,
    expected: String
  ) throws {
    #expect(try next(expression, after) == expected)
  }
}
