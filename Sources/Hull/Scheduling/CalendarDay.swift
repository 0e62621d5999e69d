/// A day of the proleptic Gregorian calendar, counted in UTC, where no day has a gap.
struct CalendarDay: Hashable, Sendable {
  /// Days since 1 January 1970.
  let number: Int64
  /// The year; 0 is the one before year 1.
  let year: Int64
  /// The month, 1 to 12.
  let month: Int
  /// The day of the month, from 1.
  let day: Int

  /// After so many days the calendar repeats, weekdays included.
  static let daysPerCycle: Int64 = 146_097

  /// The day a number stands for.
  ///
  /// - Parameter number: Days since 1 January 1970.
  init(number: Int64) {
    // Cycles of 400 years begin on 1 March here, so that the day that comes and goes is the last.
    let (cycle, dayOfCycle) = (number + 719_468).flooredDivision(by: Self.daysPerCycle)
    let yearOfCycle =
      (dayOfCycle - dayOfCycle / 1_460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
    let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    self.number = number
    year = yearOfCycle + cycle * 400 + (monthFromMarch >= 10 ? 1 : 0)
    month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
    day = Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
  }

  /// The first day of this day's month.
  var firstOfMonth: CalendarDay { CalendarDay(number: number - Int64(day - 1)) }

  /// The first day of the month after this day's.
  var firstOfNextMonth: CalendarDay {
    CalendarDay(number: number + Int64(daysInMonth - day + 1))
  }

  /// How many days this day's month has.
  var daysInMonth: Int {
    switch month {
    case 2: isLeapYear ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// The day of the week; 1 January 1970 was a Thursday.
  var dayOfWeek: DayOfWeek {
    DayOfWeek(rawValue: Int((number + 4).flooredDivision(by: 7).remainder)) ?? .sunday
  }

  private var isLeapYear: Bool {
    year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
  }
}

extension Int64 {
  /// Divides so that the remainder is not negative.
  ///
  /// - Parameter divisor: What to divide by, greater than 0.
  /// - Returns: The quotient rounded down, and what is left, from 0.
  func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
