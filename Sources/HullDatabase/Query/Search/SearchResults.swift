internal import HullPersistence
internal import HullValues

/// The matches of a full-text query in the order of their relevance; documents are read one by one.
struct SearchResults {
  /// One document that may match, as far as its postings tell.
  struct Candidate {
    var id: InternalID
    var creationTime: Double
    var score: Float

    /// Whether this one comes first: by score, then the newer one, then the greater id.
    func precedes(_ other: Candidate) -> Bool {
      if score != other.score { return score > other.score }
      if creationTime != other.creationTime { return creationTime > other.creationTime }
      return id > other.id
    }

    /// A key that sorts as candidates do.
    var rankKey: IndexKey {
      var key = IndexKey([.float64(-Double(score)), .float64(-creationTime)])
      key.bytes.append(bigEndian: ~id.high)
      key.bytes.append(bigEndian: ~id.low)
      return key
    }
  }

  /// The most documents one query can return.
  static let maximumCandidates = 1024

  private let search: CompiledSearch
  private let table: TableNumber
  /// Best first.
  private let candidates: [Candidate]
  private var next = 0

  /// Keeps the candidates whose rank keys lie between the cursors of a page.
  init(
    _ search: CompiledSearch,
    in table: TableNumber,
    candidates: [Candidate],
    range: KeyRange
  ) {
    self.search = search
    self.table = table
    self.candidates =
      range == .all ? candidates : candidates.filter { range.contains($0.rankKey) }
  }

  /// The next match.
  mutating func next(
    in state: TransactionState
  ) async throws -> (key: IndexKey, document: EncodedDocument)? {
    while true {
      if next == Self.maximumCandidates { throw DatabaseError.tooManyCandidates }
      guard next < candidates.count else { return nil }
      let candidate = candidates[next]
      next += 1
      let id = DocumentID(tableNumber: table, internalID: candidate.id)
      // The terms read are what the search depends on: they cover every write of this document.
      guard let document = try await state.peek(id) else { continue }
      try state.count(document)
      // A digest may admit a document that does not satisfy a filter.
      if search.isSatisfied(by: document) { return (candidate.rankKey, document) }
    }
  }
}

extension DatabaseError {
  fileprivate static let tooManyCandidates = DatabaseError(
    code: "SearchQueryScannedTooManyDocumentsError",
    message: """
      Search query scanned too many documents (fetched \(SearchResults.maximumCandidates)). \
      Consider using a smaller limit, paginating the query, or using a filter field to limit the \
      number of documents pulled from the search index.
      """
  )
}
