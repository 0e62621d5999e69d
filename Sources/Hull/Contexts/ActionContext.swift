/// What an action is given: other functions to run, and the world outside.
///
/// Every function it runs is a transaction of its own. An action runs once and is never retried.
public struct ActionContext: MutatingContext {
  /// `action`.
  public static let kind = FunctionKind.action

  /// The connection to what runs the function.
  public let host: HostHandle

  /// Makes the context of an execution.
  public init(host: HostHandle) { self.host = host }

  /// Runs an action; usually a plain Swift call does the same for less.
  ///
  /// - Parameters:
  ///   - function: The action, for example `Reports.$send`.
  ///   - arguments: Its arguments by name.
  ///   - options: How to run it.
  /// - Returns: Its result.
  /// - Throws: What the action throws.
  @discardableResult
  public func runAction<Output>(
    _ function: FunctionReference<ActionContext, Output>,
    _ arguments: ConvexObject = [:],
    options: FunctionCallOptions = FunctionCallOptions()
  ) async throws -> Output {
    try function.decode(try await call(function.path, .action, arguments, options))
  }

  /// Runs an action named by its path.
  ///
  /// - Parameters:
  ///   - path: The action's path: `reports:send`.
  ///   - arguments: Its arguments by name.
  ///   - options: How to run it.
  /// - Returns: Its result.
  /// - Throws: What the action throws.
  @discardableResult
  public func runAction(
    _ path: String,
    _ arguments: ConvexObject = [:],
    options: FunctionCallOptions = FunctionCallOptions()
  ) async throws -> ConvexValue {
    try await call(path, .action, arguments, options).decoded()
  }
}
