/// A registered function: its name, its contract and what it does.
///
/// Everything the macros and ``Module`` offer ends up as a list of these.
public struct FunctionDefinition: Sendable {
  /// The path of the module the function is in, without an extension: `master_data/customers`.
  public let modulePath: String
  /// The function's name in its module: `list`.
  public let name: String
  /// What the function may do.
  public let kind: FunctionKind
  /// Who may call it.
  public let visibility: Visibility
  /// What the arguments must be; `v.any()` when none are declared.
  public let args: Validator
  /// What the result must be; nil when not declared.
  public let returns: Validator?
  /// What the function is for, in its author's words.
  public let description: String?
  /// Where it is declared.
  public let location: SourceLocation

  /// Whether the result satisfies ``returns`` by its Swift type, as far as stored documents satisfy
  /// the schema.
  package let isResultTyped: Bool

  /// Runs the function once on validated arguments; the result is in wire JSON, not validated.
  package let invoke: @Sendable (any FunctionHost, ConvexObject) async throws -> EncodedValue

  package init(
    modulePath: String,
    name: String,
    kind: FunctionKind,
    visibility: Visibility,
    args: Validator,
    returns: Validator?,
    description: String?,
    location: SourceLocation,
    isResultTyped: Bool = false,
    invoke: @escaping @Sendable (any FunctionHost, ConvexObject) async throws -> EncodedValue
  ) {
    self.modulePath = modulePath
    self.name = name
    self.kind = kind
    self.visibility = visibility
    self.args = args
    self.returns = returns
    self.description = description
    self.location = location
    self.isResultTyped = isResultTyped
    self.invoke = invoke
  }

  /// The canonical path as texts show it: `master_data/customers:list`.
  public var path: String { "\(modulePath):\(name)" }
}
