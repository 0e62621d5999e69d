// The only code that waits for time to pass; everything else is handed something that waits.

/// Lets time pass.
package protocol Sleeping: Sendable {
  /// Returns after a while.
  ///
  /// - Parameter duration: How long.
  /// - Throws: `CancellationError` when the task is cancelled meanwhile.
  func sleep(for duration: Duration) async throws
}

/// Sleeps as long as it takes.
package struct TaskSleeping: Sleeping {
  package init() {}

  package func sleep(for duration: Duration) async throws {
    try await Task.sleep(for: duration)
  }
}
