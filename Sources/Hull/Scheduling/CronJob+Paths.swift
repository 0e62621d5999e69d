// Jobs whose function is named by its path.
extension CronJob {
  /// Runs a function named by its path again and again after a fixed time, for the first time at once.
  ///
  /// - Parameters:
  ///   - name: The job's name.
  ///   - interval: The time from run to run: `.seconds(30)`.
  ///   - path: The path of the mutation or action: `scores:reset`.
  ///   - arguments: Its arguments by name.
  ///   - fileID: The file of the declaration.
  ///   - line: The line of the declaration.
  /// - Returns: The job.
  public static func interval(
    _ name: String,
    _ interval: CronInterval,
    _ path: String,
    _ arguments: ConvexObject = [:],
    fileID: String = #fileID,
    line: Int = #line
  ) -> CronJob {
    CronJob(
      name,
      .interval(seconds: interval.totalSeconds),
      path,
      .success(arguments),
      SourceLocation(fileID: fileID, line: line)
    )
  }

  /// Runs a function named by its path every hour.
  ///
  /// - Parameters:
  ///   - name: The job's name.
  ///   - minuteUTC: The minute, 0-59; without it, one is picked for the job.
  ///   - path: The path of the mutation or action: `scores:reset`.
  ///   - arguments: Its arguments by name.
  ///   - fileID: The file of the declaration.
  ///   - line: The line of the declaration.
  /// - Returns: The job.
  public static func hourly(
    _ name: String,
    minuteUTC: Int? = nil,
    _ path: String,
    _ arguments: ConvexObject = [:],
    fileID: String = #fileID,
    line: Int = #line
  ) -> CronJob {
    CronJob(
      name,
      .hourly(minuteUTC: minuteUTC),
      path,
      .success(arguments),
      SourceLocation(fileID: fileID, line: line)
    )
  }

  /// Runs a function named by its path every day.
  ///
  /// - Parameters:
  ///   - name: The job's name.
  ///   - hourUTC: The hour, 0-23.
  ///   - minuteUTC: The minute, 0-59; without it, one is picked for the job.
  ///   - path: The path of the mutation or action: `scores:reset`.
  ///   - arguments: Its arguments by name.
  ///   - fileID: The file of the declaration.
  ///   - line: The line of the declaration.
  /// - Returns: The job.
  public static func daily(
    _ name: String,
    hourUTC: Int,
    minuteUTC: Int? = nil,
    _ path: String,
    _ arguments: ConvexObject = [:],
    fileID: String = #fileID,
    line: Int = #line
  ) -> CronJob {
    CronJob(
      name,
      .daily(hourUTC: hourUTC, minuteUTC: minuteUTC),
      path,
      .success(arguments),
      SourceLocation(fileID: fileID, line: line)
    )
  }

  /// Runs a function named by its path once a week.
  ///
  /// - Parameters:
  ///   - name: The job's name.
  ///   - dayOfWeek: The day.
  ///   - hourUTC: The hour, 0-23.
  ///   - minuteUTC: The minute, 0-59; without it, one is picked for the job.
  ///   - path: The path of the mutation or action: `scores:reset`.
  ///   - arguments: Its arguments by name.
  ///   - fileID: The file of the declaration.
  ///   - line: The line of the declaration.
  /// - Returns: The job.
  public static func weekly(
    _ name: String,
    dayOfWeek: DayOfWeek,
    hourUTC: Int,
    minuteUTC: Int? = nil,
    _ path: String,
    _ arguments: ConvexObject = [:],
    fileID: String = #fileID,
    line: Int = #line
  ) -> CronJob {
    CronJob(
      name,
      .weekly(dayOfWeek: dayOfWeek, hourUTC: hourUTC, minuteUTC: minuteUTC),
      path,
      .success(arguments),
      SourceLocation(fileID: fileID, line: line)
    )
  }

  /// Runs a function named by its path once a month.
  ///
  /// - Parameters:
  ///   - name: The job's name.
  ///   - day: The day, 1-31; months without it are left out.
  ///   - hourUTC: The hour, 0-23.
  ///   - minuteUTC: The minute, 0-59; without it, one is picked for the job.
  ///   - path: The path of the mutation or action: `scores:reset`.
  ///   - arguments: Its arguments by name.
  ///   - fileID: The file of the declaration.
  ///   - line: The line of the declaration.
  /// - Returns: The job.
  public static func monthly(
    _ name: String,
    day: Int,
    hourUTC: Int,
    minuteUTC: Int? = nil,
    _ path: String,
    _ arguments: ConvexObject = [:],
    fileID: String = #fileID,
    line: Int = #line
  ) -> CronJob {
    CronJob(
      name,
      .monthly(day: day, hourUTC: hourUTC, minuteUTC: minuteUTC),
      path,
      .success(arguments),
      SourceLocation(fileID: fileID, line: line)
    )
  }

  /// Runs a function named by its path as a cron expression says.
  ///
  /// - Parameters:
  ///   - name: The job's name.
  ///   - expression: Minute, hour, day of the month, month and day of the week, Sunday being 0:
  ///     `15 7 * * MON-FRI`.
  ///   - path: The path of the mutation or action: `scores:reset`.
  ///   - arguments: Its arguments by name.
  ///   - fileID: The file of the declaration.
  ///   - line: The line of the declaration.
  /// - Returns: The job.
  public static func cron(
    _ name: String,
    _ expression: String,
    _ path: String,
    _ arguments: ConvexObject = [:],
    fileID: String = #fileID,
    line: Int = #line
  ) -> CronJob {
    CronJob(
      name,
      .cron(expression),
      path,
      .success(arguments),
      SourceLocation(fileID: fileID, line: line)
    )
  }
}
