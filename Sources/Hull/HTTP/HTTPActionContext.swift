/// What an HTTP action is given: everything an action has.
///
/// An HTTP action runs once and is never retried. A caller whose `Authorization` field is missing or
/// not good is nobody: `ctx.auth` has no identity then.
public struct HTTPActionContext: ActingContext {
  /// `action`.
  public static let kind = FunctionKind.action

  /// The connection to what runs the function.
  public let host: HostHandle

  /// Makes the context of an execution.
  public init(host: HostHandle) { self.host = host }
}
