import Foundation
@testable import Hull
import Testing

@Suite struct CalendarDayTests {
  @Test func `every day of four centuries and of some far years is what the C library says`() {
    for number in Array(-40_000...110_000)
      + Array(stride(from: Int64(-700_000), to: 900_000, by: 97))
    {
      let day = CalendarDay(number: Int64(number))
      let parts = UTCTime.parts(Int64(number) * 86_400)
      let found = [Int(day.year), day.month, day.day, day.dayOfWeek.rawValue]
      let expected = [parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_wday]
      guard found == expected.map(Int.init) else {
        Issue.record("day \(number): \(found), not \(expected)")
        return
      }
    }
  }

  @Test(
    arguments: [
      ("2023-02-15", 28), ("2024-02-15", 29), ("1900-02-01", 28), ("2000-02-29", 29),
      ("2100-02-28", 28), ("2400-02-01", 29), ("2026-04-30", 30), ("2026-12-31", 31),
    ]
  )
  func `a month has its days, and the next one begins after them`(date: String, count: Int) {
    let day = CalendarDay(number: UTCTime.seconds(date + " 00:00") / 86_400)
    #expect(day.daysInMonth == count)
    #expect(day.firstOfMonth.day == 1 && day.firstOfMonth.month == day.month)
    #expect(day.firstOfNextMonth.number == day.firstOfMonth.number + Int64(count))
    #expect(day.firstOfNextMonth.day == 1 && day.firstOfNextMonth.month == day.month % 12 + 1)
  }
}
