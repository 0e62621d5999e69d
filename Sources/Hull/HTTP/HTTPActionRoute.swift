/// One route of an ``HTTPRouter``: which requests it is for, and what answers them.
public struct HTTPActionRoute: Sendable {
  /// Answers a request.
  public typealias Handler =
    @Sendable (HTTPActionContext, HTTPRequest) async throws -> HTTPResponse

  /// Which paths a route is for.
  public enum Pattern: Sendable, Hashable {
    /// Exactly this path.
    case path(String)
    /// Every path that begins like this, itself included.
    case prefix(String)
  }

  /// The method it answers; GET answers HEAD as well.
  public let method: HTTPRequest.Method
  /// The paths it is for.
  public let pattern: Pattern
  /// Where it is declared.
  public let location: SourceLocation
  /// What answers.
  public let handler: Handler

  /// The route as logs name it: `GET /profile/*`.
  public var name: String {
    switch pattern {
    case .path(let path): "\(method.rawValue) \(path)"
    case .prefix(let prefix): "\(method.rawValue) \(prefix)*"
    }
  }
}
