internal import HullPersistence
internal import HullValues

extension Committer {
  /// Finds the vectors nearest to a direction by reading every document of a table, in a snapshot.
  ///
  /// For an index there is no room for: exact like any other search, and bounded in memory, but as
  /// slow as reading the table.
  ///
  /// - Returns: At most `search.limit` vectors, best first, and how much memory the index would take.
  /// - Throws: What the store throws.
  func nearest(
    _ search: CompiledVectorSearch,
    in table: TableNumber,
    _ definition: VectorIndexDefinition
  ) async throws -> (best: [ScoredVector], bytes: Int) {
    // Reading documents and numbers takes long: not on a thread that runs functions.
    try await withTaskExecutorPreference(globalConcurrentExecutor) {
      let (newest, catalog) = newestSnapshot(.readOnly)
      var snapshot = newest
      var reader = VectorRowReader(definition)
      var best = BestVectors(limit: search.limit)
      var count = 0
      var unread: KeyRange? = .all
      while let range = unread {
        let page = try await snapshot.documents(
          of: .byID(table),
          in: table,
          range: range,
          order: .ascending,
          limit: options.backfillBatchDocuments,
          catalog: catalog
        )
        let documents: [EncodedDocument]
        if let page {
          documents = page.documents
          unread = page.lastKey.map { range.after($0) }
        } else {
          let page = try await snapshot.page(
            of: .byID(table),
            in: table,
            range: range,
            order: .ascending,
            limit: options.backfillBatchDocuments,
            wantsDocuments: true,
            catalog: catalog
          )
          documents = page.rows.compactMap(\.document)
          unread = page.rest
        }
        for document in documents {
          guard let row = reader.row(of: document) else { continue }
          count += 1
          guard search.admits({ row.filters[$0] }) else { continue }
          best.insert(
            ScoredVector(
              score: row.direction.cosine(to: search.direction),
              id: document.id.internalID
            )
          )
        }
        await Task.yield()
      }
      return (best.sorted(), count * VectorTable.bytes(of: VectorLayout(definition)))
    }
  }
}
