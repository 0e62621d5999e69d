extension CronExpression {
  /// The first due minute that begins after a moment.
  ///
  /// - Parameter seconds: The moment, in seconds since 1970, within the years an `Int64` of
  ///   nanoseconds can express.
  /// - Returns: When that minute begins, in seconds since 1970; nil if no minute is ever due, as with
  ///   30 February.
  /// - Complexity: One step per month until then, at most those of 400 years.
  package func next(after seconds: Int64) -> Int64? {
    let minute = seconds.flooredDivision(by: 60).quotient + 1
    let (dayNumber, minuteOfDay) = minute.flooredDivision(by: 24 * 60)
    let today = CalendarDay(number: dayNumber)
    if dueDays(inMonthOf: today).contains(today.day), let time = firstTime(from: Int(minuteOfDay)) {
      return (dayNumber * 24 * 60 + Int64(time)) * 60
    }
    guard let day = firstDueDay(from: CalendarDay(number: dayNumber + 1)),
      let time = firstTime(from: 0)
    else { return nil }
    return (day * 24 * 60 + Int64(time)) * 60
  }

  /// The first due minute of a day that is not before another; nil if there is none.
  private func firstTime(from minuteOfDay: Int) -> Int? {
    let (hour, minute) = minuteOfDay.quotientAndRemainder(dividingBy: 60)
    if hours.contains(hour), let minute = minutes.first(from: minute) { return hour * 60 + minute }
    guard let hour = hours.first(from: hour + 1), let minute = minutes.first(from: 0)
    else { return nil }
    return hour * 60 + minute
  }

  /// The number of the first due day that is not before another; nil if there is none.
  private func firstDueDay(from day: CalendarDay) -> Int64? {
    if let due = dueDays(inMonthOf: day).first(from: day.day) {
      return day.number + Int64(due - day.day)
    }
    var first = day.firstOfNextMonth
    let end = first.number + CalendarDay.daysPerCycle
    while first.number < end {
      if let due = dueDays(inMonthOf: first).first(from: 1) { return first.number + Int64(due - 1) }
      first = first.firstOfNextMonth
    }
    return nil
  }

  /// The due days of a month, from 1.
  private func dueDays(inMonthOf day: CalendarDay) -> CronSet {
    guard months.contains(day.month) else { return CronSet() }
    let first = day.firstOfMonth
    switch (daysOfMonth, daysOfWeek) {
    case (.every, .every): return CronSet(1...first.daysInMonth)
    case (.every, _): return daysOfWeek.dueDays(inMonthFrom: first)
    case (_, .every): return daysOfMonth.dueDays(inMonthFrom: first)
    default:
      var days = daysOfMonth.dueDays(inMonthFrom: first)
      days.formUnion(daysOfWeek.dueDays(inMonthFrom: first))
      return days
    }
  }
}

extension CronExpression.DaysOfMonth {
  /// The due days of the month that begins with a day.
  fileprivate func dueDays(inMonthFrom first: CalendarDay) -> CronSet {
    let count = first.daysInMonth
    switch self {
    case .every: return CronSet(1...count)
    case .days(let days): return CronSet((1...count).lazy.filter(days.contains))
    case .fromStart(let day, let isWorkday): return Self.due(day, isWorkday, first)
    case .fromEnd(let offset, let isWorkday): return Self.due(count - offset, isWorkday, first)
    }
  }

  /// The set of one day, or of the workday nearest to it that is in the same month; empty if the
  /// month has no such day.
  private static func due(_ day: Int, _ isWorkday: Bool, _ first: CalendarDay) -> CronSet {
    let count = first.daysInMonth
    guard (1...count).contains(day) else { return CronSet() }
    guard isWorkday else { return CronSet(day...day) }
    let nearest =
      switch CalendarDay(number: first.number + Int64(day - 1)).dayOfWeek {
      case .saturday: day == 1 ? 3 : day - 1
      case .sunday: day == count ? day - 2 : day + 1
      default: day
      }
    return CronSet(nearest...nearest)
  }
}

extension CronExpression.DaysOfWeek {
  /// The due days of the month that begins with a day.
  fileprivate func dueDays(inMonthFrom first: CalendarDay) -> CronSet {
    let count = first.daysInMonth
    let start = first.dayOfWeek.rawValue
    /// The days of the month that fall on a day of the week.
    func days(on dayOfWeek: Int) -> StrideThrough<Int> {
      stride(from: 1 + (dayOfWeek - start + 7) % 7, through: count, by: 7)
    }
    switch self {
    case .every: return CronSet(1...count)
    case .days(let weekdays):
      return CronSet((1...count).lazy.filter { weekdays.contains((start + $0 - 1) % 7) })
    case .last(let dayOfWeek): return CronSet(days(on: dayOfWeek).suffix(1))
    case .nth(let number, let dayOfWeek):
      return CronSet(days(on: dayOfWeek).dropFirst(number - 1).prefix(1))
    }
  }
}
