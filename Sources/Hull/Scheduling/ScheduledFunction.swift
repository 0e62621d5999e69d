/// The table of functions that run later, or did: `ID<ScheduledFunction>` is the id of a job.
///
/// Its rows are read with `ctx.db.system`: `name`, `args` (a list of one object), `scheduledTime`,
/// `completedTime` once the job is over, and `state`, whose `kind` is `pending`, `inProgress`,
/// `success`, `failed` (with `error`) or `canceled`. They go seven days after the job is over.
public enum ScheduledFunction: TableReference {
  /// `_scheduled_functions`.
  public static let tableName = "_scheduled_functions"
}

extension MutatingContext {
  /// What has functions run later.
  public var scheduler: Scheduler { Scheduler(host: host) }
}
