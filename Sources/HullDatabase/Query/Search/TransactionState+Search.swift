internal import HullPersistence
internal import HullValues

extension TransactionState {
  /// Finds and ranks the documents that match a full-text query.
  ///
  /// Reads the postings of the query's terms, no documents. The transaction then depends on those
  /// terms' ranges of the index, narrowed by the filters on the leading filter fields: a write
  /// counts only if its document has or had one of the terms. That other documents change the
  /// statistics, and so perhaps the order, does not count.
  ///
  /// - Parameters:
  ///   - search: The query.
  ///   - index: The index.
  ///   - table: The index's table.
  ///   - range: The rank keys between the cursors of a page.
  /// - Returns: The best matches, best first.
  /// - Throws: A limit's ``DatabaseError``.
  /// - Complexity: O(postings of the terms), for each of which its index entry is read.
  func search(
    _ search: CompiledSearch,
    index: IndexID,
    in table: Catalog.Table,
    range: KeyRange
  ) async throws -> SearchResults {
    var collector = PostingCollector(search)
    let prefix = search.lastTerm.map(KeyRange.init(postingsOfTermsBeginningWith:))
    try recordSearch(
      of: search.terms.map { KeyRange(postingsOf: $0, filters: search.leadingFilters) }
        + (prefix.map { [$0] } ?? []),
      in: .index(index)
    )
    for term in search.terms {
      let postings = KeyRange(postingsOf: term, filters: EmptyCollection())
      try await forEachPosting(of: index, in: table.number, range: postings) { key in
        let found = try collector.term(in: key)
        if !collector.isCurrent(found) { collector.begin(found, boost: 1) }
        collector.add(key, termLength: found.count)
        return true
      }
    }
    if let last = search.lastTerm, let postings = prefix {
      let maximum = CompiledSearch.maximumMatches - search.filters.count
      try await forEachPosting(of: index, in: table.number, range: postings) { key in
        let found = try collector.term(in: key)
        if !collector.isCurrent(found) {
          // A term that another word of the query has matched exactly counts once.
          if search.terms.contains(where: { $0.utf8[...] == found }) { return true }
          if collector.termCount >= maximum { return false }
          let isExact = found.count == last.utf8.count
          collector.begin(found, boost: isExact ? 1 : CompiledSearch.prefixBoost)
        }
        collector.add(key, termLength: found.count)
        return true
      }
    }
    let statistics = searchStatistics(of: index, in: table)
    return SearchResults(
      search,
      in: table.number,
      candidates: collector.ranked(statistics: statistics),
      range: range
    )
  }

  /// Walks a range of postings in order as the transaction sees it, recording nothing.
  ///
  /// The body says whether to go on.
  private func forEachPosting(
    of index: IndexID,
    in table: TableNumber,
    range: KeyRange,
    _ body: (IndexKey) throws -> Bool
  ) async throws {
    let hasOwn = writes.hasDocuments(of: table)
    let own = hasOwn ? writes.rows(of: .index(index), in: table) : []
    var remainingOwn = hasOwn ? own.positions(in: range) : 0..<0
    var rest: KeyRange? = range.isEmpty ? nil : range
    while let unread = rest {
      try Task.checkCancellation()
      let page = try await reader.page(
        of: .index(index),
        in: table,
        range: unread,
        order: .ascending,
        limit: Self.postingsPerPage,
        wantsDocuments: false,
        isSearch: true,
        catalog: catalog
      )
      for position in page.rows.indices {
        if hasOwn {
          if writes.contains(page.rows[position].id) { continue }
          while let next = remainingOwn.first, own[next].key < page.rows[position].key {
            if try !body(own[next].key) { return }
            remainingOwn.removeFirst()
          }
        }
        if try !body(page.rows[position].key) { return }
      }
      rest = page.rest
    }
    for next in remainingOwn where try !body(own[next].key) { return }
  }

  private static let postingsPerPage = 4096
}
