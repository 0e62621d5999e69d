// What running a function came to.

package import HullDatabase
package import HullPersistence
package import HullValues

/// The result of one call, with everything a cache, a subscription or a log wants to know about it.
package struct FunctionOutcome: Sendable {
  /// The value, in wire JSON, or what went wrong.
  package var result: Result<EncodedValue, FunctionFailure>

  /// What the function and those it called logged, in order.
  package var logLines: [LogLine]

  /// When it happened: the snapshot a query read, the commit of a mutation, the end of an action.
  package var timestamp: Timestamp

  /// What a query read and depends on; `nil` for other functions.
  package var dependencies: QueryDependencies?

  /// How often the mutation was run again because another one got in its way.
  package var retries = 0
}

extension FunctionOutcome {
  /// The outcome of a mutation that was committed before.
  init(_ recorded: RecordedOutcome, at timestamp: Timestamp) {
    self.init(
      result: .success(recorded.result),
      logLines: recorded.logLines.compactMap(LogLine.init(record:)),
      timestamp: timestamp
    )
  }

  /// The outcome of a mutation whose value may have been made before its commit's timestamp was known:
  /// placeholders are never shown to clients (get-convex/convex-backend:
  /// crates/application/src/application_function_runner).
  func withCommitTimestamp() -> FunctionOutcome {
    guard case .success(let value) = result else { return self }
    var outcome = self
    outcome.result = .success(value.resolvingCommitTimestamp(timestamp.rawValue))
    return outcome
  }
}

/// What the result of a query depends on besides the function and its arguments.
///
/// A class, because outcomes are handed on by many and looked into by few.
package final class QueryDependencies: Sendable {
  /// The ranges of the database it read; a commit that overlaps none of them leaves it valid.
  ///
  /// `nil` for a query that was ended and may go on reading.
  package let readSet: ReadSet?

  /// Whether it asked who is calling: its result is then that caller's only.
  package let observedIdentity: Bool

  /// Whether it asked for the time: its result then ages.
  package let observedTime: Bool

  /// Whether it drew random numbers.
  package let observedRandom: Bool

  /// The environment variables it read, with what they were.
  package let observedEnvironment: [String: String?]

  /// Where its page ended, to be given back when it is run again for the same subscription; `nil`
  /// for a query that paginated nothing.
  package let journal: String?

  init(
    readSet: ReadSet?,
    observations: ExecutionTree.Observations,
    journal: String?
  ) {
    self.readSet = readSet
    observedIdentity = observations.identity
    observedTime = observations.time
    observedRandom = observations.random
    observedEnvironment = observations.environment
    self.journal = journal
  }
}
