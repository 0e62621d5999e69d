/// What an action is given: other functions to run, and the world outside.
///
/// Every function it runs is a transaction of its own. An action runs once and is never retried.
public struct ActionContext: ActingContext {
  /// `action`.
  public static let kind = FunctionKind.action

  /// The connection to what runs the function.
  public let host: HostHandle

  /// Makes the context of an execution.
  public init(host: HostHandle) { self.host = host }
}
