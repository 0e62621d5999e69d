/// A context that may do what has effects outside of the database: that of actions and HTTP actions.
public protocol ActingContext: MutatingContext {}

extension ActingContext {
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
