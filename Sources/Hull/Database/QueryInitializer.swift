/// The beginning of a query: choose an index, or go on as a scan of the whole table.
public struct QueryInitializer<Element: DocumentForm>: QueryOperations {
  let host: HostHandle
  let table: String
  let scope: DatabaseScope

  /// The scan of the whole table in order of creation.
  public var query: DocumentQuery<Element> { from(.fullTableScan) }

  /// The scan of the whole table in order of creation, said explicitly.
  public func fullTableScan() -> DocumentQuery<Element> { query }

  /// Reads an index by name.
  ///
  /// - Parameters:
  ///   - name: The index's name; `by_creation_time` and `by_id` always exist.
  ///   - range: Narrows the index: fields in index order, equalities first.
  /// - Returns: The query of the range.
  public func withIndex(
    _ name: String,
    _ range: (NamedIndexRange) -> NamedIndexRange = { $0 }
  ) -> DocumentQuery<Element> {
    from(.index(name: name, range: range(NamedIndexRange()).clauses))
  }

  /// Searches a full-text index by name; results come by relevance.
  ///
  /// - Parameters:
  ///   - name: The index's name.
  ///   - filter: Says what to search for and narrows the results.
  /// - Returns: The query of the results.
  public func withSearchIndex(
    _ name: String,
    _ filter: (NamedSearchFilter) -> NamedSearchFilter
  ) -> DocumentQuery<Element> {
    from(.search(name: name, clauses: filter(NamedSearchFilter()).clauses))
  }

  func from(_ source: QuerySource, failure: (any Error)? = nil) -> DocumentQuery<Element> {
    DocumentQuery(
      host: host,
      scope: scope,
      description: Query(table: table, source: source, order: nil, operators: []),
      misuse: failure
    )
  }
}

extension QueryInitializer {
  /// The same query of documents that are passed on without looking at their fields.
  public func encoded<T: Table>() -> QueryInitializer<Encoded<T>> where Element == Document<T> {
    QueryInitializer<Encoded<T>>(host: host, table: table, scope: scope)
  }

  /// Reads an index.
  ///
  /// ```swift
  /// ctx.db.query(Customer.self).withIndex(Customer.byDeletedActive) { $0.eq(nil).eq(true) }
  /// ```
  ///
  /// - Parameter index: The index.
  /// - Returns: The query of the whole index, documents without its fields included.
  public func withIndex<T: Table, Key>(_ index: TableIndex<T, Key>) -> DocumentQuery<Element>
  where Element: TypedDocumentForm<T> {
    from(.index(name: index.name, range: []))
  }

  /// Reads a range of an index.
  ///
  /// - Parameters:
  ///   - index: The index.
  ///   - range: Narrows it, field by field in index order: equalities, then at most one lower and
  ///     one upper bound.
  /// - Returns: The query of the range.
  public func withIndex<T: Table, Key, Range: IndexRangeExpression>(
    _ index: TableIndex<T, Key>,
    _ range: (IndexRange<T, Key>) -> Range
  ) -> DocumentQuery<Element> where Element: TypedDocumentForm<T>, Range.Of == T {
    let built = range(IndexRange(IndexRangeClauses(fields: index.fields))).built
    return from(.index(name: index.name, range: built.clauses), failure: built.failure)
  }

  /// Searches a full-text index; results come by relevance.
  ///
  /// - Parameters:
  ///   - index: The index.
  ///   - text: The words to find; the last one also as the beginning of a word.
  ///   - filter: Narrows the results by the index's filter fields.
  /// - Returns: The query of the results.
  public func withSearchIndex<T: Table>(
    _ index: SearchIndex<T>,
    matching text: String,
    _ filter: (SearchFilter<T>) -> SearchFilter<T> = { $0 }
  ) -> DocumentQuery<Element> where Element: TypedDocumentForm<T> {
    let built = filter(SearchFilter(field: index.searchField, text: text))
    return from(.search(name: index.name, clauses: built.clauses), failure: built.failure)
  }
}
