/// An application: the type marked `@main` that lists what the backend serves.
///
/// ```swift
/// @main struct PetShop: HullApplication {
///   static let name = "petshop"
///   static var schema: Schema { get throws { try Schema(Customer.self, Pet.self) } }
///   static let modules = [Customers.module, Pets.module]
/// }
/// ```
///
/// `HullCLI` adds the `main` function: the binary is the backend and its command line.
public protocol HullApplication: Sendable {
  /// The application's name, for the command line.
  static var name: String { get }
  /// The tables; without any, every table may hold anything.
  static var schema: Schema { get throws }
  /// The modules, in any order; two of one path are one module.
  static var modules: [Module] { get }
  /// Who may vouch for users, in the order in which they are asked; without any, every user token
  /// is refused.
  static var authProviders: [AuthProvider] { get throws }
  /// What answers HTTP requests under paths of the application's own; without any route, nothing does.
  static var http: HTTPRouter { get throws }
  /// The functions that run again and again without a caller.
  static var crons: [CronJob] { get throws }
  /// The path of the mutation or action that loads sample data, such as `seed:seedAll`; internal
  /// ones too. It is called without arguments, possibly again where its data exists already.
  static var sampleFunction: String? { get }
}

extension HullApplication {
  /// No tables: documents are not checked.
  public static var schema: Schema { get throws { SchemaDefinition(tables: []) } }

  /// Nobody vouches for users.
  public static var authProviders: [AuthProvider] { get throws { [] } }

  /// No HTTP actions.
  public static var http: HTTPRouter { get throws { HTTPRouter() } }

  /// No cron jobs.
  public static var crons: [CronJob] { get throws { [] } }
  /// No sample data.
  public static var sampleFunction: String? { nil }

  /// What the backend serves, as a value.
  public static var application: Application {
    get throws {
      try Application(
        name: name,
        schema: schema,
        modules: modules,
        authProviders: authProviders,
        http: http,
        crons: crons
      )
    }
  }
}

/// What a backend serves: its tables and its functions by path.
public struct Application: Sendable {
  /// The application's name.
  public let name: String
  /// The tables.
  public let schema: Schema
  /// The functions by canonical path, `master_data/customers:list`.
  public let functions: [String: FunctionDefinition]
  /// Who may vouch for users, each issuer completed to a URL.
  public let authProviders: [AuthProvider]
  /// The HTTP actions.
  public let http: HTTPRouter
  /// The cron jobs, in the order of their declarations.
  public let crons: [CronSpec]

  /// Checks and collects an application.
  ///
  /// - Parameters:
  ///   - name: The application's name.
  ///   - schema: The tables.
  ///   - modules: The modules, in any order; two of one path are one module.
  ///   - authProviders: Who may vouch for users.
  ///   - http: The HTTP actions.
  ///   - crons: The cron jobs.
  /// - Throws: ``HullError`` `.invalidApplication` for a path registered twice, a path that is not
  ///   one, an argument validator that is not an object, and an HTTP route nobody could reach; it names
  ///   the places. For a provider:
  ///   `.invalidProviderDomain`, `.insecureConfiguration` or `.invalidAuthConfiguration`. For a cron
  ///   job: `.invalidCron`.
  public init(
    name: String,
    schema: Schema,
    modules: [Module],
    authProviders: [AuthProvider] = [],
    http: HTTPRouter = HTTPRouter(),
    crons: [CronJob] = []
  ) throws {
    self.name = name
    self.schema = schema
    self.authProviders = try authProviders.enumerated().map { try $1.checked(at: $0) }
    try http.check()
    self.http = http
    var functions: [String: FunctionDefinition] = [:]
    for function in modules.lazy.flatMap(\.functions) {
      try FunctionNameRules.check(function)
      if let first = functions.updateValue(function, forKey: function.path) {
        throw HullError(
          code: .invalidApplication,
          message: "Function \(function.path) is registered twice: at \(first.location) "
            + "and at \(function.location)."
        )
      }
    }
    self.functions = functions
    self.crons = try CronSpec.check(crons, in: functions)
  }
}

/// What module paths and function names may look like (spec/functions.md 2).
enum FunctionNameRules {
  static func check(_ function: FunctionDefinition) throws {
    let problem: String? =
      if !isModulePath(function.modulePath) {
        "its module path may have components of 1 to 64 letters, digits, `_` and `.`, separated "
          + "by `/`, and no file extension"
      } else if !isFunctionName(function.name) {
        "its name may have 1 to 64 letters, digits and `_`, not starting with a digit"
      } else if !isArgumentsValidator(function.args) {
        "Args validator must be an object or any"
      } else {
        nil
      }
    guard let problem else { return }
    throw HullError(
      code: .invalidApplication,
      message: "Function \(function.path) at \(function.location) cannot be registered: \(problem)."
    )
  }

  private static func isModulePath(_ path: String) -> Bool {
    let components = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return components.allSatisfy { component in
      (1...64).contains(component.count)
        && component.allSatisfy { isWordByte($0) || $0 == UInt8(ascii: ".") }
        && component.contains { isWordByte($0) && $0 != UInt8(ascii: "_") }
    } && components.last?.contains(UInt8(ascii: ".")) == false
      && components.first?.elementsEqual("_system".utf8) == false
      && components.first?.elementsEqual("_deps".utf8) == false
  }

  private static func isFunctionName(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count) && name.utf8.allSatisfy(isWordByte)
      && name.utf8.contains { $0 != UInt8(ascii: "_") }
      && !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(name.utf8.first ?? 0)
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  private static func isArgumentsValidator(_ validator: Validator) -> Bool {
    switch validator {
    case .any, .object: true
    default: false
    }
  }
}
