/// What a mutation is given: the database in one serializable transaction.
///
/// The transaction commits when the function returns and leaves no trace when it throws. The function
/// may run more than once, so everything it does goes through the context.
public struct MutationContext: MutatingContext {
  /// `mutation`.
  public static let kind = FunctionKind.mutation

  /// The connection to what runs the function.
  public let host: HostHandle

  /// Makes the context of an execution.
  public init(host: HostHandle) { self.host = host }

  /// The database.
  public var db: DatabaseWriter { DatabaseWriter(host: host) }

  /// The same transaction for code that only reads.
  public var reading: QueryContext { QueryContext(host: host) }
}
