/// A function that runs again and again: what ``HullApplication/crons`` lists.
///
/// ```swift
/// static let crons: [CronJob] = [
///   .interval("clear presence", .seconds(30), Presence.$clear),
///   .daily("reset scores", hourUTC: 17, minuteUTC: 30, Scores.$reset(to: 0)),
///   .weekly("audit", dayOfWeek: .sunday, hourUTC: 18, "loyalty/engine:recomputeAll"),
///   .cron("report", "15 7 * * MON-FRI", Reports.$send, ["kind": "daily"]),
/// ]
/// ```
///
/// The function is a mutation or an action, public or internal. It runs without a user. What is wrong
/// with a job is an error at the start of the application that names the place. Leave the minute out
/// unless it matters: jobs are then spread over the hour.
public struct CronJob: Sendable {
  /// The job's name, by which it is the same job after a restart.
  public let name: String
  /// When it runs.
  public let schedule: CronSchedule
  /// The path of the function, as declared.
  public let path: String
  /// Where it is declared.
  public let location: SourceLocation

  /// The arguments, or why they have no wire form.
  let arguments: Result<ConvexObject, any Error>

  init(
    _ name: String,
    _ schedule: CronSchedule,
    _ function: some SchedulableFunction,
    _ arguments: ConvexObject,
    _ location: SourceLocation
  ) {
    self.name = name
    self.schedule = schedule
    path = function.scheduledPath
    self.arguments = Result { try function.scheduledArguments.merging(arguments) }
    self.location = location
  }
}
