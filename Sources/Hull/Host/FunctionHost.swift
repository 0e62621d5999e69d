/// What runs a function: the engine behind every `ctx`, in terms of values.
///
/// The runtime implements it once per execution. Calls may arrive concurrently; they take effect one
/// after the other, in the order they were made. Errors are thrown into the function, which may
/// catch them; a host that wants to end the execution for good makes every later call throw too.
package protocol FunctionHost: FetchingHost, SchedulingHost, StorageHost, VectorSearchHost,
  AnyObject
{
  // MARK: The database (queries and mutations)

  /// Reads a document; nil if there is none.
  ///
  /// - Parameters:
  ///   - id: The document's id.
  ///   - table: The table the id must belong to, if the caller named one.
  ///   - scope: Which half of the database the caller reads.
  /// - Returns: The document; nil if there is none.
  /// - Throws: What the engine throws, such as a read limit.
  func get(_ id: DocumentID, table: String?, in scope: DatabaseScope) async throws
    -> EncodedDocument?

  /// The id a text stands for in a table; nil if it is none of that table.
  func normalizeID(_ text: String, table: String, in scope: DatabaseScope) async throws
    -> DocumentID?

  /// All documents of a query.
  func collect(_ query: Query, in scope: DatabaseScope) async throws -> [EncodedDocument]

  /// The documents of a query one by one; what is not read is not in the read set.
  func stream(_ query: Query, in scope: DatabaseScope) async throws -> any DocumentStream

  /// One page of a query.
  func paginate(_ query: Query, _ options: PaginationOptions, in scope: DatabaseScope) async throws
    -> PaginationResult

  /// How many documents a query has.
  func count(_ query: Query, in scope: DatabaseScope) async throws -> Int

  /// Inserts a document into a user table.
  func insert(_ fields: ConvexObject, into table: String) async throws -> DocumentID

  /// Changes top-level fields of a document; a change to nil removes the field.
  func patch(_ id: DocumentID, table: String?, _ changes: [(String, ConvexValue?)]) async throws

  /// Replaces the fields of a document.
  func replace(_ id: DocumentID, table: String?, with fields: ConvexObject) async throws

  /// Deletes a document.
  func delete(_ id: DocumentID, table: String?) async throws

  // MARK: Other functions

  /// Calls another function and returns its result in wire JSON.
  func call(_ call: FunctionCall) async throws -> EncodedValue

  // MARK: The surroundings

  /// Who calls; nil for nobody in particular. Reading it makes the result depend on it.
  func identity() async throws -> UserIdentity?

  /// Milliseconds since 1970; constant inside a query or mutation.
  func now() -> Double

  /// The next 64 bits of the execution's random stream.
  func randomBits() -> UInt64

  /// Appends a line to the execution's log.
  func log(_ level: LogLevel, _ messages: [String])

  /// Milliseconds of a clock that only moves forward, for measuring; constant in queries.
  func elapsed() -> Double

  /// An environment variable of the deployment; nil if it is not set.
  func environmentVariable(_ name: String) async throws -> String?

  /// The running function.
  var function: FunctionMetadata { get }

  /// The deployment it runs on.
  var deployment: DeploymentMetadata { get }

  /// What the transaction has used and has left.
  func transactionMetrics() async throws -> TransactionMetrics

  /// The request that started the execution.
  func requestMetadata() async throws -> RequestMetadata
}

/// The documents of a query one by one.
package protocol DocumentStream: AnyObject, Sendable {
  /// The next document; nil at the end.
  func next() async throws -> EncodedDocument?
}

/// Which half of the database a call is about.
package enum DatabaseScope: Sendable, Hashable {
  /// The application's tables, `ctx.db`.
  case user
  /// The readable system tables, `ctx.db.system`.
  case system
}

/// A call of one function by another.
package struct FunctionCall: Sendable {
  /// The function's path in any spelling.
  package var path: String
  /// What the caller takes the function for.
  package var kind: FunctionKind
  /// The arguments.
  package var arguments: ConvexObject
  /// How the call is to be run.
  package var options: FunctionCallOptions

  package init(
    path: String,
    kind: FunctionKind,
    arguments: ConvexObject,
    options: FunctionCallOptions = FunctionCallOptions()
  ) {
    self.path = path
    self.kind = kind
    self.arguments = arguments
    self.options = options
  }
}

/// The connection of a context to what runs it; opaque to applications.
public struct HostHandle: Sendable {
  package let host: any FunctionHost

  package init(_ host: any FunctionHost) { self.host = host }
}
