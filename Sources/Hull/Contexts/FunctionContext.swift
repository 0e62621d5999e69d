/// What every function is given: who calls, what time it is, where to log.
///
/// ``QueryContext``, ``MutationContext`` and ``ActionContext`` add what their kind of function may do.
public protocol FunctionContext: Sendable {
  /// The kind of function that gets this context.
  static var kind: FunctionKind { get }

  /// The connection to what runs the function.
  var host: HostHandle { get }

  /// Makes the context of an execution.
  init(host: HostHandle)
}

extension FunctionContext {
  /// Who calls the function.
  public var auth: Authentication { Authentication(host: host) }

  /// Where the function logs.
  public var log: FunctionLog { FunctionLog(host: host) }

  /// The time in milliseconds since 1970.
  ///
  /// Inside a query or mutation it stands still, nested calls included; in an action it runs. A
  /// query that reads it is not run again because time passes.
  public var now: Double { host.host.now() }

  /// Random numbers of this execution; a retried mutation draws new ones.
  ///
  /// They are not for secrets.
  public var random: FunctionRandom { FunctionRandom(host: host) }

  /// The deployment's environment variables.
  public var env: EnvironmentVariables { EnvironmentVariables(host: host) }

  /// About the running function.
  public var meta: FunctionMeta<Self> { FunctionMeta(host: host) }

  /// Runs a query.
  ///
  /// From a query or mutation it reads the caller's snapshot, the caller's writes included; from an
  /// action it is a transaction of its own.
  ///
  /// - Parameters:
  ///   - function: The query, for example `Customers.$list`.
  ///   - arguments: Its arguments by name.
  ///   - options: How to run it.
  /// - Returns: Its result.
  /// - Throws: What the query throws.
  public func runQuery<Output>(
    _ function: FunctionReference<QueryContext, Output>,
    _ arguments: ConvexObject = [:],
    options: FunctionCallOptions = FunctionCallOptions()
  ) async throws -> Output {
    try function.decode(try await call(function.path, .query, arguments, options))
  }

  /// Runs a query named by its path.
  ///
  /// - Parameters:
  ///   - path: The query's path: `master_data/customers:list`.
  ///   - arguments: Its arguments by name.
  ///   - options: How to run it.
  /// - Returns: Its result.
  /// - Throws: What the query throws.
  public func runQuery(
    _ path: String,
    _ arguments: ConvexObject = [:],
    options: FunctionCallOptions = FunctionCallOptions()
  ) async throws -> ConvexValue {
    try await call(path, .query, arguments, options).decoded()
  }

  func call(
    _ path: String,
    _ kind: FunctionKind,
    _ arguments: ConvexObject,
    _ options: FunctionCallOptions
  ) async throws -> EncodedValue {
    try await host.host.call(
      FunctionCall(path: path, kind: kind, arguments: arguments, options: options)
    )
  }
}

/// A context that can change the database through mutations.
public protocol MutatingContext: FunctionContext {}

extension MutatingContext {
  /// Runs a mutation.
  ///
  /// From a mutation it is part of the caller's transaction: if it throws, only its own writes are
  /// undone, and the caller may catch the error and go on. From an action it is a transaction of its
  /// own.
  ///
  /// - Parameters:
  ///   - function: The mutation, for example `Customers.$create`.
  ///   - arguments: Its arguments by name.
  ///   - options: How to run it.
  /// - Returns: Its result.
  /// - Throws: What the mutation throws.
  @discardableResult
  public func runMutation<Output>(
    _ function: FunctionReference<MutationContext, Output>,
    _ arguments: ConvexObject = [:],
    options: FunctionCallOptions = FunctionCallOptions()
  ) async throws -> Output {
    try function.decode(try await call(function.path, .mutation, arguments, options))
  }

  /// Runs a mutation named by its path.
  ///
  /// - Parameters:
  ///   - path: The mutation's path: `master_data/customers:create`.
  ///   - arguments: Its arguments by name.
  ///   - options: How to run it.
  /// - Returns: Its result.
  /// - Throws: What the mutation throws.
  @discardableResult
  public func runMutation(
    _ path: String,
    _ arguments: ConvexObject = [:],
    options: FunctionCallOptions = FunctionCallOptions()
  ) async throws -> ConvexValue {
    try await call(path, .mutation, arguments, options).decoded()
  }
}

/// How a nested call is run.
public struct FunctionCallOptions: Sendable, Hashable {
  /// The most the nested call may use, on top of what the caller has used; nil for what is left.
  public var transactionLimits: TransactionLimits?
  /// Whether a query called by a mutation reads what was committed when the mutation began: without
  /// the mutation's own writes, and without conflicting with anybody.
  public var useStaleSnapshot: Bool

  /// Makes options.
  ///
  /// - Parameters:
  ///   - transactionLimits: The most the call may use.
  ///   - useStaleSnapshot: Whether a query ignores the calling mutation's writes.
  public init(transactionLimits: TransactionLimits? = nil, useStaleSnapshot: Bool = false) {
    self.transactionLimits = transactionLimits
    self.useStaleSnapshot = useStaleSnapshot
  }
}

/// Bounds on what a nested call uses; nil leaves the caller's bound in force.
public struct TransactionLimits: Sendable, Hashable {
  /// Bytes of documents read.
  public var bytesRead: Int?
  /// Bytes of documents written.
  public var bytesWritten: Int?
  /// Index ranges, gets and pages read.
  public var databaseQueries: Int?
  /// Documents read.
  public var documentsRead: Int?
  /// Documents written.
  public var documentsWritten: Int?
  /// Functions scheduled.
  public var functionsScheduled: Int?
  /// Bytes of the arguments of scheduled functions.
  public var scheduledFunctionArgsBytes: Int?

  /// Makes limits without a bound.
  public init() {}
}
