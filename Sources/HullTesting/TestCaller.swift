// Calling functions from a test.

public import Hull

/// Who calls functions of a test's backend: the backend itself, or a caller with an identity.
///
/// A caller is privileged: it calls internal functions like public ones. What a client may do and
/// see is in ``TestClient``.
public protocol TestCaller: Sendable {
  /// The connection to the backend.
  var session: TestSession { get }
}

// MARK: - By reference

extension TestCaller {
  /// Runs a query.
  ///
  /// - Parameters:
  ///   - function: The query, for example `Customers.$list`.
  ///   - arguments: Its arguments by name.
  /// - Returns: Its result.
  /// - Throws: `ConvexError` as the function threw it, ``FunctionError`` for everything else.
  public func query<Output>(
    _ function: FunctionReference<QueryContext, Output>,
    _ arguments: ConvexObject = [:]
  ) async throws -> Output {
    try function.decode(try await session.call(function.path, .query, arguments))
  }

  /// Runs a mutation.
  ///
  /// - Parameters:
  ///   - function: The mutation, for example `Customers.$create`.
  ///   - arguments: Its arguments by name.
  /// - Returns: Its result.
  /// - Throws: `ConvexError` as the function threw it, ``FunctionError`` for everything else.
  @discardableResult
  public func mutation<Output>(
    _ function: FunctionReference<MutationContext, Output>,
    _ arguments: ConvexObject = [:]
  ) async throws -> Output {
    try function.decode(try await session.call(function.path, .mutation, arguments))
  }

  /// Runs an action.
  ///
  /// - Parameters:
  ///   - function: The action, for example `Reports.$send`.
  ///   - arguments: Its arguments by name.
  /// - Returns: Its result.
  /// - Throws: `ConvexError` as the function threw it, ``FunctionError`` for everything else.
  @discardableResult
  public func action<Output>(
    _ function: FunctionReference<ActionContext, Output>,
    _ arguments: ConvexObject = [:]
  ) async throws -> Output {
    try function.decode(try await session.call(function.path, .action, arguments))
  }
}

// MARK: - By invocation

extension TestCaller {
  /// Runs a query.
  ///
  /// - Parameter invocation: The query and its arguments: `Customers.$list(includeInactive: true)`.
  /// - Returns: Its result.
  /// - Throws: `ConvexError` as the function threw it, ``FunctionError`` for everything else.
  public func query<Output>(
    _ invocation: FunctionInvocation<QueryContext, Output>
  ) async throws -> Output {
    try await query(invocation.function, invocation.arguments)
  }

  /// Runs a mutation.
  ///
  /// - Parameter invocation: The mutation and its arguments: `Customers.$create(name: "Ada")`.
  /// - Returns: Its result.
  /// - Throws: `ConvexError` as the function threw it, ``FunctionError`` for everything else.
  @discardableResult
  public func mutation<Output>(
    _ invocation: FunctionInvocation<MutationContext, Output>
  ) async throws -> Output {
    try await mutation(invocation.function, invocation.arguments)
  }

  /// Runs an action.
  ///
  /// - Parameter invocation: The action and its arguments: `Reports.$send(to: "Ada")`.
  /// - Returns: Its result.
  /// - Throws: `ConvexError` as the function threw it, ``FunctionError`` for everything else.
  @discardableResult
  public func action<Output>(
    _ invocation: FunctionInvocation<ActionContext, Output>
  ) async throws -> Output {
    try await action(invocation.function, invocation.arguments)
  }
}

// MARK: - By path

extension TestCaller {
  /// Runs a query named by its path, in any spelling.
  ///
  /// - Parameters:
  ///   - path: The path: `messages:list`.
  ///   - arguments: Its arguments by name.
  /// - Returns: Its result.
  /// - Throws: `ConvexError` as the function threw it, ``FunctionError`` for everything else.
  public func query(_ path: String, _ arguments: ConvexObject = [:]) async throws -> ConvexValue {
    try await session.call(path, .query, arguments).decoded()
  }

  /// Runs a query named by its path and reads its result as a Swift type.
  ///
  /// - Parameters:
  ///   - path: The path: `messages:list`.
  ///   - arguments: Its arguments by name.
  /// - Returns: Its result.
  /// - Throws: `ConvexError` as the function threw it, ``FunctionError`` for everything else.
  public func query<Output: ConvexConvertible>(
    _ path: String,
    _ arguments: ConvexObject = [:]
  ) async throws -> Output {
    try Output(convexValue: try await query(path, arguments))
  }

  /// Runs a mutation named by its path, in any spelling.
  ///
  /// - Parameters:
  ///   - path: The path: `messages:send`.
  ///   - arguments: Its arguments by name.
  /// - Returns: Its result.
  /// - Throws: `ConvexError` as the function threw it, ``FunctionError`` for everything else.
  @discardableResult
  public func mutation(
    _ path: String,
    _ arguments: ConvexObject = [:]
  ) async throws -> ConvexValue {
    try await session.call(path, .mutation, arguments).decoded()
  }

