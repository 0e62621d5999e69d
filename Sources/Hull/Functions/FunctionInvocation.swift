/// A function together with the arguments to call it with.
///
/// Call a reference to make one: `Customers.$list(includeInactive: true)`. Values are Swift values;
/// nil leaves an argument out. Names and types are checked by the function's validator when it runs.
///
/// ```swift
/// let id = try await ctx.runMutation(Customers.$create(code: "C1", name: "Ada"))
/// let rows = try await ctx.runQuery(Customers.$list(includeInactive: true))
/// ```
public struct FunctionInvocation<Context: FunctionContext, Output: Sendable>: Sendable {
  /// The function to call.
  public let function: FunctionReference<Context, Output>

  /// The arguments as values.
  ///
  /// - Throws: `ConvexValueError` if one of them has no wire form.
  public var arguments: ConvexObject {
    get throws {
      var fields: [(String, ConvexValue)] = []
      for (name, argument) in values {
        if let value = try argument?.convexFieldValue() { fields.append((name, value)) }
      }
      return try ConvexObject(validating: fields)
    }
  }

  private let values: [(String, (any ConvexConvertible)?)]

  init(
    _ function: FunctionReference<Context, Output>,
    _ values: [(String, (any ConvexConvertible)?)]
  ) {
    self.function = function
    self.values = values
  }
}

extension FunctionReference {
  /// Names the arguments to call the function with; see ``FunctionInvocation``.
  ///
  /// - Parameter arguments: The arguments by name; nil leaves one out.
  /// - Returns: What `runQuery` and its siblings take.
  public func dynamicallyCall(
    withKeywordArguments arguments: KeyValuePairs<String, (any ConvexConvertible)?>
  ) -> FunctionInvocation<Context, Output> {
    FunctionInvocation(self, arguments.map { ($0.key, $0.value) })
  }
}

extension FunctionContext {
  /// Runs a query.
  ///
  /// - Parameters:
  ///   - invocation: The query and its arguments: `Customers.$list(includeInactive: true)`.
  ///   - options: How to run it.
  /// - Returns: Its result.
  /// - Throws: What the query throws.
  public func runQuery<Output>(
    _ invocation: FunctionInvocation<QueryContext, Output>,
    options: FunctionCallOptions = FunctionCallOptions()
  ) async throws -> Output {
    try await runQuery(invocation.function, invocation.arguments, options: options)
  }
}

extension MutatingContext {
  /// Runs a mutation.
  ///
  /// - Parameters:
  ///   - invocation: The mutation and its arguments: `Customers.$create(name: "Ada")`.
  ///   - options: How to run it.
  /// - Returns: Its result.
  /// - Throws: What the mutation throws.
  @discardableResult
  public func runMutation<Output>(
    _ invocation: FunctionInvocation<MutationContext, Output>,
    options: FunctionCallOptions = FunctionCallOptions()
  ) async throws -> Output {
    try await runMutation(invocation.function, invocation.arguments, options: options)
  }
}

extension ActingContext {
  /// Runs an action; usually a plain Swift call does the same for less.
  ///
  /// - Parameters:
  ///   - invocation: The action and its arguments: `Reports.$send(to: "Ada")`.
  ///   - options: How to run it.
  /// - Returns: Its result.
  /// - Throws: What the action throws.
  @discardableResult
  public func runAction<Output>(
    _ invocation: FunctionInvocation<ActionContext, Output>,
    options: FunctionCallOptions = FunctionCallOptions()
  ) async throws -> Output {
    try await runAction(invocation.function, invocation.arguments, options: options)
  }
}
