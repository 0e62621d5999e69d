internal import HullPersistence
internal import HullValues

extension TransactionState {
  /// What the index knows of all its documents together, as the transaction sees them.
  func searchStatistics(of index: IndexID, in table: Catalog.Table) async throws -> SearchStatistics
  {
    var statistics = SearchStatistics()
    try await forEachPosting(of: index, in: table.number, range: .all) { key in
      statistics.terms += SearchPostingLayout.termFrequency(in: key)
      return true
    }
    let documents = scan(.byID(table.number), in: table.number, range: .all, wantsDocuments: false)
    while try await next(documents) != nil { statistics.documents += 1 }
    return statistics
  }
}
