// What a backend may be told when it is opened.

package import HullDatabase
package import HullPersistence
package import HullValues
package import Logging

/// How many functions of each kind run at a time, and how long others wait for their turn.
///
/// The reference's figures are 16, 16 and 64; here a waiting function costs a few hundred bytes and
/// commits are written together, so more at a time is faster.
package struct ConcurrencyLimits: Sendable, Hashable {
  /// Queries at a time.
  package var queries = 256
  /// Mutations at a time.
  package var mutations = 256
  /// Actions at a time, those called by actions not counted; as many HTTP actions besides.
  package var actions = 256
  /// How long a query or mutation waits before it is refused.
  package var patience: Duration = .seconds(5)
  /// How long an action waits before it is refused.
  package var actionPatience: Duration = .seconds(10)
  /// Scheduled functions and crons at a time; those that are due wait as long as it takes.
  ///
  /// So many that some are computed while others are written: with half of them, a queue of mutations
  /// takes a quarter longer.
  package var jobs = 32

  /// The usual limits.
  package init() {}
}

/// What a backend may be told when it is opened; every part has a default for production.
package struct BackendConfiguration: Sendable {
  /// Bounds on one execution.
  package var limits = Limits()
  /// How long an action may run.
  package var actionTime: Duration = .seconds(1800)
  /// Bounds on executions at a time.
  package var concurrency = ConcurrencyLimits()
  /// What the database needs besides limits, time and randomness.
  package var database = DatabaseOptions()
  /// The clock of functions and commits.
  package var time: any TimeSource = SystemTimeSource()
  /// Randomness of ids, secrets and functions.
  package var random: any RandomSource = SystemRandomSource()
  /// The name of the instance when its data is new; drawn if there is none.
  package var instanceName: String?
  /// An admin key that is accepted as it is.
  package var adminKey: String?
  /// Whether clients see only `Server Error` instead of texts and log lines.
  package var redactsClientErrors = false
  /// Whether a function that took long is told so in its log; off where logs must be repeatable.
  package var warnsOfDuration = true
  /// How much memory results of queries may take that are kept to be given again: 100 MiB.
  package var queryCacheBytes = 100 << 20
  /// How long results of queries are kept that looked at the clock.
  package var timeDependentResultLifetime: Duration = .seconds(17)
  /// How long it is remembered which mutations of a client's session have been committed: 14 days.
  package var sessionRequestRetention: Duration = .seconds(14 * 86_400)
  /// How long it is remembered what came of scheduled functions: 7 days.
  package var scheduledFunctionRetention: Duration = .seconds(7 * 86_400)
  /// How long jobs that run may take once the backend is closed.
  package var jobPatience: Duration = .seconds(10)
  /// What lets the sleep of an action pass.
  package var sleeping: any Sleeping = TaskSleeping()
  /// How the keys of authentication providers are fetched; without it no provider is reachable.
  package var fetcher: (any HTTPFetching)?
  /// What sends the requests of `ctx.fetch`; without it every one of them fails.
  package var requestSender: (any HTTPRequestSending)?
  /// Where the bytes of stored files are; in memory, for tests, unless told otherwise.
  package var files: any FileStore = InMemoryFileStore()
  /// The longest file a client may upload, in bytes: 8 GiB.
  package var maximumUploadBytes = 8 << 30
  /// Where clients reach the server as long as the variable `CONVEX_CLOUD_URL` does not say it.
  package var cloudOrigin = "http://127.0.0.1:3210"
  /// Variables functions read that the deployment's own cannot change.
  package var environment = EnvironmentStore()
  /// Makes mutations fail at their commit, in tests.
  package var faults: (any CommitFaults)?
  /// Told of faults that are nobody's request, and of the causes clients do not see.
  package var logger = Logger(label: "hull") { _ in SwiftLogNoOpLogHandler() }
  /// Told of every finished function, nested calls of actions included.
  package var observer: (@Sendable (FunctionLogRecord) -> Void)?

  /// The usual configuration.
  package init() {}
}

/// Decides, in tests, which mutations fail at their commit.
package protocol CommitFaults: Sendable {
  /// Whether any commit may fail; if not, none is asked about.
  var areExpected: Bool { get }

  /// Called when a mutation has run and before it is committed.
  ///
  /// - Parameters:
  ///   - function: The mutation.
  ///   - tables: The tables it has read from or written to.
  /// - Throws: What the commit is to fail with; a conflict is retried like a real one.
  func beforeCommit(of function: FunctionPath, tables: Set<TableName>) throws
}

extension CommitFaults {
  package var areExpected: Bool { true }
}
