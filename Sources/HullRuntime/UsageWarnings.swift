// Warns the author of a function that it came close to a limit.

import Hull
import HullDatabase

/// Makes the log lines a finished function gets when it used more than 80 % of a limit.
struct UsageWarnings {
  let limits: Limits
  let timestamp: Double
  let path: FunctionPath
  private(set) var lines: [LogLine] = []

  init(limits: Limits, timestamp: Double, path: FunctionPath) {
    self.limits = limits
    self.timestamp = timestamp
    self.path = path
  }

  /// What may be used of a limit without a warning.
  static func threshold(_ limit: Int, _ limits: Limits) -> Int {
    Int(limits.warningRatio * Double(limit))
  }

  /// Looks at what a transaction used.
  mutating func check(_ usage: TransactionUsage, isMutation: Bool) {
    let limit = limits.transaction
    check(
      usage.documentsRead,
      of: limit.documentsRead,
      code: "TooManyDocumentsRead",
      "Many documents read in a single function execution",
      help: Self.readHelp
    )
    check(
      usage.databaseQueries,
      of: limit.databaseQueries,
      code: "TooManyReads",
      "Many reads in a single function execution",
      help: Self.readHelp
    )
    check(
      usage.bytesRead,
      of: limit.bytesRead,
      unit: " bytes",
      code: "TooManyBytesRead",
      "Many bytes read in a single function execution",
      help: Self.readHelp
    )
    guard isMutation else { return }
    check(
      usage.documentsWritten,
      of: limit.documentsWritten,
      code: "TooManyWrites",
      "Many writes in a single function execution"
    )
    check(
      usage.bytesWritten,
      of: limit.bytesWritten,
      unit: " bytes",
      code: "TooManyBytesWritten",
      "Many bytes written in a single function execution"
    )
    check(
      usage.functionsScheduled,
      of: limit.functionsScheduled,
      code: "TooManyFunctionsScheduled",
      "Many functions scheduled by this mutation"
    )
    check(
      usage.scheduledFunctionArgsBytes,
      of: limit.scheduledFunctionArgsBytes,
      unit: " bytes",
      code: "ScheduledFunctionsArgumentsTooLarge",
      "Large total size of the arguments of scheduled functions from this mutation"
    )
  }

  /// Looks at the size of the arguments.
  mutating func check(argumentsSize: Int) {
    check(
      argumentsSize,
      of: limits.argumentsSizeBytes,
      unit: " bytes",
      code: "TooLargeFunctionArguments",
      "Large size of the function arguments"
    )
  }

  /// Looks at the size of the result.
  mutating func check(resultSize: Int) {
    check(
      resultSize,
      of: limits.resultSizeBytes,
      unit: " bytes",
      code: "TooLargeFunctionResult",
      "Large size of the function return value"
    )
  }

  /// Looks at how long the function's own code took.
  mutating func check(userTime: Duration, limit: Duration) {
    guard userTime > limit * limits.warningRatio, userTime <= limit else { return }
    warn(
      code: "UserTimeout",
      "Function execution took a long time. (maximum duration: \(limit.brief), "
        + "actual duration: \(userTime.brief))."
    )
  }

  private static let readHelp =
    " Consider using smaller limits in your queries, paginating your "
    + "queries, or using indexed queries with a selective index range expressions."

  private mutating func check(
    _ actual: Int,
    of limit: Int,
    unit: String = "",
    code: String,
    _ text: String,
    help: String = ""
  ) {
    guard actual > Self.threshold(limit, limits), actual <= limit else { return }
    warn(code: code, "\(text) (actual: \(actual)\(unit), limit: \(limit)\(unit)).\(help)")
  }

  private mutating func warn(code: String, _ message: String) {
    lines.append(
      LogLine(
        level: .warn,
        messages: [message],
        timestamp: timestamp,
        path: path,
        systemCode: "warning:\(code)"
      )
    )
  }
}

extension Duration {
  /// Seconds as people write them: `1s`, `1.5s`, `950ms`.
  var brief: String {
    let milliseconds = Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15
    let (number, unit) = milliseconds < 1000 ? (milliseconds, "ms") : (milliseconds / 1000, "s")
    let rounded = (number * 1000).rounded() / 1000
    return rounded == rounded.rounded() ? "\(Int(rounded))\(unit)" : "\(rounded)\(unit)"
  }
}
