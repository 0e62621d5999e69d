// Calling functions from a test.

public import Hull
import HullRuntime
import Synchronization

/// Who calls functions of a test's backend: the backend itself, or a caller with an identity.
///
/// A caller is privileged: it calls internal functions like public ones. What a client may do and
/// see is in ``TestClient``.
public protocol TestCaller: Sendable {
  /// The connection to the backend.
  var session: TestSession { get }
}

/// The connection of a caller to its backend.
public struct TestSession: Sendable {
  let backend: Backend
  let user: UserIdentity?

  var identity: CallerIdentity { .admin(actingAs: user) }

  func call(
    _ path: String,
    _ kind: FunctionKind,
    _ arguments: ConvexObject
  ) async throws -> EncodedValue {
    let request = FunctionRequest(
      path: path,
      kind: kind,
      arguments: .values([.object(arguments)]),
      identity: identity,
      requestID: backend.makeRequestID()
    )
    do {
      return try await backend.run(request).result.get()
    } catch {
      throw Self.visible(error)
    }
  }

  /// Runs a closure as an anonymous function.
  func run<Context: FunctionContext, Value: Sendable>(
    _ body: @escaping @Sendable (Context) async throws -> Value,
    _ fileID: String,
    _ line: Int
  ) async throws -> Value {
    let attempt = InlineAttempt<Value>()
    let definition = FunctionDefinition(
      modulePath: "inline",
      name: "default",
      kind: Context.kind,
      visibility: .public,
      args: v.any(),
      returns: nil,
      description: nil,
      location: SourceLocation(fileID: fileID, line: line)
    ) { host, _ in
      do {
        attempt.result = .success(try await body(Context(host: HostHandle(host))))
        return .null
      } catch {
        attempt.result = .failure(error)
        throw error
      }
    }
    do {
      _ = try await backend.run(inline: definition, identity: identity).result.get()
    } catch {
      // An error of the test's own closure stays what it is.
      if error is FunctionFailure, case .failure(let own) = attempt.result, !Self.isInternal(own) {
        throw own
      }
      throw Self.visible(error)
    }
    guard let result = attempt.result else { throw CancellationError() }
    return try result.get()
  }

  /// What a test can catch of an error of the engine.
  static func visible(_ error: any Error) -> any Error {
    switch error {
    case let failure as FunctionFailure:
      if let data = failure.data, failure.message.hasPrefix("Uncaught ConvexError: ") {
        return ConvexError(data)
      }
      return FunctionError(failure)
    case let error as BackendError: return FunctionError(error)
    default: return error
    }
  }

  private static func isInternal(_ error: any Error) -> Bool {
    !(error is ConvexError) && visible(error) is FunctionError
  }
}

/// What the last attempt of an inline function came to.
private final class InlineAttempt<Value: Sendable>: Sendable {
  /// Guards the result, which the function's task writes and the test's task reads.
  private let state = Mutex<Result<Value, any Error>?>(nil)

  var result: Result<Value, any Error>? {
    get { state.withLock { $0 } }
    set { state.withLock { $0 = newValue } }
  }
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
    TestUser(session: TestSession(backend: session.backend, user: identity))
  }

  /// What a network client may do: internal functions do not exist for it, errors are texts.
  public var client: TestClient { TestClient(session: session) }
}

/// A caller with an identity.
public struct TestUser: TestCaller {
  /// The connection to the backend.
  public let session: TestSession
}
