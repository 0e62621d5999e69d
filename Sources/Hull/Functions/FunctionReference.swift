/// A typed handle on a registered function: what calls it knows its kind and its result.
///
/// `@Query`, `@Mutation` and `@Action` declare one per function, named after it with a `$` before:
/// `Customers.$list` for `Customers.list`. Pass it to ``FunctionContext/runQuery(_:_:options:)``
/// and to the test harness, or call it with arguments first: `Customers.$list(includeInactive: true)`.
@dynamicCallable
public struct FunctionReference<Context: FunctionContext, Output: Sendable>: Sendable {
  /// The function behind the reference.
  public let definition: FunctionDefinition
  /// Turns a result from the wire into the declared type.
  package let decode: @Sendable (EncodedValue) throws -> Output

  package init(
    definition: FunctionDefinition,
    decode: @escaping @Sendable (EncodedValue) throws -> Output
  ) {
    self.definition = definition
    self.decode = decode
  }

  /// The canonical path of the function: `master_data/customers:list`.
  public var path: String { definition.path }
}

extension FunctionReference where Output: ConvexConvertible {
  /// Declares a function; what `@Query` and its siblings expand to.
  ///
  /// - Parameters:
  ///   - name: The function's name in its module.
  ///   - module: The type whose path is the module's.
  ///   - visibility: Who may call it.
  ///   - arguments: The arguments in the order of the signature.
  ///   - description: What it is for.
  ///   - fileID: The file it is declared in.
  ///   - line: The line it is declared at.
  ///   - handler: What it does, given a context and its arguments.
  public init(
    _ name: String,
    in module: any FunctionModule.Type,
    visibility: Visibility = .public,
    _ arguments: [Argument] = [],
    description: String? = nil,
    fileID: String = #fileID,
    line: Int = #line,
    _ handler: @escaping @Sendable (Context, Arguments) async throws -> Output
  ) {
    self.init(
      definition: FunctionDefinition(
        modulePath: module.modulePath,
        name: name,
        kind: Context.kind,
        visibility: visibility,
        args: Argument.validator(arguments),
        returns: Output.convexValidator,
        description: description,
        location: SourceLocation(fileID: fileID, line: line),
        isResultTyped: true,
        invoke: { host, fields in
          try await handler(Context(host: HostHandle(host)), Arguments(fields)).encodedValue()
        }
      ),
      decode: { try Output(convexValue: $0.decoded()) }
    )
  }
}

extension FunctionReference where Output == Void {
  /// Declares a function without a result; it returns null.
  ///
  /// It has a label of its own so that a result of a type without a wire form gets the right message.
  ///
  /// - Parameters:
  ///   - name: The function's name in its module.
  ///   - module: The type whose path is the module's.
  ///   - visibility: Who may call it.
  ///   - arguments: The arguments in the order of the signature.
  ///   - description: What it is for.
  ///   - fileID: The file it is declared in.
  ///   - line: The line it is declared at.
  ///   - handler: What it does, given a context and its arguments.
  public init(
    procedure name: String,
    in module: any FunctionModule.Type,
    visibility: Visibility = .public,
    _ arguments: [Argument] = [],
    description: String? = nil,
    fileID: String = #fileID,
    line: Int = #line,
    _ handler: @escaping @Sendable (Context, Arguments) async throws -> Void
  ) {
    self.init(
      definition: FunctionDefinition(
        modulePath: module.modulePath,
        name: name,
        kind: Context.kind,
        visibility: visibility,
        args: Argument.validator(arguments),
        returns: v.null(),
        description: description,
        location: SourceLocation(fileID: fileID, line: line),
        isResultTyped: true,
        invoke: { host, fields in
          try await handler(Context(host: HostHandle(host)), Arguments(fields))
          return EncodedValue.null
        }
      ),
      decode: { _ in }
    )
  }
}
