/// What can be read from the database: ``DatabaseReader`` and ``DatabaseWriter``.
public protocol DatabaseReading: Sendable {
  /// The connection to what runs the function.
  var host: HostHandle { get }
}

/// The database of a query: `ctx.db`.
public struct DatabaseReader: DatabaseReading {
  /// The connection to what runs the function.
  public let host: HostHandle

  init(host: HostHandle) { self.host = host }
}

extension DatabaseReading {
  /// The system tables an application may read: `_storage` and `_scheduled_functions`.
  public var system: SystemDatabaseReader { SystemDatabaseReader(host: host) }

  /// Reads a document by id.
  ///
  /// - Parameter id: The document's id.
  /// - Returns: The document; nil if it does not exist or was deleted.
  /// - Throws: What the engine throws, such as a read limit.
  public func get<T: Table>(_ id: ID<T>) async throws -> Document<T>? {
    try await host.host.get(id.documentID, table: T.tableName, in: .user)
      .map { try Document(stored: $0) }
  }

  /// Reads a document by id to pass it on without looking at its fields.
  ///
  /// - Parameter id: The document's id.
  /// - Returns: The document; nil if it does not exist or was deleted.
  /// - Throws: What the engine throws, such as a read limit.
  public func getEncoded<T: Table>(_ id: ID<T>) async throws -> Encoded<T>? {
    try await host.host.get(id.documentID, table: T.tableName, in: .user)
      .map { Encoded(stored: $0) }
  }

  /// Reads a document of any table by id.
  ///
  /// - Parameter id: The document's id.
  /// - Returns: The whole document; nil if it does not exist or was deleted.
  /// - Throws: ``HullError`` `.invalidArgument` if `id` is not an id.
  public func get(_ id: some DocumentIdentifier) async throws -> ConvexObject? {
    try await get(id, requiring: type(of: id).requiredTable)
  }

  /// Reads a document of a table by id.
  ///
  /// - Parameters:
  ///   - table: The table the id must belong to.
  ///   - id: The document's id.
  /// - Returns: The whole document; nil if it does not exist or was deleted.
  /// - Throws: ``HullError`` `.invalidArgument` if `id` is not an id of that table.
  public func get(_ table: String, _ id: some DocumentIdentifier) async throws -> ConvexObject? {
    try await get(id, requiring: table)
  }

  private func get(
    _ id: some DocumentIdentifier,
    requiring table: String?
  ) async throws -> ConvexObject? {
    try await host.host.get(id.documentID(for: "get"), table: table, in: .user)?.object()
  }

  /// Begins a query of a table.
  ///
  /// Without further words it reads the whole table in order of creation.
  ///
  /// - Parameter table: The table's struct.
  /// - Returns: The query, to be narrowed and then run.
  public func query<T: Table>(_ table: T.Type) -> QueryInitializer<Document<T>> {
    QueryInitializer(host: host, table: T.tableName, scope: .user)
  }

  /// Begins a query of a table by name.
  ///
  /// - Parameter table: The table's name.
  /// - Returns: The query of whole documents as plain objects.
  public func query(_ table: String) -> QueryInitializer<ConvexObject> {
    QueryInitializer(host: host, table: table, scope: .user)
  }

  /// The id a text stands for in a table, without looking whether the document exists.
  ///
  /// - Parameters:
  ///   - table: The table's struct.
  ///   - text: Any text.
  /// - Returns: The id; nil if the text is no id of that table.
  /// - Throws: ``HullError`` `.systemTable` for a table of the other half of the database.
  public func normalizeID<T: TableReference>(_ table: T.Type, _ text: String) async throws -> ID<T>?
  {
    try await normalizeID(T.tableName, text).map { ID(unchecked: $0) }
  }

  /// The id a text stands for in a table, without looking whether the document exists.
  ///
  /// - Parameters:
  ///   - table: The table's name.
  ///   - text: Any text.
  /// - Returns: The id; nil if the text is no id of that table.
  /// - Throws: ``HullError`` `.systemTable` for a table of the other half of the database.
  public func normalizeID(_ table: String, _ text: String) async throws -> DocumentID? {
    try DatabaseScope.user.check(table, for: "normalizeId")
    return try await host.host.normalizeID(text, table: table, in: .user)
  }
}

extension DatabaseScope {
  /// Refuses a table of the other half of the database.
  func check(_ table: String, for method: String) throws {
    let isSystemTable = table.utf8.first == UInt8(ascii: "_")
    switch self {
    case .user where isSystemTable:
      throw HullError(
        code: .systemTable,
        message: "System tables can only be accessed from db.system.\(method)()."
      )
    case .system where !isSystemTable:
      throw HullError(
        code: .systemTable,
        message: "User tables can only be accessed from db.\(method)()."
      )
    default: break
    }
  }
}
