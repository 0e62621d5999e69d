/// When a cron job runs, in UTC.
public enum CronSchedule: Hashable, Sendable {
  /// Again and again after so many seconds, from the start of the application on.
  case interval(seconds: Int)
  /// Every hour at a minute, 0-59; without one, at a minute picked per job.
  case hourly(minuteUTC: Int?)
  /// Every day at an hour, 0-23, and a minute.
  case daily(hourUTC: Int, minuteUTC: Int?)
  /// Once a week.
  case weekly(dayOfWeek: DayOfWeek, hourUTC: Int, minuteUTC: Int?)
  /// Once a month on a day, 1-31; not in months without that day.
  case monthly(day: Int, hourUTC: Int, minuteUTC: Int?)
  /// As a cron expression says: `15 7 * * MON-FRI`.
  case cron(String)
}

/// The time between two runs of a job declared with `interval`.
public enum CronInterval: Hashable, Sendable {
  /// So many seconds.
  case seconds(Int)
  /// So many minutes.
  case minutes(Int)
  /// So many hours.
  case hours(Int)

  /// The whole interval in seconds; one too large to count is `Int.max`.
  public var totalSeconds: Int {
    let (count, unit) =
      switch self {
      case .seconds(let count): (count, 1)
      case .minutes(let count): (count, 60)
      case .hours(let count): (count, 3600)
      }
    let (product, overflow) = count.multipliedReportingOverflow(by: unit)
    return overflow ? (count < 0 ? .min : .max) : product
  }
}
