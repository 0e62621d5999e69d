/// The deployment's environment variables: `ctx.env`.
public struct EnvironmentVariables: Sendable {
  let host: HostHandle

  /// A variable; nil if it is not set.
  ///
  /// The read is tracked: changing the variable runs dependent queries again.
  public subscript(name: String) -> String? {
    get async throws { try await host.host.environmentVariable(name) }
  }
}
