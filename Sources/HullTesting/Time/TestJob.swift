// A scheduled function as a test sees it.

public import Hull
import HullDatabase

/// A scheduled function: a row of `_scheduled_functions`.
public struct TestJob: Sendable, Hashable, CustomStringConvertible {
  /// How far a job has got.
  public enum State: Sendable, Hashable {
    /// It waits for its time.
    case pending
    /// It runs.
    case inProgress
    /// It has run.
    case success
    /// It threw, or could not be run; the text is what the row shows.
    case failed(String)
    /// It was called off.
    case canceled
  }

  /// The job's id, as `runAfter` and `runAt` return it.
  public let id: ID<ScheduledFunction>
  /// The function, such as `messages.js:send`.
  public let name: String
  /// What it is called with.
  public let arguments: ConvexObject
  /// When it is to run, in milliseconds since 1970.
  public let scheduledTime: Double
  /// When it was over, in milliseconds since 1970; nil before.
  public let completedTime: Double?
  /// How far it has got.
  public let state: State

  init(_ job: ScheduledJob) {
    id = ID(unchecked: job.id)
    name = job.name
    arguments = job.arguments
    scheduledTime = job.scheduledTime
    completedTime = job.completedTime
    state =
      switch job.state {
      case .pending: .pending
      case .inProgress: .inProgress
      case .success: .success
      case .failed(let error): .failed(error)
      case .canceled: .canceled
      }
  }

  /// What failures of tests print.
  public var description: String { "\(name) \(arguments) at \(scheduledTime): \(state)" }
}
