// What the log of a deployment says about one execution.

package import Hull

/// One finished execution, for logs and metrics.
package struct FunctionLogRecord: Sendable {
  private let call: FunctionRunner.Call
  /// How long it took, waiting for a place and committing included.
  package let duration: Duration
  /// What it failed with, without data.
  package let failure: String?
  /// What it and those it called logged.
  package let logLines: [LogLine]
  /// How often it was run again because of a conflict.
  package let retries: Int
  /// Whether the result was there already, and nothing ran.
  package let isCached: Bool

  /// The function.
  package var path: FunctionPath { call.function.path }
  /// The HTTP route it answered for, such as `GET /profile/*`; nil for other functions.
  package var route: String? { call.route }
  /// Its kind.
  package var kind: FunctionKind { call.function.definition.kind }
  /// The request it was part of.
  package var requestID: RequestID { call.requestID }

  init(
    _ call: FunctionRunner.Call,
    _ outcome: FunctionOutcome,
    duration: Duration,
    isCached: Bool = false
  ) {
    self.call = call
    self.duration = duration
    failure = if case .failure(let failure) = outcome.result { failure.text } else { nil }
    logLines = outcome.logLines
    retries = outcome.retries
    self.isCached = isCached
  }
}
