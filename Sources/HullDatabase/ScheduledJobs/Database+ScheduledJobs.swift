internal import HullPersistence
internal import HullValues

extension Database {
  /// Forgets jobs that were over before a moment.
  ///
  /// Ends after the batch it is at if its task is cancelled.
  ///
  /// - Parameters:
  ///   - cutoff: Those that were over earlier go; milliseconds since 1970.
  ///   - batch: How many are removed in one transaction.
  /// - Throws: ``DatabaseError`` when nothing can be written.
  package func removeScheduledJobs(completedBefore cutoff: Double, batch: Int = 500) async throws {
    // Times are floats; what has none sorts before them.
    let range = KeyRange(
      start: IndexKey([.float64(-.infinity)]),
      end: IndexKey([.float64(cutoff)])
    )
    while true {
      let removed = try await withTransaction(source: "_system/scheduledFunctions:remove") {
        transaction in
        try await transaction.exclusively { state in
          let table = state.systemTable(SystemTables.scheduledFunctions)
          guard let index = table.index(named: "by_completion") else {
            preconditionFailure("indexes of system tables are made when the database is opened")
          }
          let scan = state.scan(
            .index(index.id),
            in: table.number,
            range: range,
            wantsDocuments: false,
            expectedRows: batch
          )
          let rows = try await state.next(scan, upTo: batch)
          state.close(scan)
          for row in rows { try await state.remove(row.id, of: table) }
          return rows.count
        }
      }.value
      if removed < batch || Task.isCancelled { return }
    }
  }
}
