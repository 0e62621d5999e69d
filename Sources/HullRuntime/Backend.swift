// The backend of one application: what the server, the command line and tests talk to.

package import Hull
package import HullDatabase
package import HullPersistence
import HullValues
import Synchronization

/// An application at work on its data.
///
/// Everything is safe to call concurrently. Requests are best made from tasks on
/// ``FunctionExecutor/shared``: the answer then comes back without a change of threads.
package final class Backend: Sendable {
  /// What it serves.
  package let application: Application
  /// Where its data is.
  package let database: Database
  /// How it was opened.
  package let configuration: BackendConfiguration
  /// Its name and secret.
  package let instance: Instance

  let runner: FunctionRunner
  let adminKeys: AdminKeyBroker
  let tokens: TokenVerifier
  let jobs: JobExecutor
  let crons: CronExecutor

  private init(
    application: Application,
    database: Database,
    configuration: BackendConfiguration,
    instance: Instance,
    registry: FunctionRegistry
  ) {
    self.application = application
    self.database = database
    self.configuration = configuration
    self.instance = instance
    runner = FunctionRunner(
      registry: registry,
      database: database,
      instance: instance,
      configuration: configuration
    )
    jobs = JobExecutor(runner: runner, configuration: configuration)
    crons = CronExecutor(runner: runner, specs: application.crons, configuration: configuration)
    configuration.environment.observe { [weak database] in database?.variableDidChange($0) }
    adminKeys = AdminKeyBroker(
      instanceName: instance.name,
      secret: instance.secret,
      chosenKey: configuration.adminKey
    )
    tokens = TokenVerifier(
      application.authProviders,
      fetcher: configuration.fetcher,
      time: configuration.time,
      isRedacted: configuration.redactsClientErrors
    )
  }

  /// Opens the data of an application, making its tables and indexes what its schema says.
  ///
  /// - Parameters:
  ///   - application: What to serve.
  ///   - persistence: Where the data is; the backend closes it.
  ///   - configuration: How to run.
  ///   - registry: The functions of `application`, if they have been collected before.
  ///   - opened: What opening the store came to, if it is a copy of one that was opened before for
  ///     `application`.
  /// - Returns: The backend.
  /// - Throws: ``RegistrationError`` for functions nobody could call, ``DatabaseError`` for a schema
  ///   the existing documents do not match, and what the store throws.
  package static func open(
    _ application: Application,
    persistence: any Persistence,
    configuration: BackendConfiguration = BackendConfiguration(),
    registry: FunctionRegistry? = nil,
    opened: Database.Opened? = nil
  ) async throws -> Backend {
    let registry = try registry ?? FunctionRegistry(application)
    let instance = try await Instance.load(
      from: persistence,
      name: configuration.instanceName,
      time: configuration.time,
      random: configuration.random
    )
    var options = configuration.database
    options.limits = configuration.limits
    options.time = configuration.time
    options.random = configuration.random
    options.beforeBatch = { await FunctionExecutor.shared.letOthersGoFirst() }
    options.mayBlockThread = { FunctionExecutor.shared.isOtherwiseIdle }
    let database =
      if let opened {
        Database(copy: persistence, opened: opened, options: options)
      } else {
        try await Database.open(
          persistence: persistence,
          schema: application.schema,
          options: options
        )
      }
    let backend = Backend(
      application: application,
      database: database,
      configuration: configuration,
      instance: instance,
      registry: registry
    )
    do {
      try await backend.runner.storage.sweep()
    } catch {
      await backend.close()
      throw error
    }
    return backend
  }

  // MARK: Calling functions

  /// Runs a function for a caller outside.
  ///
  /// The caller always gets an answer in time, even when the function never returns.
  ///
  /// - Parameter request: What to run, with what, for whom.
  /// - Returns: The outcome; a function that failed, does not exist or was called in a wrong way is
  ///   an outcome, too.
  /// - Throws: ``BackendError`` when there is no outcome: `BadConvexFunctionIdentifier`,
  ///   `TooManyConcurrentRequests`, conflicts that would not end, faults of the server.
  package func run(_ request: FunctionRequest) async throws(BackendError) -> FunctionOutcome {
    switch try prepare(request).target {
    case .rejected(let outcome): return outcome
    case .function(let call, let question): return try await runner.run(call, question)
    }
  }

  /// Runs a function that is not registered, for tests: it has the path it was defined with.
  package func run(
    inline definition: FunctionDefinition,
    identity: CallerIdentity
  ) async throws(BackendError) -> FunctionOutcome {
    try await runner.run(
      FunctionRunner.Call(
        function: RegisteredFunction(definition, schema: application.schema),
        arguments: .values([.object([:])]),
        identity: identity,
        requestID: makeRequestID(),
        client: ClientInfo(),
        isNamed: false
      ),
      nil
    )
  }

  /// The function a caller means.
  ///
  /// - Throws: ``BackendError`` for a text that is no path, ``CallValidation/Rejection`` for a
  ///   function that the caller cannot call.
  func find(
    _ path: String,
    _ kind: FunctionKind?,
    for identity: CallerIdentity
  ) throws -> RegisteredFunction {
    do {
      let named = try runner.registry.lookUp(path, mayCallInternal: identity.isAdmin)
      if named.path.isSystem, !identity.isAdmin { throw Self.notPermitted(kind) }
      return try named.callable(as: kind, mayCallInternal: identity.isAdmin)
    } catch let error as FunctionPathError {
      throw BackendError(error)
    }
  }

  /// A stranger's call of one of the server's own functions.
  private static func notPermitted(_ kind: FunctionKind?) -> any Error {
    let message = "Operation \((kind ?? .query).rawValue) not permitted"
    return kind == .action
      ? BackendError(kind: .forbidden, code: "SystemIdentityRequired", message: message)
      : CallValidation.Rejection(message: message)
  }

  /// Checks the syntax of a path, before anything is known about the caller.
  ///
  /// - Throws: ``BackendError`` `BadConvexFunctionIdentifier`.
  package func checkPath(_ text: String) throws(BackendError) {
    do throws(FunctionPathError) {
      _ = try runner.registry.resolve(text, mayCallInternal: true)
    } catch {
      throw BackendError(error)
    }
  }

  /// The kind of the function that a text names, internal ones included; nil if it names none.
  package func kind(of text: String) -> FunctionKind? {
    (try? runner.registry.lookUp(text, mayCallInternal: true))?.function?.definition.kind
  }

  /// All functions, by path.
  package var functions: [FunctionListing] { runner.registry.functions.map(FunctionListing.init) }

  /// The timestamp of the newest commit that queries see.
  package var latestTimestamp: Timestamp { database.latestTimestamp }

  /// A number that grows with everything the backend does; equal ones tell that it did nothing.
  package var activity: Int {
    let (queries, commits) = (queryCacheCounters, database.counters)
    return queries.hits + queries.misses + queries.shared + commits.commits
  }

  /// Lets go of memory that only makes what comes next faster; for a time when nothing is going on.
  package func releaseMemory() async {
    runner.cache.empty(ifLargerThan: Self.smallQueryCacheBytes)
    await database.releaseMemory()
  }

  /// A query cache that stays in a pause: 2 MiB, some thousand small results.
  private static let smallQueryCacheBytes = 2 << 20

  /// A fresh id for a request that brought none.
  package func makeRequestID() -> RequestID { RequestID(from: configuration.random) }

  /// Finishes what was begun and lets go of the data.
  package func close() async {
    runner.isClosing.store(true, ordering: .relaxed)
    async let cronsHaveStopped: Void = crons.stop(within: configuration.jobPatience)
    await jobs.stop(within: configuration.jobPatience)
    await cronsHaveStopped
    await runner.close()
    await database.close()
    // After the last commit, whose deletions it waits for.
    await runner.storage.finish()
  }
}

extension BackendError {
  /// The answer to a path that is none.
  init(_ error: FunctionPathError) {
    self.init(kind: .badRequest, code: "BadConvexFunctionIdentifier", message: error.message)
  }
}
