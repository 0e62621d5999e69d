internal import HullValues

/// Gathers the postings of a query's terms and ranks the documents they name.
struct PostingCollector {
  private struct Term {
    /// The UTF-8 of the term.
    var utf8: ArraySlice<UInt8>
    /// A factor on its scores.
    var boost: Float
    /// Documents with the term, those that fail the filters included.
    var documentFrequency = 0
    /// Its postings in documents that pass the filters.
    var postings: [SearchPosting] = []
  }

  private let search: CompiledSearch
  /// The term whose postings come now is the last one.
  private var terms: [Term] = []

  init(_ search: CompiledSearch) {
    self.search = search
  }

  /// How many different terms were found.
  var termCount: Int { terms.count }

  /// The UTF-8 of the term in a key.
  ///
  /// - Throws: ``DatabaseError`` if the key is no posting: the file is damaged.
  func term(in key: IndexKey) throws(DatabaseError) -> ArraySlice<UInt8> {
    if let length = search.layout.termLength(of: key) { return key.bytes[..<length] }
    throw DatabaseError(
      code: "CorruptSearchIndex",
      message: "A search index holds an entry that is no posting: \(key)",
      kind: .system
    )
  }

  /// Whether postings of that term were the last to be added.
  func isCurrent(_ term: ArraySlice<UInt8>) -> Bool { terms.last?.utf8 == term }

  /// Begins with the postings of another term.
  mutating func begin(_ term: ArraySlice<UInt8>, boost: Float) {
    terms.append(Term(utf8: term, boost: boost))
  }

  /// Adds a posting of the current term.
  mutating func add(_ key: IndexKey, termLength: Int) {
    let position = terms.count - 1
    terms[position].documentFrequency += 1
    guard search.admits(key, termLength: termLength) else { return }
    terms[position].postings.append(search.layout.posting(in: key, termLength: termLength))
  }

  /// The best candidates, best first.
  ///
  /// - Parameter statistics: What the index knows of all its documents together.
  /// - Returns: At most ``SearchResults/maximumCandidates`` of them.
  func ranked(statistics: SearchStatistics) -> [SearchResults.Candidate] {
    let bm25 = BM25(statistics: statistics)
    var best = BestCandidates()
    if terms.count == 1 {
      // Each posting is another document.
      score(terms[0], bm25) { best.insert($0) }
      return best.sorted()
    }
    var positions: [InternalID: Int] = [:]
    var candidates: [SearchResults.Candidate] = []
    for term in terms {
      score(term, bm25) { candidate in
        if let position = positions[candidate.id] {
          candidates[position].score += candidate.score
        } else {
          positions[candidate.id] = candidates.count
          candidates.append(candidate)
        }
      }
    }
    for candidate in candidates { best.insert(candidate) }
    return best.sorted()
  }

  private func score(_ term: Term, _ bm25: BM25, _ body: (SearchResults.Candidate) -> Void) {
    let weight = bm25.weight(documentFrequency: term.documentFrequency) * term.boost
    for posting in term.postings {
      body(
        SearchResults.Candidate(
          id: posting.id,
          creationTime: posting.creationTime,
          score: bm25.score(
            weight: weight,
            termFrequency: posting.termFrequency,
            length: posting.length
          )
        )
      )
    }
  }
}

/// Keeps the best candidates of any number of them.
private struct BestCandidates {
  /// Unsorted; whenever twice as many as wanted have gathered, the worse half goes.
  private var candidates: [SearchResults.Candidate] = []
  /// The worst that can still be among the best, once there are enough.
  private var worst: SearchResults.Candidate?

  mutating func insert(_ candidate: SearchResults.Candidate) {
    if let worst, !candidate.precedes(worst) { return }
    candidates.append(candidate)
    guard candidates.count == 2 * SearchResults.maximumCandidates else { return }
    candidates = sorted()
    worst = candidates.last
  }

  func sorted() -> [SearchResults.Candidate] {
    Array(candidates.sorted { $0.precedes($1) }.prefix(SearchResults.maximumCandidates))
  }
}
