internal import HullPersistence
internal import HullValues

/// A query checked against the catalog: which keys of which index it reads.
struct QueryPlan {
  /// What is read.
  enum Source {
    /// The table does not exist, so there is nothing to read.
    case nothing
    /// A range of a database index.
    case index(ScanSource, TableNumber)
    /// The matches of a full-text search.
    case search(CompiledSearch, IndexID, Catalog.Table)
  }

  var source: Source
  /// The keys the query selects; all for a search.
  var range: KeyRange
  /// Ascending for a search, whose keys sort by descending relevance.
  var order: Order
  var operators: [QueryOperator]
  /// What was asked.
  var query: Query
  /// The fields of the index; none for a search.
  var fields: [FieldPath] = []

  var isSearch: Bool { if case .search = source { true } else { false } }

  /// How many rows the source has to give at most, as far as the operators tell.
  var expectedRows: Int? {
    if case .limit(let count) = operators.first { max(count, 0) } else { nil }
  }

  /// Whether every row of the source is a row of the result.
  var keepsEveryRow: Bool {
    operators.allSatisfy { if case .limit = $0 { true } else { false } }
  }
}

extension TransactionState {
  /// Checks a query and finds its index.
  ///
  /// - Parameters:
  ///   - query: The query.
  ///   - scope: Whether it came through `db.query` or `db.system.query`.
  ///   - maximumOperators: How many operators it may have.
  /// - Returns: What to read.
  /// - Throws: ``DatabaseError`` for an index that does not exist or cannot be queried and for a
  ///   range that does not fit it.
  func plan(
    _ query: Query,
    scope: DatabaseScope,
    maximumOperators: Int
  ) throws -> QueryPlan {
    if query.operators.count > maximumOperators {
      throw DatabaseError(
        code: "TooManyOperators",
        message: "Can't construct query with more than \(maximumOperators) operators"
      )
    }
    if query.table.hasPrefix("_") != (scope == .system) {
      throw DatabaseError(
        code: "SystemTableError",
        message: scope == .user
          ? "System tables can only be accessed from db.system.query()."
          : "User tables can only be accessed from db.query()."
      )
    }
    let method = scope == .user ? "db.query" : "db.system.query"
    let name = try TableName(argument: query.table, of: method)
    let table = table(named: name)
    switch query.source {
    case .fullTableScan:
      return try plan(query, of: table, index: "by_creation_time", clauses: [])
    case .index(let index, let clauses):
      return try plan(query, of: table, index: index, clauses: clauses)
    case .search(let index, let clauses):
      return try plan(query, of: table, search: index, clauses: clauses)
    }
  }

  private func plan(
    _ query: Query,
    of table: Catalog.Table?,
    index name: String,
    clauses: [IndexRangeClause]
  ) throws -> QueryPlan {
    let printable = "\(query.table).\(name)"
    let fields: [FieldPath]
    let source: QueryPlan.Source
    switch (name, table) {
    case ("by_id", nil), ("by_creation_time", nil):
      fields = name == "by_id" ? [] : [.creationTime]
      source = .nothing
    case (_, nil):
      throw DatabaseError.indexNotFound(printable)
    case ("by_id", let table?):
      fields = []
      source = .index(.byID(table.number), table.number)
    case (_, let table?):
      let index = try table.queryableIndex(named: name, printable: printable)
      guard case .database(let indexFields) = index.kind else {
        throw DatabaseError(
          code: "IndexNotADatabaseIndex",
          message: "Index \(printable) is not a database index"
        )
      }
      fields = indexFields
      source = .index(.index(index.id), table.number)
    }
    let range: KeyRange
    do throws(ConvexValueError) {
      range = try IndexRange.compile(clauses, indexName: printable, fields: fields)
    } catch {
      throw DatabaseError(code: error.code ?? "InvalidIndexRange", message: error.message)
    }
    let order = query.order ?? .ascending
    return QueryPlan(
      source: source,
      range: range,
      order: order,
      operators: query.operators,
      query: query,
      fields: fields
    )
  }

  private func plan(
    _ query: Query,
    of table: Catalog.Table?,
    search name: String,
    clauses: [SearchClause]
  ) throws -> QueryPlan {
    let printable = "\(query.table).\(name)"
    guard let table else { throw DatabaseError.indexNotFound(printable) }
    let index = try table.queryableIndex(named: name, printable: printable)
    guard case .search(let definition) = index.kind else {
      throw DatabaseError(
        code: "IndexNotASearchIndexError",
        message: "Index \(printable) is not a search index"
      )
    }
    if query.order != nil {
      throw DatabaseError(
        code: "SearchQueryOrder",
        message: """
          Search queries must always be in relevance order. Can not set order manually.
          """
      )
    }
    let search = try CompiledSearch(clauses, against: definition, named: printable)
    return QueryPlan(
      source: .search(search, index.id, table),
      range: .all,
      order: .ascending,
      operators: query.operators,
      query: query
    )
  }
}

extension Catalog.Table {
  /// The index of that name that queries may use.
  ///
  /// - Parameters:
  ///   - name: Its name within the table.
  ///   - printable: Its name as errors print it.
  /// - Returns: The index.
  /// - Throws: ``DatabaseError`` if there is none, or none that is complete and enabled.
  func queryableIndex(
    named name: String,
    printable: String
  ) throws(DatabaseError) -> Catalog.Index {
    let candidates = indexes.filter { $0.name == name }
    if let index = candidates.first(where: { $0.state == .ready && !$0.isStaged }) { return index }
    guard let pending = candidates.first else { throw .indexNotFound(printable) }
    if pending.isStaged {
      throw DatabaseError(
        code: "IndexStagedError",
        message: """
          Index \(printable) is currently staged and not available to query until it is enabled.
          """
      )
    }
    throw DatabaseError(
      code: "IndexBackfillingError",
      message: "Index \(printable) is currently backfilling and not available to query yet."
    )
  }
}

extension DatabaseError {
  fileprivate static func indexNotFound(_ printable: String) -> DatabaseError {
    DatabaseError(code: "IndexNotFoundError", message: "Index \(printable) not found.")
  }
}
