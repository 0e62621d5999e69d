/// What a query is given: one consistent snapshot of the database, to read only.
public struct QueryContext: FunctionContext {
  /// `query`.
  public static let kind = FunctionKind.query

  /// The connection to what runs the function.
  public let host: HostHandle

  /// Makes the context of an execution.
  public init(host: HostHandle) { self.host = host }

  /// The database.
  public var db: DatabaseReader { DatabaseReader(host: host) }
}
