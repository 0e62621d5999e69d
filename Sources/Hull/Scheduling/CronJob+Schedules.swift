// The kinds of jobs.
extension CronJob {
  /// Runs a function again and again after a fixed time, for the first time at once.
  ///
  /// - Parameters:
  ///   - name: The job's name.
  ///   - interval: The time from run to run: `.seconds(30)`.
  ///   - function: The mutation or action: `Scores.$reset`, `Scores.$reset(to: 0)`, `"scores:reset"`.
  ///   - arguments: Arguments by name, besides those of a call.
  ///   - fileID: The file of the declaration.
  ///   - line: The line of the declaration.
  /// - Returns: The job.
  public static func interval(
    _ name: String,
    _ interval: CronInterval,
    _ function: some SchedulableFunction,
    _ arguments: ConvexObject = [:],
    fileID: String = #fileID,
    line: Int = #line
  ) -> CronJob {
    CronJob(
      name,
      .interval(seconds: interval.totalSeconds),
      function,
      arguments,
      SourceLocation(fileID: fileID, line: line)
    )
  }

  /// Runs a function every hour.
  ///
  /// - Parameters:
  ///   - name: The job's name.
  ///   - minuteUTC: The minute, 0-59; without it, one is picked for the job.
  ///   - function: The mutation or action: `Scores.$reset`, `Scores.$reset(to: 0)`, `"scores:reset"`.
  ///   - arguments: Arguments by name, besides those of a call.
  ///   - fileID: The file of the declaration.
  ///   - line: The line of the declaration.
  /// - Returns: The job.
  public static func hourly(
    _ name: String,
    minuteUTC: Int? = nil,
    _ function: some SchedulableFunction,
    _ arguments: ConvexObject = [:],
    fileID: String = #fileID,
    line: Int = #line
  ) -> CronJob {
    CronJob(
      name,
      .hourly(minuteUTC: minuteUTC),
      function,
      arguments,
      SourceLocation(fileID: fileID, line: line)
    )
  }

  /// Runs a function every day.
  ///
  /// - Parameters:
  ///   - name: The job's name.
  ///   - hourUTC: The hour, 0-23.
  ///   - minuteUTC: The minute, 0-59; without it, one is picked for the job.
  ///   - function: The mutation or action: `Scores.$reset`, `Scores.$reset(to: 0)`, `"scores:reset"`.
  ///   - arguments: Arguments by name, besides those of a call.
  ///   - fileID: The file of the declaration.
  ///   - line: The line of the declaration.
  /// - Returns: The job.
  public static func daily(
    _ name: String,
    hourUTC: Int,
    minuteUTC: Int? = nil,
    _ function: some SchedulableFunction,
    _ arguments: ConvexObject = [:],
    fileID: String = #fileID,
    line: Int = #line
  ) -> CronJob {
    CronJob(
      name,
      .daily(hourUTC: hourUTC, minuteUTC: minuteUTC),
      function,
      arguments,
      SourceLocation(fileID: fileID, line: line)
    )
  }

  /// Runs a function once a week.
  ///
  /// - Parameters:
  ///   - name: The job's name.
  ///   - dayOfWeek: The day.
  ///   - hourUTC: The hour, 0-23.
  ///   - minuteUTC: The minute, 0-59; without it, one is picked for the job.
  ///   - function: The mutation or action: `Scores.$reset`, `Scores.$reset(to: 0)`, `"scores:reset"`.
  ///   - arguments: Arguments by name, besides those of a call.
  ///   - fileID: The file of the declaration.
  ///   - line: The line of the declaration.
  /// - Returns: The job.
  public static func weekly(
    _ name: String,
    dayOfWeek: DayOfWeek,
    hourUTC: Int,
    minuteUTC: Int? = nil,
    _ function: some SchedulableFunction,
    _ arguments: ConvexObject = [:],
    fileID: String = #fileID,
    line: Int = #line
  ) -> CronJob {
    CronJob(
      name,
      .weekly(dayOfWeek: dayOfWeek, hourUTC: hourUTC, minuteUTC: minuteUTC),
      function,
      arguments,
      SourceLocation(fileID: fileID, line: line)
    )
  }

  /// Runs a function once a month.
  ///
  /// - Parameters:
  ///   - name: The job's name.
  ///   - day: The day, 1-31; months without it are left out.
  ///   - hourUTC: The hour, 0-23.
  ///   - minuteUTC: The minute, 0-59; without it, one is picked for the job.
  ///   - function: The mutation or action: `Scores.$reset`, `Scores.$reset(to: 0)`, `"scores:reset"`.
  ///   - arguments: Arguments by name, besides those of a call.
  ///   - fileID: The file of the declaration.
  ///   - line: The line of the declaration.
  /// - Returns: The job.
  public static func monthly(
    _ name: String,
    day: Int,
    hourUTC: Int,
    minuteUTC: Int? = nil,
    _ function: some SchedulableFunction,
    _ arguments: ConvexObject = [:],
    fileID: String = #fileID,
    line: Int = #line
  ) -> CronJob {
    CronJob(
      name,
      .monthly(day: day, hourUTC: hourUTC, minuteUTC: minuteUTC),
      function,
      arguments,
      SourceLocation(fileID: fileID, line: line)
    )
  }

  /// Runs a function as a cron expression says.
  ///
  /// - Parameters:
  ///   - name: The job's name.
  ///   - expression: Minute, hour, day of the month, month and day of the week, Sunday being 0:
  ///     `15 7 * * MON-FRI`.
  ///   - function: The mutation or action: `Scores.$reset`, `Scores.$reset(to: 0)`, `"scores:reset"`.
  ///   - arguments: Arguments by name, besides those of a call.
  ///   - fileID: The file of the declaration.
  ///   - line: The line of the declaration.
  /// - Returns: The job.
  public static func cron(
    _ name: String,
    _ expression: String,
    _ function: some SchedulableFunction,
    _ arguments: ConvexObject = [:],
    fileID: String = #fileID,
    line: Int = #line
  ) -> CronJob {
    CronJob(
      name,
      .cron(expression),
      function,
      arguments,
      SourceLocation(fileID: fileID, line: line)
    )
  }
}
