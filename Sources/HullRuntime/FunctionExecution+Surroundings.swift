// What a function learns about its surroundings: caller, time, randomness, log, itself.

import Hull
import HullDatabase
import HullPersistence
import HullValues

extension FunctionExecution {
  func identity() async throws -> UserIdentity? {
    tree.observe { $0.identity = true }
    return tree.identity.user
  }

  func now() -> Double {
    guard transaction != nil else { return tree.runner.time.now().milliseconds.rounded(.down) }
    tree.observe { $0.time = true }
    return tree.startTime
  }

  func elapsed() -> Double {
    guard target.definition.kind != .query else { return 0 }
    return tree.clock.elapsedMilliseconds
  }

  func randomBits() -> UInt64 {
    tree.observe { $0.random = true }
    return random.next()
  }

  func log(_ level: LogLevel, _ messages: [String]) {
    tree.log(
      LogLine(
        level: level,
        messages: messages,
        timestamp: transaction == nil ? tree.runner.time.now().milliseconds : tree.startTime,
        path: target.path
      )
    )
  }

  func environmentVariable(_ name: String) async throws -> String? {
    // Noted first, so that a change after the variable was read is not missed.
    try await transaction?.recordRead(variable: name)
    let fixed = tree.runner.environment[name]
    tree.observe { $0.environment[name] = .some(fixed) }
    if let fixed { return fixed }
    return try await operation {
      let reading = transaction ?? tree.runner.database.begin()
      return try await reading.environmentVariable(name)
    }
  }

  var function: FunctionMetadata {
    FunctionMetadata(
      name: target.path.stripped,
      type: target.definition.kind,
      visibility: target.definition.visibility
    )
  }

  var deployment: DeploymentMetadata { DeploymentMetadata(name: tree.runner.instanceName) }

  func requestMetadata() async throws -> RequestMetadata {
    guard target.definition.kind != .query else {
      throw DatabaseError(
        code: "RequestMetadataNotAllowed",
        message: "Request metadata is not available in queries, whose results are shared."
      )
    }
    var metadata = RequestMetadata()
    metadata.ip = tree.client.address
    metadata.userAgent = tree.client.userAgent
    metadata.requestID = tree.requestID.description
    metadata.authToken = tree.client.authToken
    metadata.scheduledFunctionID = tree.job
    return metadata
  }

  func transactionMetrics() async throws -> TransactionMetrics {
    try await transaction { transaction in
      let usage = try await transaction.usage()
      let limits = try await transaction.limits()
      func metric(
        _ used: KeyPath<TransactionUsage, Int>,
        _ limit: KeyPath<HullDatabase.TransactionLimits, Int>
      ) -> TransactionMetrics.Usage {
        TransactionMetrics.Usage(
          used: usage[keyPath: used],
          remaining: limits[keyPath: limit] - usage[keyPath: used]
        )
      }
      return TransactionMetrics(
        bytesRead: metric(\.bytesRead, \.bytesRead),
        bytesWritten: metric(\.bytesWritten, \.bytesWritten),
        databaseQueries: metric(\.databaseQueries, \.databaseQueries),
        documentsRead: metric(\.documentsRead, \.documentsRead),
        documentsWritten: metric(\.documentsWritten, \.documentsWritten),
        functionsScheduled: metric(\.functionsScheduled, \.functionsScheduled),
        scheduledFunctionArgsBytes: metric(
          \.scheduledFunctionArgsBytes,
          \.scheduledFunctionArgsBytes
        )
      )
    }
  }
}
