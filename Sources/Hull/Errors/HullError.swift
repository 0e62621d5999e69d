/// Something a function asked for that cannot be done, in Convex's words.
///
/// The layers below throw errors of their own; this is what the interface in ``DatabaseReader``,
/// ``DocumentQuery`` and the contexts throws by itself.
public struct HullError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of error it is: Convex's short code.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The short code as the wire has it.
    public let rawValue: String

    /// Makes a code.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// An argument of a `ctx` call that means nothing.
    public static let invalidArgument = Code(rawValue: "InvalidArgument")
    /// A query built in a way that no query can have.
    public static let invalidQuery = Code(rawValue: "InvalidQuery")
    /// A table reached through the wrong half of the database: user tables and system tables.
    public static let systemTable = Code(rawValue: "SystemTableError")
    /// A value that does not have the shape a Swift type needs.
    public static let undecodableValue = Code(rawValue: "UndecodableValue")
    /// A list of functions or tables that contradicts itself.
    public static let invalidApplication = Code(rawValue: "InvalidApplication")
    /// A cron job that cannot be scheduled.
    public static let invalidCron = Code(rawValue: "InvalidCron")
    /// An authentication provider without a usable address.
    public static let invalidProviderDomain = Code(rawValue: "InvalidProviderDomainUrl")
    /// An authentication provider that would let in tokens made for other applications.
    public static let insecureConfiguration = Code(rawValue: "InsecureConfiguration")
    /// An authentication provider that could not verify any token.
    public static let invalidAuthConfiguration = Code(rawValue: "AuthConfigNotMatchingSchemaError")
    /// A function named by a reference of another kind.
    public static let wrongFunctionKind = Code(rawValue: "InvalidFunctionCall")
  }

  /// What kind of error it is.
  public var code: Code
  /// What happened and what to do about it.
  public var message: String

  /// Makes an error.
  ///
  /// - Parameters:
  ///   - code: What kind of error it is.
  ///   - message: What happened and what to do about it.
  public init(code: Code, message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
