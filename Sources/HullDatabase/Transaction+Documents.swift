package import HullValues

/// Whether an operation is `ctx.db.…` or `ctx.db.system.…`.
package enum DatabaseScope: Sendable, Hashable {
  case user
  case system
}

extension Transaction {
  /// Reads a document: `db.get` and `db.system.get`.
  ///
  /// - Parameters:
  ///   - id: The id as text.
  ///   - table: The table named in the explicit form.
  ///   - scope: Whether it is `db.get` or `db.system.get`.
  /// - Returns: The document, or nil if there is none or its table does not exist.
  /// - Throws: ``DatabaseError`` `InvalidArgument` for a text that is no id or one of another table,
  ///   `SystemTableError` across the boundary of system tables, or a limit's.
  package func get(
    _ id: String,
    from table: String? = nil,
    scope: DatabaseScope = .user
  ) async throws -> EncodedDocument? {
    let method = scope == .user ? "db.get" : "db.system.get"
    return try await exclusively { state in
      let id = try DocumentID(argument: id, of: method)
      return try state.checkReadable(id, table: table, scope: scope)
        ? try await state.document(id) : nil
    }
  }

  /// Reads a document of a known id.
  package func get(
    _ id: DocumentID,
    from table: String? = nil,
    scope: DatabaseScope = .user
  ) async throws -> EncodedDocument? {
    try await exclusively { state in
      try state.checkReadable(id, table: table, scope: scope) ? try await state.document(id) : nil
    }
  }

  /// Inserts a document, creating its table if it does not exist: `db.insert`.
  ///
  /// - Returns: The new document's id.
  /// - Throws: ``DatabaseError`` in the order of spec/values.md 14.2.
  package func insert(_ table: String, _ value: ConvexObject) async throws -> DocumentID {
    try await exclusively { try $0.insert(value, into: table, in: self) }
  }

  /// Changes fields of a document: `db.patch`.
  ///
  /// - Parameters:
  ///   - id: The id as text.
  ///   - table: The table named in the explicit form.
  ///   - fields: New values; nil removes the field. Of two values for one field the last wins.
  /// - Returns: The document as it is now.
  /// - Throws: ``DatabaseError`` in the order of spec/values.md 14.2.
  @discardableResult
  package func patch(
    _ id: String,
    in table: String? = nil,
    _ fields: [(String, ConvexValue?)]
  ) async throws -> EncodedDocument {
    try await exclusively { state in
      let id = try state.writableID(id, table: table, method: "db.patch")
      return try await state.patch(id, DocumentPatch(argument: fields), in: self)
    }
  }

  /// Changes fields of a document of a known id.
  @discardableResult
  package func patch(
    _ id: DocumentID,
    in table: String? = nil,
    _ fields: [(String, ConvexValue?)]
  ) async throws -> EncodedDocument {
    try await exclusively { state in
      try state.checkWritable(id, table: table, method: "db.patch")
      return try await state.patch(id, DocumentPatch(argument: fields), in: self)
    }
  }

  /// Replaces the user fields of a document: `db.replace`.
  ///
  /// - Returns: The document as it is now.
  /// - Throws: ``DatabaseError`` in the order of spec/values.md 14.2.
  @discardableResult
  package func replace(
    _ id: String,
    in table: String? = nil,
    with value: ConvexObject
  ) async throws -> EncodedDocument {
    try await exclusively { state in
      let id = try state.writableID(id, table: table, method: "db.replace")
      try value.checkArgument(of: "db.replace")
      return try await state.replace(id, with: value, in: self)
    }
  }

  /// Replaces the user fields of a document of a known id.
  @discardableResult
  package func replace(
    _ id: DocumentID,
    in table: String? = nil,
    with value: ConvexObject
  ) async throws -> EncodedDocument {
    try await exclusively { state in
      try state.checkWritable(id, table: table, method: "db.replace")
      try value.checkArgument(of: "db.replace")
      return try await state.replace(id, with: value, in: self)
    }
  }

  /// Deletes a document: `db.delete`.
  ///
  /// - Returns: The document as it was.
  /// - Throws: ``DatabaseError`` in the order of spec/values.md 14.2.
  @discardableResult
  package func delete(_ id: String, from table: String? = nil) async throws -> EncodedDocument {
    try await exclusively { state in
      let id = try state.writableID(id, table: table, method: "db.delete")
      return try await state.delete(id, in: self)
    }
  }

