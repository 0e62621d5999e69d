/// The database of a mutation: `ctx.db`.
///
/// Reads see the mutation's own writes. Writes happen in the order of the calls and are committed
/// together when the mutation returns.
public struct DatabaseWriter: DatabaseReading {
  /// The connection to what runs the function.
  public let host: HostHandle

  init(host: HostHandle) { self.host = host }
}

// MARK: - Typed

extension DatabaseWriter {
  /// Inserts a document.
  ///
  /// - Parameter value: The document's fields.
  /// - Returns: The new document's id.
  /// - Throws: What the engine throws, such as a document the schema refuses.
  @discardableResult
  public func insert<T: Table>(_ value: T) async throws -> ID<T> {
    ID(unchecked: try await host.host.insert(value.convexObject(), into: T.tableName))
  }

  /// Changes some fields of a document.
  ///
  /// ```swift
  /// try await ctx.db.patch(id) {
  ///   $0.set(\.phone, phone)
  ///   $0.unset(\.email)
  ///   $0.apply(\.notes, notes)  // a Patch argument
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - id: The document's id.
  ///   - changes: Notes the changes on the builder it is given.
  /// - Throws: `NonexistentDocument` if there is no such document.
  public func patch<T: Table>(
    _ id: ID<T>,
    _ changes: (inout PatchBuilder<T>) throws -> Void
  ) async throws {
    var builder = PatchBuilder<T>()
    try changes(&builder)
    try await host.host.patch(id.documentID, table: T.tableName, builder.finish())
  }

  /// Changes one field of a document.
  ///
  /// - Parameters:
  ///   - id: The document's id.
  ///   - field: The field.
  ///   - value: Its new value; nil removes the field.
  /// - Throws: `NonexistentDocument` if there is no such document.
  public func patch<T: Table, Value>(
    _ id: ID<T>,
    _ field: KeyPath<T.Fields, Field<T, Value>>,
    to value: Value
  ) async throws {
    try await patch(id) { $0.set(field, value) }
  }

  /// Replaces all fields of a document.
  ///
  /// - Parameters:
  ///   - id: The document's id.
  ///   - value: The new fields.
  /// - Throws: `NonexistentDocument` if there is no such document.
  public func replace<T: Table>(_ id: ID<T>, with value: T) async throws {
    try await host.host.replace(id.documentID, table: T.tableName, with: value.convexObject())
  }
}

// MARK: - By name and value

extension DatabaseWriter {
  /// Inserts a document into a table by name; the table is created if need be.
  ///
  /// - Parameters:
  ///   - table: The table's name.
  ///   - fields: The document's fields.
  /// - Returns: The new document's id.
  /// - Throws: What the engine throws, such as a document the schema refuses.
  @discardableResult
  public func insert(_ table: String, _ fields: ConvexObject) async throws -> DocumentID {
    guard table.utf8.first != UInt8(ascii: "_") else {
      throw HullError(
        code: .systemTable,
        message: "System tables (prefixed with `_`) are read-only."
      )
    }
    return try await host.host.insert(fields, into: table)
  }

  /// Changes top-level fields of a document.
  ///
  /// - Parameters:
  ///   - id: The document's id.
  ///   - changes: The new values by field; `nil` removes a field, `.null` sets it to null.
  /// - Throws: `NonexistentDocument` if there is no such document.
  public func patch(
    _ id: some DocumentIdentifier,
    _ changes: KeyValuePairs<String, ConvexValue?>
  ) async throws {
    try await host.host.patch(
      id.documentID(for: "patch"),
      table: type(of: id).requiredTable,
      changes.map { ($0.key, $0.value) }
    )
  }

  /// Sets top-level fields of a document to those of an object.
  ///
  /// - Parameters:
  ///   - id: The document's id.
  ///   - fields: The new values.
  /// - Throws: `NonexistentDocument` if there is no such document.
  public func patch(_ id: some DocumentIdentifier, fields: ConvexObject) async throws {
    try await host.host.patch(
      id.documentID(for: "patch"),
      table: type(of: id).requiredTable,
      fields.map { ($0.name, $0.value) }
    )
  }

  /// Replaces all fields of a document.
  ///
  /// - Parameters:
  ///   - id: The document's id.
  ///   - fields: The new fields.
  /// - Throws: `NonexistentDocument` if there is no such document.
  public func replace(_ id: some DocumentIdentifier, with fields: ConvexObject) async throws {
    try await host.host.replace(
      id.documentID(for: "replace"),
      table: type(of: id).requiredTable,
      with: fields
    )
  }

  /// Deletes a document.
  ///
  /// - Parameter id: The document's id.
  /// - Throws: `NonexistentDocument` if there is no such document.
  public func delete(_ id: some DocumentIdentifier) async throws {
    try await host.host.delete(id.documentID(for: "delete"), table: type(of: id).requiredTable)
  }
}