  /// Runs a mutation named by its path and reads its result as a Swift type.
  ///
  /// - Parameters:
  ///   - path: The path: `messages:send`.
  ///   - arguments: Its arguments by name.
  /// - Returns: Its result.
  /// - Throws: `ConvexError` as the function threw it, ``FunctionError`` for everything else.
  public func mutation<Output: ConvexConvertible>(
    _ path: String,
    _ arguments: ConvexObject = [:]
  ) async throws -> Output {
    try Output(convexValue: try await mutation(path, arguments))
  }

  /// Runs an action named by its path, in any spelling.
  ///
  /// - Parameters:
  ///   - path: The path: `reports:send`.
  ///   - arguments: Its arguments by name.
  /// - Returns: Its result.
  /// - Throws: `ConvexError` as the function threw it, ``FunctionError`` for everything else.
  @discardableResult
  public func action(_ path: String, _ arguments: ConvexObject = [:]) async throws -> ConvexValue {
    try await session.call(path, .action, arguments).decoded()
  }

  /// Runs an action named by its path and reads its result as a Swift type.
  ///
  /// - Parameters:
  ///   - path: The path: `reports:send`.
  ///   - arguments: Its arguments by name.
  /// - Returns: Its result.
  /// - Throws: `ConvexError` as the function threw it, ``FunctionError`` for everything else.
  public func action<Output: ConvexConvertible>(
    _ path: String,
    _ arguments: ConvexObject = [:]
  ) async throws -> Output {
    try Output(convexValue: try await action(path, arguments))
  }
}

// MARK: - Inline

extension TestCaller {
  /// Runs a closure as a query.
  ///
  /// - Parameters:
  ///   - fileID: The file of the call.
  ///   - line: The line of the call.
  ///   - body: What to do with the context of a query.
  /// - Returns: What `body` returns, whatever its type.
  /// - Throws: What `body` throws, or ``FunctionError`` where the engine refuses something.
  @discardableResult
  public func query<Value: Sendable>(
    fileID: String = #fileID,
    line: Int = #line,
    _ body: @escaping @Sendable (QueryContext) async throws -> Value
  ) async throws -> Value {
    try await session.run(body, fileID, line)
  }

  /// Runs a closure as a mutation; it may run several times, like every mutation.
  ///
  /// - Parameters:
  ///   - fileID: The file of the call.
  ///   - line: The line of the call.
  ///   - body: What to do with the context of a mutation.
  /// - Returns: What `body` returns, whatever its type.
  /// - Throws: What `body` throws, or ``FunctionError`` where the engine refuses something.
  @discardableResult
  public func mutation<Value: Sendable>(
    fileID: String = #fileID,
    line: Int = #line,
    _ body: @escaping @Sendable (MutationContext) async throws -> Value
  ) async throws -> Value {
    try await session.run(body, fileID, line)
  }

  /// Runs a closure as an action.
  ///
  /// - Parameters:
  ///   - fileID: The file of the call.
  ///   - line: The line of the call.
  ///   - body: What to do with the context of an action.
  /// - Returns: What `body` returns, whatever its type.
  /// - Throws: What `body` throws, or ``FunctionError`` where the engine refuses something.
  @discardableResult
  public func action<Value: Sendable>(
    fileID: String = #fileID,
    line: Int = #line,
    _ body: @escaping @Sendable (ActionContext) async throws -> Value
  ) async throws -> Value {
    try await session.run(body, fileID, line)
  }

  /// Works on the database directly: sets a test up, or looks at what came of it.
  ///
  /// - Parameters:
  ///   - fileID: The file of the call.
  ///   - line: The line of the call.
  ///   - body: What to do, in one transaction that commits when `body` returns.
  /// - Returns: What `body` returns, whatever its type.
  /// - Throws: What `body` throws, or ``FunctionError`` where the engine refuses something.
  @discardableResult
  public func run<Value: Sendable>(
    fileID: String = #fileID,
    line: Int = #line,
    _ body: @escaping @Sendable (MutationContext) async throws -> Value
  ) async throws -> Value {
    try await session.run(body, fileID, line)
  }

  /// A caller that functions see as an authenticated user, in nested calls too.
  ///
  /// - Parameter attributes: What functions see of the user; see ``Hull/UserIdentity/test(_:)``.
  /// - Returns: The caller. Deriving another from it replaces the identity.
  /// - Throws: `ConvexValueError` for an attribute whose name is no field name.
  public func withIdentity(_ attributes: ConvexObject) throws -> TestUser {
    withIdentity(try UserIdentity.test(attributes))
  }

  /// A caller that functions see as an authenticated user, in nested calls too.
  ///
  /// - Parameter identity: The user.
  /// - Returns: The caller. Deriving another from it replaces the identity.
  public func withIdentity(_ identity: UserIdentity) -> TestUser {
    TestUser(
      session: TestSession(
        backend: session.backend,
        user: identity,
        auditor: session.auditor,
        sleeping: session.sleeping
      )
    )
  }

  /// What a network client may do: internal functions do not exist for it, errors are texts.
  public var client: TestClient { TestClient(session: session) }
}

/// A caller with an identity.
public struct TestUser: TestCaller {
  /// The connection to the backend.
  public let session: TestSession
}
