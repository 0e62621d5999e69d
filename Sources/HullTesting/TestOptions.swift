// What a test may decide about its backend.

public import Hull
import HullDatabase
import HullRuntime

/// What a test may decide about its backend; everything has a default.
public struct TestOptions: Sendable {
  /// Where a backend keeps its data.
  public enum Store: Sendable, Hashable {
    /// In memory: the fastest.
    case memory
    /// In a SQLite file of its own in the temporary directory, removed with the backend.
    case temporaryFile
  }

  /// The seed of ids and of the random numbers of functions.
  ///
  /// With the same seed, the same calls in the same order have the same results and logs.
  public var seed: UInt64 = 1

  /// What time it is at first, in milliseconds since 1970: the beginning of 2024.
  public var startTime: Double = 1_704_067_200_000

  /// The environment variables functions read.
  public var environment: [String: String] = [:]

  /// Bounds on what one query or mutation reads and writes; `nil` members keep the real ones.
  public var transactionLimits = Hull.TransactionLimits()

  /// How long a query or mutation may run in its own code.
  ///
  /// Unlike everything else this is measured by the real clock. It is ten times what a server
  /// allows, because tests run as debug builds, and side by side.
  public var userTimeLimit: Duration = .seconds(10)

  /// How long an action may run, by the real clock.
  public var actionTimeLimit: Duration = .seconds(1800)

  /// How often a mutation that lost a race is run again before its caller is told.
  public var maximumRetries = 16

  /// How much memory the vector indexes may take together: 1 GiB.
  ///
  /// An index that does not fit is searched by reading the documents.
  public var vectorIndexBytes = 1 << 30

  /// Whether ``TestBackend/client`` sees errors as clients of a production deployment do.
  public var redactsClientErrors = false

  /// Whether a job that is due starts as soon as whoever scheduled it has committed, instead of when
  /// the test next moves the clock.
  public var runsDueJobs = false

  /// Whether cron jobs run when the test moves the clock to their time.
  public var runsCrons = true

  /// Where the data is kept.
  public var store = Store.memory

  /// The usual options.
  public init() {}

  /// The bounds as the engine takes them.
  var limits: Limits {
    var limits = Limits()
    func bound(
      _ to: WritableKeyPath<HullDatabase.TransactionLimits, Int>,
      _ from: KeyPath<Hull.TransactionLimits, Int?>
    ) {
      if let bound = transactionLimits[keyPath: from] { limits.transaction[keyPath: to] = bound }
    }
    bound(\.bytesRead, \.bytesRead)
    bound(\.bytesWritten, \.bytesWritten)
    bound(\.databaseQueries, \.databaseQueries)
    bound(\.documentsRead, \.documentsRead)
    bound(\.documentsWritten, \.documentsWritten)
    bound(\.functionsScheduled, \.functionsScheduled)
    bound(\.scheduledFunctionArgsBytes, \.scheduledFunctionArgsBytes)
    limits.userTimeSeconds = userTimeLimit / .seconds(1)
    return limits
  }
}
