internal import HullPersistence
package import HullValues

// The functions that run again and again are rows of a hidden table, one for each, found by name. What
// is in a row is its writer's business.

extension Transaction {
  /// The row of a cron job, on which the transaction depends from now on.
  ///
  /// - Parameter name: The job's name.
  /// - Returns: What ``setCronRow(_:to:)`` was given; nil if there is no such job.
  /// - Throws: What reading throws.
  package func cronRow(_ name: String) async throws -> ConvexObject? {
    try await exclusively { state in
      let table = state.systemTable(SystemTables.cronJobs)
      let id = DocumentID(hashing: name, in: table.number)
      return try await state.systemDocument(id, of: table)?.object
    }
  }

  /// The rows of all cron jobs.
  package func cronRows() async throws -> [ConvexObject] {
    try await exclusively { state in
      try await state.systemDocuments(of: state.systemTable(SystemTables.cronJobs))
        .map { try $0.object() }
    }
  }

  /// Writes the row of a cron job, or removes it.
  ///
  /// - Parameters:
  ///   - name: The job's name.
  ///   - fields: What the row is to hold; nil to remove it.
  /// - Throws: ``DatabaseError`` in a read-only transaction, and what reading throws.
  package func setCronRow(_ name: String, to fields: ConvexObject?) async throws {
    try await exclusively { state in
      try checkMayWrite()
      let table = state.systemTable(SystemTables.cronJobs)
      let id = DocumentID(hashing: name, in: table.number)
      guard let fields else {
        try await state.remove(id, of: table)
        return
      }
      if let current = try await state.systemDocument(id, of: table) {
        state.replace(current, with: fields, in: table)
      } else {
        try state.insert(fields, as: id, into: table)
      }
    }
  }
}
