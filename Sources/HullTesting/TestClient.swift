// What a client at the other end of the network may do and see.

public import Hull
import HullRuntime

/// Calls functions as a network client does.
///
/// Internal functions are indistinguishable from missing ones, and what fails is seen as the text
/// that clients receive.
public struct TestClient: Sendable {
  let session: TestSession

  /// Runs a query.
  ///
  /// - Parameters:
  ///   - path: The path in any spelling.
  ///   - arguments: The arguments: an object, or an array as the list of positional arguments.
  /// - Returns: Its result.
  /// - Throws: ``ClientError``.
  public func query(_ path: String, _ arguments: ConvexValue = [:]) async throws -> ConvexValue {
    try await call(path, .query, arguments).value()
  }

  /// Runs a mutation.
  ///
  /// - Parameters:
  ///   - path: The path in any spelling.
  ///   - arguments: The arguments: an object, or an array as the list of positional arguments.
  /// - Returns: Its result.
  /// - Throws: ``ClientError``.
  @discardableResult
  public func mutation(_ path: String, _ arguments: ConvexValue = [:]) async throws -> ConvexValue {
    try await call(path, .mutation, arguments).value()
  }

  /// Runs an action.
  ///
  /// - Parameters:
  ///   - path: The path in any spelling.
  ///   - arguments: The arguments: an object, or an array as the list of positional arguments.
  /// - Returns: Its result.
  /// - Throws: ``ClientError``.
  @discardableResult
  public func action(_ path: String, _ arguments: ConvexValue = [:]) async throws -> ConvexValue {
    try await call(path, .action, arguments).value()
  }

  /// Runs a function and returns everything the client receives.
  ///
  /// - Parameters:
  ///   - path: The path in any spelling.
  ///   - kind: What the client takes the function for; `nil` runs it whatever it is.
  ///   - arguments: The arguments: an object, or an array as the list of positional arguments.
  /// - Returns: The answer; a failed function is one, too.
  /// - Throws: ``ClientError`` with a ``ClientError/code`` when there is no answer.
  public func call(
    _ path: String,
    _ kind: FunctionKind?,
    _ arguments: ConvexValue = [:]
  ) async throws -> ClientAnswer {
    try await call(path, kind, FunctionArguments(arguments))
  }

  /// Runs a function on arguments given as JSON text, well formed or not.
  ///
  /// - Parameters:
  ///   - path: The path in any spelling.
  ///   - kind: What the client takes the function for; `nil` runs it whatever it is.
  ///   - json: The arguments in wire JSON.
  /// - Returns: The answer; a failed function is one, too.
  /// - Throws: ``ClientError`` with a ``ClientError/code`` when there is no answer.
  public func call(
    _ path: String,
    _ kind: FunctionKind?,
    json: String
  ) async throws -> ClientAnswer {
    try await call(path, kind, FunctionArguments(json: Array(json.utf8)))
  }

  private func call(
    _ path: String,
    _ kind: FunctionKind?,
    _ arguments: FunctionArguments
  ) async throws -> ClientAnswer {
    let backend = session.backend
    let isRedacted = backend.configuration.redactsClientErrors
    let requestID = backend.makeRequestID()
    let request = FunctionRequest(
      path: path,
      kind: kind,
      arguments: arguments,
      identity: session.user.map(CallerIdentity.user) ?? .anonymous,
      requestID: requestID
    )
    let outcome: FunctionOutcome
    do {
      outcome = try await backend.run(request)
    } catch {
      throw ClientError(message: error.message, data: nil, code: error.code, status: error.status)
    }
    let logLines = isRedacted ? [] : outcome.logLines.map(\.text)
    switch outcome.result {
    case .success(let value):
      return ClientAnswer(result: .success(try value.decoded()), logLines: logLines)
    case .failure(let failure):
      let error = ClientError(
        message: failure.clientMessage(requestID: requestID, isRedacted: isRedacted),
        data: failure.data,
        code: nil,
        status: 200
      )
      return ClientAnswer(result: .failure(error), logLines: logLines)
    }
  }
}

/// What a client receives for a call.
public struct ClientAnswer: Sendable {
  /// The value, or what went wrong.
  public let result: Result<ConvexValue, ClientError>
  /// The lines the function logged, such as `[LOG] 'hi'`.
  public let logLines: [String]

  func value() throws -> ConvexValue { try result.get() }
}

/// What a client learns of a call that failed.
public struct ClientError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The text: `[Request ID: …] Server Error` and, unless it is redacted, what happened.
  public let message: String
  /// The data of a `ConvexError`.
  public let data: ConvexValue?
  /// The short code, when the function gave no answer at all.
  public let code: String?
  /// The HTTP status: 200 when the function failed by itself.
  public let status: Int

  /// The message.
  public var description: String { message }
}
