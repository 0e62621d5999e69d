internal import HullValues

/// Every bound on one function execution, in one place so that tests can shrink them.
///
/// Figures and texts are those of values.md 15.3; sizes are in bytes by Convex's measure.
package struct Limits: Sendable, Hashable {
  /// What one transaction, nested calls included, may read and write.
  package var transaction = TransactionLimits()
  /// User tables in one database.
  package var userTables = 10_000
  /// Time a query or mutation may spend in its own code, in seconds.
  package var userTimeSeconds = 1.0
  /// Time a query or mutation may spend in database operations, in seconds.
  package var systemTimeSeconds = 15.0
  /// Calls nested in each other.
  package var callDepth = 8
  /// Operators (`filter`, `limit`) of one query.
  package var queryOperators = 256
  /// Items one page of a paginated query may ask for.
  package var pageItems = 32_000
  /// Size of a function's arguments: 16 MiB.
  package var argumentsSizeBytes = 16 << 20
  /// Size of a function's result: 16 MiB.
  package var resultSizeBytes = 16 << 20
  /// Log lines of one function, the last one reserved for the overflow notice.
  package var logLines = 256
  /// Share of a limit above which a finished function gets a warning.
  package var warningRatio = 0.8

  package init() {}
}

/// What one transaction may read and write; the budgets a nested call may be given.
package struct TransactionLimits: Sendable, Hashable {
  /// Bytes of documents read: 16 MiB.
  package var bytesRead = 16 << 20
  /// Documents read.
  package var documentsRead = 32_000
  /// Index ranges read, overlapping ones counted once.
  package var databaseQueries = 4096
  /// Bytes of documents written: 16 MiB.
  package var bytesWritten = 16 << 20
  /// Documents written, each write counting.
  package var documentsWritten = 16_000
  /// Functions scheduled.
  package var functionsScheduled = 1000
  /// Bytes of arguments of scheduled functions: 16 MiB.
  package var scheduledFunctionArgsBytes = 16 << 20

  package init() {}

  /// The limits of a nested call that gets `budget` on top of what is used already, never more than
  /// these limits allow.
  package func narrowed(to budget: TransactionLimits, used: TransactionUsage) -> TransactionLimits {
    func narrow(_ path: KeyPath<TransactionLimits, Int>, used: Int) -> Int {
      let (sum, overflow) = used.addingReportingOverflow(budget[keyPath: path])
      return overflow ? self[keyPath: path] : min(sum, self[keyPath: path])
    }
    var result = self
    result.bytesRead = narrow(\.bytesRead, used: used.bytesRead)
    result.documentsRead = narrow(\.documentsRead, used: used.documentsRead)
    result.databaseQueries = narrow(\.databaseQueries, used: used.databaseQueries)
    result.bytesWritten = narrow(\.bytesWritten, used: used.bytesWritten)
    result.documentsWritten = narrow(\.documentsWritten, used: used.documentsWritten)
    result.functionsScheduled = narrow(\.functionsScheduled, used: used.functionsScheduled)
    result.scheduledFunctionArgsBytes = narrow(
      \.scheduledFunctionArgsBytes,
      used: used.scheduledFunctionArgsBytes
    )
    return result
  }
}

/// What one transaction has used of its ``TransactionLimits``.
package struct TransactionUsage: Sendable, Hashable {
  package var bytesRead = 0
  package var documentsRead = 0
  package var databaseQueries = 0
  package var bytesWritten = 0
  package var documentsWritten = 0
  package var functionsScheduled = 0
  package var scheduledFunctionArgsBytes = 0

  package init() {}
}

extension DatabaseError {
  private static let readHelp = """
    Consider using smaller limits in your queries, paginating your queries, or using indexed \
    queries with a selective index range expressions.
    """

  static func tooManyDocumentsRead(_ limit: Int) -> DatabaseError {
    limitExceeded(
      "TooManyDocumentsRead",
      "Too many documents read in a single function execution (limit: \(limit)). \(readHelp)"
    )
  }

  static func tooManyBytesRead(_ limit: Int) -> DatabaseError {
    limitExceeded(
      "TooManyBytesRead",
      "Too many bytes read in a single function execution (limit: \(limit) bytes). \(readHelp)"
    )
  }

  static func tooManyReads(_ limit: Int) -> DatabaseError {
    limitExceeded(
      "TooManyReads",
      "Too many reads in a single function execution (limit: \(limit)). \(readHelp)"
    )
  }

  static func tooManyWrites(_ limit: Int) -> DatabaseError {
    limitExceeded(
      "TooManyWrites",
      "Too many writes in a single function execution (limit: \(limit))"
    )
  }

  static func tooManyBytesWritten(_ limit: Int) -> DatabaseError {
    limitExceeded(
      "TooManyBytesWritten",
      "Too many bytes written in a single function execution (limit: \(SizeText.exact(limit)))"
    )
  }

  private static func limitExceeded(_ code: String, _ message: String) -> DatabaseError {
    DatabaseError(code: code, message: message, kind: .paginationLimit)
  }
}
