/// About the running function: `ctx.meta`.
public struct FunctionMeta<Context: FunctionContext>: Sendable {
  let host: HostHandle

  /// The running function's name, kind and visibility.
  public func getFunctionMetadata() -> FunctionMetadata { host.host.function }

  /// The deployment the function runs on.
  public func getDeploymentMetadata() -> DeploymentMetadata { host.host.deployment }
}

extension FunctionMeta where Context == QueryContext {
  /// What the transaction has used and has left.
  public func getTransactionMetrics() async throws -> TransactionMetrics {
    try await host.host.transactionMetrics()
  }
}

extension FunctionMeta where Context == MutationContext {
  /// What the transaction has used and has left.
  public func getTransactionMetrics() async throws -> TransactionMetrics {
    try await host.host.transactionMetrics()
  }
}

extension FunctionMeta where Context: MutatingContext {
  /// The request that started the execution; not for queries, whose results are shared.
  public func getRequestMetadata() async throws -> RequestMetadata {
    try await host.host.requestMetadata()
  }
}

/// The name, kind and visibility of a function.
public struct FunctionMetadata: Sendable, Hashable {
  /// The canonical path without an extension: `master_data/customers:list`.
  public var name: String
  /// The component the function is in; empty for the application.
  public var componentPath: String
  /// The function's kind.
  public var type: FunctionKind
  /// Who may call it.
  public var visibility: Visibility

  /// Makes metadata of a function of the application.
  ///
  /// - Parameters:
  ///   - name: The canonical path without an extension.
  ///   - type: The function's kind.
  ///   - visibility: Who may call it.
  public init(name: String, type: FunctionKind, visibility: Visibility) {
    self.name = name
    componentPath = ""
    self.type = type
    self.visibility = visibility
  }
}

/// The deployment a function runs on.
public struct DeploymentMetadata: Sendable, Hashable {
  /// The deployment's name, the part of its admin keys before the `|`.
  public var name: String
  /// Where it runs; nil, because a deployment that one runs oneself is nowhere in particular.
  public var region: String?
  /// The class of machine, in the reference's terms: always `s16`.
  public var deploymentClass: String

  /// Makes metadata of a deployment.
  ///
  /// - Parameter name: The deployment's name.
  public init(name: String) {
    self.name = name
    region = nil
    deploymentClass = "s16"
  }
}

/// What a transaction has used and has left.
public struct TransactionMetrics: Sendable, Hashable {
  /// One counted quantity.
  public struct Usage: Sendable, Hashable {
    /// What has been used.
    public var used: Int
    /// What is left; may be negative.
    public var remaining: Int

    /// Makes a usage.
    public init(used: Int, remaining: Int) {
      self.used = used
      self.remaining = remaining
    }
  }

  /// Bytes of documents read.
  public var bytesRead: Usage
  /// Bytes of documents written.
  public var bytesWritten: Usage
  /// Index ranges, gets and pages read.
  public var databaseQueries: Usage
  /// Documents read.
  public var documentsRead: Usage
  /// Documents written.
  public var documentsWritten: Usage
  /// Functions scheduled.
  public var functionsScheduled: Usage
  /// Bytes of the arguments of scheduled functions.
  public var scheduledFunctionArgsBytes: Usage

  /// Makes metrics.
  ///
  /// - Parameters:
  ///   - bytesRead: Bytes of documents read.
  ///   - bytesWritten: Bytes of documents written.
  ///   - databaseQueries: Index ranges, gets and pages read.
  ///   - documentsRead: Documents read.
  ///   - documentsWritten: Documents written.
  ///   - functionsScheduled: Functions scheduled.
  ///   - scheduledFunctionArgsBytes: Bytes of the arguments of scheduled functions.
  public init(
    bytesRead: Usage,
    bytesWritten: Usage,
    databaseQueries: Usage,
    documentsRead: Usage,
    documentsWritten: Usage,
    functionsScheduled: Usage,
    scheduledFunctionArgsBytes: Usage
  ) {
    self.bytesRead = bytesRead
    self.bytesWritten = bytesWritten
    self.databaseQueries = databaseQueries
    self.documentsRead = documentsRead
    self.documentsWritten = documentsWritten
    self.functionsScheduled = functionsScheduled
    self.scheduledFunctionArgsBytes = scheduledFunctionArgsBytes
  }
}

/// The request that started an execution; every member may be unknown.
public struct RequestMetadata: Sendable, Hashable {
  /// The client's address.
  public var ip: String?
  /// The client's `User-Agent`.
  public var userAgent: String?
  /// The server's name for the request, as in error texts.
  public var requestID: String?
  /// The scheduled job that is running.
  public var scheduledFunctionID: DocumentID?
  /// The token the caller authenticated with.
  public var authToken: String?

  /// Makes metadata of an unknown request.
  public init() {}
}
