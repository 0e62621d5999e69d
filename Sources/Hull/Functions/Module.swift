/// A type whose static functions are registered under one path; `@Functions` writes the conformance.
///
/// Several types may share a path: their functions form one module.
public protocol FunctionModule {
  /// The module's path without an extension: `master_data/customers`.
  static var modulePath: String { get }
  /// The functions of this type, in the order of their declarations.
  static var functions: [FunctionDefinition] { get }
}

extension FunctionModule {
  /// The functions of this type as a module for ``HullApplication/modules``.
  public static var module: Module { Module(modulePath, functions) }
}

/// Functions registered under one path.
///
/// ```swift
/// let messages = Module("messages") {
///   $0.query("list", args: v.object(["channel": v.string()])) { ctx, args in
///     try await ctx.db.query("messages").withIndex("by_channel") { $0.eq("channel", args["channel"]) }.collect()
///   }
/// }
/// ```
public struct Module: Sendable {
  /// The module's path without an extension: `master_data/customers`.
  public let path: String
  /// Its functions, in the order they were registered.
  public let functions: [FunctionDefinition]

  /// Makes a module of functions defined elsewhere.
  ///
  /// - Parameters:
  ///   - path: The module's path without an extension.
  ///   - functions: Its functions.
  public init(_ path: String, _ functions: [FunctionDefinition]) {
    self.path = path
    self.functions = functions
  }

  /// Makes a module and registers its functions.
  ///
  /// - Parameters:
  ///   - path: The module's path without an extension.
  ///   - register: Registers functions on the builder it is given.
  public init(_ path: String, _ register: (inout ModuleBuilder) -> Void) {
    var builder = ModuleBuilder(path: path)
    register(&builder)
    self.init(path, builder.functions)
  }
}

/// Collects the functions of a ``Module``.
///
/// A handler takes a context and the validated arguments. What it returns is anything that has a
/// wire form: a ``HullValues/ConvexValue``, a document, an array of them, or nothing for null.
public struct ModuleBuilder {
  let path: String
  var functions: [FunctionDefinition] = []

  /// Registers a function that is defined elsewhere, for example `Customers.$list`.
  ///
  /// It keeps the path it was defined with.
  public mutating func add<Context, Output>(_ reference: FunctionReference<Context, Output>) {
    functions.append(reference.definition)
  }

  mutating func add<Context: FunctionContext>(
    _ name: String,
    _ visibility: Visibility,
    _ contract: FunctionContract,
    _ body: @escaping @Sendable (Context, ConvexObject) async throws -> EncodedValue
  ) {
    functions.append(
      FunctionDefinition(
        modulePath: path,
        name: name,
        kind: Context.kind,
        visibility: visibility,
        args: contract.args ?? v.any(),
        returns: contract.returns,
        description: contract.description,
        location: contract.location,
        invoke: { host, args in try await body(Context(host: HostHandle(host)), args) }
      )
    )
  }
}

/// What a value-level registration says besides name and handler.
struct FunctionContract {
  var args: Validator?
  var returns: Validator?
  var description: String?
  var location: SourceLocation
}
