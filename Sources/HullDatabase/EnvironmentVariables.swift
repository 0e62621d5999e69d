internal import HullPersistence
internal import HullValues

// The deployment's environment variables, kept as rows of a hidden table: reading one is a read like
// any other, so that changing it runs exactly the queries again that depend on it.

extension Transaction {
  /// A variable; nil if it is not set.
  ///
  /// It counts towards no limit of the function. Writes of the same transaction are not seen.
  package func environmentVariable(_ name: String) async throws -> String? {
    try await exclusively { state in
      let id = DocumentID(hashing: name, in: SystemTables.environmentVariables)
      state.reads.insert(created: id)
      guard let stored = try await state.reader.document(id, catalog: state.catalog) else {
        return nil
      }
      return try EnvironmentVariable(stored.document).value
    }
  }

  /// All variables, by name.
  package func environmentVariables() async throws -> [String: String] {
    try await exclusively { state in
      let table = state.systemTable(SystemTables.environmentVariables)
      var variables: [String: String] = [:]
      for document in try await state.systemDocuments(of: table) {
        let variable = try EnvironmentVariable(document)
        variables[variable.name] = variable.value
      }
      return variables
    }
  }

  /// Sets a variable, or unsets it.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - value: What it is from now on; nil to unset it.
  /// - Throws: ``DatabaseError`` in a read-only transaction, and what reading throws.
  package func setEnvironmentVariable(_ name: String, to value: String?) async throws {
    try await exclusively { state in
      try checkMayWrite()
      let table = state.systemTable(SystemTables.environmentVariables)
      let id = DocumentID(hashing: name, in: SystemTables.environmentVariables)
      try await state.remove(id, of: table)
      guard let value else { return }
      try state.insert(["name": .string(name), "value": .string(value)], as: id, into: table)
    }
  }
}

/// A row of the table.
private struct EnvironmentVariable {
  var name: String
  var value: String

  init(_ document: EncodedDocument) throws {
    let object = try document.object()
    guard case .string(let name)? = object["name"], case .string(let value)? = object["value"]
    else {
      throw DatabaseError(
        code: "CorruptEnvironmentVariable",
        message: "The record of an environment variable cannot be read: \(document.id).",
        kind: .system
      )
    }
    self.name = name
    self.value = value
  }
}
