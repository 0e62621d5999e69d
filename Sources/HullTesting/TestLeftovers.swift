// What a test left behind that it should have looked at.

public import Hull

/// What can be left of a backend at the end of a test.
public enum TestLeftover: Sendable, Hashable {
  /// Jobs that wait for their time.
  case pendingJobs
  /// Actions that sleep.
  case runningJobs
  /// Jobs that failed and that the test has not asked for.
  case failedJobs
  /// Requests that no stub answered.
  case unansweredRequests
}

/// What a test left behind: each would have gone unnoticed otherwise.
public struct TestLeftoversError: Error, CustomStringConvertible {
  /// A line for each.
  public let leftovers: [String]

  /// The lines.
  public var description: String {
    "The test left something behind:\n" + leftovers.map { "  \($0)" }.joined(separator: "\n")
  }
}

extension TestBackend {
  /// Makes sure that nothing went wrong behind the test's back: that no job waits or sleeps, no job
  /// failed unseen, and no action sent a request that no stub answered.
  ///
  /// - Parameter expected: What may be left.
  /// - Throws: ``TestLeftoversError`` naming what is.
  public func verify(leaving expected: Set<TestLeftover> = []) async throws {
    var leftovers: [String] = []
    if !expected.contains(.pendingJobs) {
      leftovers += try await scheduler.pending.map { "A job that never ran: \($0)" }
    }
    if !expected.contains(.runningJobs) {
      leftovers += try await scheduler.inProgress.map { "A job that still sleeps: \($0)" }
    }
    if !expected.contains(.failedJobs) {
      leftovers += try await scheduler.failures().map { "A job that failed unseen: \($0)" }
    }
    if !expected.contains(.unansweredRequests) {
      leftovers += http.requests.filter { !$0.isMatched }.map {
        "A request no stub answered: \($0.method.rawValue) \($0.url)"
      }
    }
    if !leftovers.isEmpty { throw TestLeftoversError(leftovers: leftovers) }
  }
}

/// Runs a test on a backend of its own and makes sure that it leaves nothing behind.
///
/// ```swift
/// try await withTestBackend(Chat.self) { t in
///   try await t.mutation(Messages.$sendLater, ["body": "hi"])
///   try await t.scheduler.drain()
/// }
/// ```
///
/// - Parameters:
///   - application: The application.
///   - options: What to decide about the backend.
///   - expected: What may be left.
///   - body: The test.
/// - Returns: What `body` returns.
/// - Throws: What `body` throws; ``TestLeftoversError`` for what it left behind.
@discardableResult
public func withTestBackend<Value>(
  _ application: (some HullApplication).Type,
  _ options: TestOptions = TestOptions(),
  leaving expected: Set<TestLeftover> = [],
  _ body: (TestBackend) async throws -> Value
) async throws -> Value {
  let backend = try await TestBackend(application, options)
  let value: Value
  do {
    value = try await body(backend)
    try await backend.verify(leaving: expected)
  } catch {
    await backend.close()
    throw error
  }
  await backend.close()
  return value
}
