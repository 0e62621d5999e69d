// The forms that also check which table an id is of.

extension DatabaseWriter {
  /// Changes top-level fields of a document of a table.
  ///
  /// - Parameters:
  ///   - table: The table the id must belong to.
  ///   - id: The document's id.
  ///   - changes: The new values by field; `nil` removes a field, `.null` sets it to null.
  /// - Throws: `NonexistentDocument` if there is no such document, ``HullError``
  ///   `.invalidArgument` if `id` is not an id.
  public func patch(
    _ table: String,
    _ id: some DocumentIdentifier,
    _ changes: KeyValuePairs<String, ConvexValue?>
  ) async throws {
    try await host.host.patch(
      id.documentID(for: "patch"),
      table: table,
      changes.map { ($0.key, $0.value) }
    )
  }

  /// Changes top-level fields of a document.
  ///
  /// - Parameters:
  ///   - table: The table the document must be in.
  ///   - id: The document's id.
  ///   - fields: The new values.
  /// - Throws: `NonexistentDocument` if there is no such document.
  public func patch(
    _ table: String,
    _ id: some DocumentIdentifier,
    fields: ConvexObject
  ) async throws {
    try await host.host.patch(
      id.documentID(for: "patch"),
      table: table,
      fields.map { ($0.name, $0.value) }
    )
  }

  /// Replaces all fields of a document of a table.
  ///
  /// - Parameters:
  ///   - table: The table the id must belong to.
  ///   - id: The document's id.
  ///   - fields: The new fields.
  /// - Throws: `NonexistentDocument` if there is no such document, ``HullError``
  ///   `.invalidArgument` if `id` is not an id.
  public func replace(
    _ table: String,
    _ id: some DocumentIdentifier,
    with fields: ConvexObject
  ) async throws {
    try await host.host.replace(id.documentID(for: "replace"), table: table, with: fields)
  }

  /// Deletes a document of a table.
  ///
  /// - Parameters:
  ///   - table: The table the id must belong to.
  ///   - id: The document's id.
  /// - Throws: `NonexistentDocument` if there is no such document, ``HullError``
  ///   `.invalidArgument` if `id` is not an id.
  public func delete(_ table: String, _ id: some DocumentIdentifier) async throws {
    try await host.host.delete(id.documentID(for: "delete"), table: table)
  }
}
