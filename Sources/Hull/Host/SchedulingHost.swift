/// What has functions run later.
package protocol SchedulingHost: Sendable {
  /// Has a function run later: with the transaction of a mutation, at once from an action.
  ///
  /// - Parameter call: What to run, and when.
  /// - Returns: The id of the job in `_scheduled_functions`.
  /// - Throws: What the engine throws, such as for a function that does not exist.
  func schedule(_ call: ScheduledCall) async throws -> DocumentID

  /// Calls a job off that is not over.
  ///
  /// - Parameter job: The job's id.
  /// - Throws: What the engine throws, such as for an id of another table.
  func cancelScheduled(_ job: DocumentID) async throws

  /// Waits on the deployment's clock.
  ///
  /// - Parameter duration: How long.
  /// - Throws: `CancellationError` when the function is ended meanwhile.
  func sleep(for duration: Duration) async throws
}

/// A call of a function that is to be made later.
package struct ScheduledCall: Sendable {
  /// The function's path in any spelling.
  package var path: String
  /// The arguments.
  package var arguments: ConvexObject
  /// When, in milliseconds since 1970.
  package var time: Double

  package init(path: String, arguments: ConvexObject, time: Double) {
    self.path = path
    self.arguments = arguments
    self.time = time
  }
}
