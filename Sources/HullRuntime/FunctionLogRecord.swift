// What the log of a deployment says about one execution.

package import Hull

/// One finished execution, for logs and metrics.
package struct FunctionLogRecord: Sendable {
  /// The function.
  package var path: FunctionPath
  /// The HTTP route it answered for, such as `GET /profile/*`; nil for other functions.
  package var route: String?
  /// Its kind.
  package var kind: FunctionKind
  /// The request it was part of.
  package var requestID: RequestID
  /// How long it took, waiting for a place and committing included.
  package var duration: Duration
  /// What it failed with, without data.
  package var failure: String?
  /// What it and those it called logged.
  package var logLines: [LogLine]
  /// How often it was run again because of a conflict.
  package var retries: Int
  /// Whether the result was there already, and nothing ran.
  package var isCached: Bool

  init(
    _ call: FunctionRunner.Call,
    _ outcome: FunctionOutcome,
    duration: Duration,
    isCached: Bool = false
  ) {
    path = call.function.path
    route = call.route
    kind = call.function.definition.kind
    requestID = call.requestID
    self.duration = duration
    if case .failure(let failure) = outcome.result { self.failure = failure.text }
    logLines = outcome.logLines
    retries = outcome.retries
    self.isCached = isCached
  }
}
