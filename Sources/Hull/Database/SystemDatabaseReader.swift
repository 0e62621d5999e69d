/// The readable system tables: `ctx.db.system`.
public struct SystemDatabaseReader: Sendable {
  let host: HostHandle

  /// Reads a document of a system table by id.
  ///
  /// - Parameter id: The document's id, such as that of a ``StoredFile``.
  /// - Returns: The document; nil if it does not exist.
  /// - Throws: What the engine throws, such as a read limit.
  public func get<T: Table>(_ id: ID<T>) async throws -> Document<T>? {
    try await host.host.get(id.documentID, table: T.tableName, in: .system)
      .map { try Document(stored: $0) }
  }

  /// Reads a document of a system table by id.
  ///
  /// - Parameter id: The document's id.
  /// - Returns: The whole document; nil if it does not exist.
  /// - Throws: ``HullError`` `.invalidArgument` if `id` is not an id.
  public func get(_ id: some DocumentIdentifier) async throws -> ConvexObject? {
    let table = type(of: id).requiredTable
    return try await host.host.get(id.documentID(for: "get"), table: table, in: .system)?.object()
  }

  /// Reads a document of a system table by id.
  ///
  /// - Parameters:
  ///   - table: The table the id must belong to, such as `_storage`.
  ///   - id: The document's id.
  /// - Returns: The whole document; nil if it does not exist.
  /// - Throws: ``HullError`` `.invalidArgument` if `id` is not an id of that table.
  public func get(_ table: String, _ id: some DocumentIdentifier) async throws -> ConvexObject? {
    try await host.host.get(id.documentID(for: "get"), table: table, in: .system)?.object()
  }

  /// Begins a query of a system table.
  ///
  /// - Parameter table: The table's struct, such as ``StoredFile``.
  /// - Returns: The query, to be narrowed and then run.
  public func query<T: Table>(_ table: T.Type) -> QueryInitializer<Document<T>> {
    QueryInitializer(host: host, table: T.tableName, scope: .system)
  }

  /// Begins a query of a system table.
  ///
  /// - Parameter table: The table's name, such as `_scheduled_functions`.
  /// - Returns: The query of whole documents as plain objects.
  public func query(_ table: String) -> QueryInitializer<ConvexObject> {
    QueryInitializer(host: host, table: table, scope: .system)
  }

  /// The id a text stands for in a system table.
  ///
  /// - Parameters:
  ///   - table: The table's struct, such as ``StoredFile``.
  ///   - text: Any text.
  /// - Returns: The id; nil if the text is no id of that table.
  /// - Throws: ``HullError`` `.systemTable` for a table of the other half of the database.
  public func normalizeID<T: TableReference>(_ table: T.Type, _ text: String) async throws -> ID<T>?
  {
    try await normalizeID(T.tableName, text).map { ID(unchecked: $0) }
  }

  /// The id a text stands for in a system table.
  ///
  /// - Parameters:
  ///   - table: The table's name.
  ///   - text: Any text.
  /// - Returns: The id; nil if the text is no id of that table.
  /// - Throws: ``HullError`` `.systemTable` for a table of the other half of the database.
  public func normalizeID(_ table: String, _ text: String) async throws -> DocumentID? {
    try DatabaseScope.system.check(table, for: "normalizeId")
    return try await host.host.normalizeID(text, table: table, in: .system)
  }
}
