package import HullValues

/// A full-text query checked against its index and broken into terms.
package struct CompiledSearch: Hashable, Sendable {
  /// A condition on one filter field.
  package struct Filter: Hashable, Sendable {
    /// The field.
    package var field: FieldPath
    /// Its place among the filter fields in a posting.
    package var number: Int
    /// What it must be; nil for missing.
    package var value: ConvexValue?
    /// The digest of `value`.
    package var digest: FilterDigest
  }

  /// Terms that must match exactly, in byte order, without repetitions and without ``lastTerm``.
  package var terms: [SearchTerm]
  /// The last word, which also matches as a prefix; nil if the text has no words.
  package var lastTerm: SearchTerm?
  /// All of these must hold.
  package var filters: [Filter]
  /// The conditions on the leading filter fields of a posting, which narrow a term's key range.
  package var leadingFilters: [FilterDigest]
  /// How the index's postings are laid out.
  package var layout: SearchPostingLayout

  /// Words of a query beyond this many are ignored.
  package static let maximumTerms = 16
  /// Conditions on filter fields one query may have.
  package static let maximumFilters = 8
  /// Terms of the index one query can match, its filters counting as one each.
  static let maximumMatches = 64
  /// The factor on the score of a term that was found by its beginning only.
  static let prefixBoost: Float = 0.5

  /// Checks the clauses of a query.
  ///
  /// - Parameters:
  ///   - clauses: What the query's author wrote.
  ///   - index: The index.
  ///   - name: The index as errors print it, `table.index`.
  /// - Throws: ``DatabaseError`` with the reference's code and text for every misuse.
  package init(
    _ clauses: [SearchClause],
    against index: SearchIndexDefinition,
    named name: String
  ) throws(DatabaseError) {
    let fields = index.orderedFilterFields
    var text: String?
    var filters: [Filter] = []
    for clause in clauses {
      switch clause {
      case .search(let field, let words):
        guard field == index.searchField.description else {
          throw DatabaseError(
            code: "IncorrectSearchField",
            message: """
              Search query against \(name) contains a search filter against "\(field)", which \
              doesn't match the indexed `searchField` "\(index.searchField)".
              """
          )
        }
        if text != nil {
          throw DatabaseError(
            code: "DuplicateSearchFiltersError",
            message: """
              Search query against \(name) contains multiple search filters against "\(field)". \
              Only one is allowed.
              """
          )
        }
        text = words
      case .eq(let field, let value):
        guard let number = fields.firstIndex(where: { $0.description == field }) else {
          throw DatabaseError(
            code: "IncorrectFilterFieldError",
            message: """
              Search query against \(name) contains an equality filter on "\(field)" but that \
              field isn't indexed for filtering in `filterFields`.
              """
          )
        }
        filters.append(
          Filter(
            field: fields[number],
            number: number,
            value: value,
            digest: FilterDigest(value)
          )
        )
      }
    }
    guard let text else {
      throw DatabaseError(
        code: "MissingSearchFilterError",
        message: """
          Search query against \(name) does not contain any search filters. You must include a \
          search filter like `q.search(""\(index.searchField)"", searchText)`.
          """
      )
    }
    if filters.count > Self.maximumFilters {
      throw DatabaseError(
        code: "TooManyFilterConditionsInSearchQueryError",
        message: """
          Search query against \(name) has too many filter conditions. \
          Max: \(Self.maximumFilters) Actual: \(filters.count)
          """
      )
    }
    let words = SearchTokenizer.terms(of: text, limit: Self.maximumTerms)
    lastTerm = words.last
    terms = Set(words.dropLast()).subtracting(words.suffix(1)).sorted()
    var leading: [FilterDigest] = []
    while let next = filters.first(where: { $0.number == leading.count }) {
      leading.append(next.digest)
    }
    leadingFilters = leading
    self.filters = filters
    layout = index.postingLayout
  }

  /// Whether a posting's digests allow its document to satisfy every filter.
  func admits(_ key: IndexKey, termLength: Int) -> Bool {
    filters.allSatisfy { filter in
      layout.filter(filter.number, in: key, termLength: termLength) == filter.digest
    }
  }

  /// Whether a document whose posting was admitted satisfies the filters whose digest leaves doubt.
  func isSatisfied(by document: EncodedDocument) -> Bool {
    filters.allSatisfy { filter in
      filter.digest.isExact || document.json.field(filter.field) == filter.value
    }
  }
}