  /// Deletes a document of a known id.
  @discardableResult
  package func delete(
    _ id: DocumentID,
    from table: String? = nil
  ) async throws -> EncodedDocument {
    try await exclusively { state in
      try state.checkWritable(id, table: table, method: "db.delete")
      return try await state.delete(id, in: self)
    }
  }

  /// The id a text stands for, if it is an id of that table: `db.normalizeId`.
  ///
  /// A malformed text is no error, and whether the document exists is not checked.
  /// The reference also accepts internal ids of databases older than 2023; there are none here.
  package func normalizeID(
    _ text: String,
    in table: String,
    scope: DatabaseScope = .user
  ) async throws -> DocumentID? {
    try await exclusively { state in
      let method = scope == .user ? "db.normalizeId" : "db.system.normalizeId"
      guard table.hasPrefix("_") == (scope == .system) else {
        throw DatabaseError(
          code: "SystemTableError",
          message: scope == .user
            ? "System tables can only be accessed from db.system.normalizeId()."
            : "User tables can only be accessed from db.normalizeId()."
        )
      }
      let name = try TableName(argument: table, of: method)
      guard let actual = state.table(named: name), let id = try? DocumentID(parsing: text) else {
        return nil
      }
      return id.tableNumber == actual.number ? id : nil
    }
  }

  /// What the transaction and the calls nested in it have used so far.
  package func usage() async throws -> TransactionUsage {
    try await exclusively { $0.currentUsage() }
  }

  /// What the transaction has used; for the bytes read no less than that, and exactly that if they
  /// may be more than `bytesRead`.
  ///
  /// To know the size of a document takes decoding it.
  package func usage(exactAbove bytesRead: Int) async throws -> TransactionUsage {
    try await exclusively { $0.currentUsage(exactAbove: bytesRead) }
  }

  /// The bounds in force, those of the innermost nested call included.
  package func limits() async throws -> TransactionLimits {
    try await exclusively { $0.limits }
  }

  /// What the transaction has read so far.
  package func readSet() async throws -> ReadSet {
    try await exclusively { state in
      state.foldOpenScans()
      return state.reads
    }
  }

  /// Records that the transaction depends on an environment variable.
  package func recordRead(variable name: String) async throws {
    try await exclusively { $0.reads.insert(variable: name) }
  }
}

extension DocumentID {
  /// Reads the `id` argument of a database operation.
  init(argument text: String, of method: String) throws(DatabaseError) {
    do { try self.init(parsing: text) } catch {
      throw .invalidArgument("id", of: method, error.message)
    }
  }
}

extension DocumentPatch {
  /// Reads the `value` argument of `db.patch`.
  init(argument fields: [(String, ConvexValue?)]) throws(DatabaseError) {
    do {
      try self.init(fields)
      for (_, value) in fields { try value?.checkLimits() }
    } catch {
      throw .invalidArgument("value", of: "db.patch", error.message)
    }
  }
}

extension ConvexObject {
  /// Checks the `value` argument of an operation, which code may have built without any checks.
  func checkArgument(of method: String) throws(DatabaseError) {
    do { try ConvexValue.object(self).checkLimits() } catch {
      throw .invalidArgument("value", of: method, error.message)
    }
  }
}

extension TableName {
  /// Reads the `table` argument of a database operation.
  init(argument text: String, of method: String) throws(DatabaseError) {
    do { try self.init(validating: text) } catch {
      throw .invalidArgument("table", of: method, error.message)
    }
  }

  /// Reads the `table` argument of an operation that writes.
  init(argument text: String, of method: String, scope: DatabaseScope) throws(DatabaseError) {
    if text.hasPrefix("_") {
      throw DatabaseError(
        code: "SystemTableError",
        message: "System tables (prefixed with `_`) are read-only."
      )
    }
    try self.init(argument: text, of: method)
  }
}

extension Catalog.Table {
  /// Keeps user code out of system tables and `db.system` out of user tables.
  func checkAccess(_ scope: DatabaseScope) throws(DatabaseError) {
    if isSystem == (scope == .system) { return }
    throw DatabaseError(
      code: "SystemTableError",
      message: isSystem
        ? "System tables can only be accessed with db.system."
        : "User tables cannot be accessed with db.system."
    )
  }

  /// Checks that an id belongs to the table the caller named, if it named one.
  func checkName(_ requested: String?, method: String) throws(DatabaseError) {
    guard let requested, requested != name.rawValue else { return }
    throw .invalidArgument(
      "id",
      of: method,
      "expected to be an Id<\"\(requested)\">, got Id<\"\(name)\"> instead."
    )
  }
}
