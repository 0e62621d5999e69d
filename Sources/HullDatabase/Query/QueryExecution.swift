internal import HullPersistence
internal import HullValues

/// A running query: a source of rows and the operators they pass.
///
/// Not `Sendable`: whoever uses it holds the gate of the transaction it reads from.
final class QueryExecution {
  private enum Source {
    case nothing
    case index(IndexScan)
    case pendingSearch(CompiledSearch, IndexID, Catalog.Table)
    case search(SearchResults)
  }

  private var source: Source
  /// The keys between the cursors.
  private let range: KeyRange
  private let operators: [QueryOperator]
  /// How many documents each operator has let through, for limits.
  private var passed: [Int]
  /// What the page has come to, if the query is run for one.
  private(set) var progress: PageProgress?
  /// Set at the end, after which nothing more comes.
  private(set) var isFinished = false

  /// Prepares a query; nothing is read yet.
  ///
  /// - Parameters:
  ///   - plan: The query.
  ///   - progress: The page it is run for; nil for the whole query.
  ///   - expectedRows: How many rows will be asked for, if that is known.
  ///   - state: The transaction.
  init(
    _ plan: QueryPlan,
    progress: PageProgress? = nil,
    expectedRows: Int?,
    in state: TransactionState
  ) {
    var range = plan.range
    if let start = progress?.position { range = range.part(beyond: start, plan.order) }
    if let end = progress?.end { range = range.part(upTo: end, plan.order) }
    self.range = range
    self.progress = progress
    operators = plan.operators
    passed = Array(repeating: 0, count: plan.operators.count)
    source =
      switch plan.source {
      case .nothing: .nothing
      case .index(let index, let table):
        .index(
          state.scan(
            index,
            in: table,
            range: range,
            order: plan.order,
            expectedRows: plan.expectedRows ?? (plan.keepsEveryRow ? expectedRows : nil)
          )
        )
      case .search(let search, let index, let table): .pendingSearch(search, index, table)
      }
  }

  /// The next document that passes every operator; nil at the end.
  func next(in state: TransactionState) async throws -> EncodedDocument? {
    while !isFinished {
      if isLimitReached {
        finish(in: state)
        return nil
      }
      try progress?.checkBudget()
      guard let (key, document) = try await nextRow(in: state) else {
        progress?.finish()
        isFinished = true
        return nil
      }
      progress?.examine(key, document)
      if try passes(document) { return document }
    }
    return nil
  }

  /// Every document that passes the operators and has not been returned yet.
  func documents(in state: TransactionState) async throws -> [EncodedDocument] {
    var documents: [EncodedDocument] = []
    if case .index(let scan) = source, progress == nil, let limit = onlyLimit {
      try await state.documents(scan, upTo: limit, into: &documents)
      finish(in: state)
      return documents
    }
    while let document = try await next(in: state) { documents.append(document) }
    return documents
  }

  /// How many more rows there are to be if no operator has to look at them, else nil.
  private var onlyLimit: Int? {
    var limit = Int.max
    for (position, step) in operators.enumerated() {
      guard case .limit(let count) = step else { return nil }
      limit = min(limit, max(0, count - passed[position]))
    }
    return isFinished ? 0 : limit
  }

  /// Ends the query where it is: what follows is not read and not depended on.
  func finish(in state: TransactionState) {
    isFinished = true
    if case .index(let scan) = source { state.close(scan) }
  }

  /// Whether some limit lets nothing more through.
  private var isLimitReached: Bool {
    for (position, step) in operators.enumerated() {
      if case .limit(let count) = step, passed[position] >= count { return true }
    }
    return false
  }

  private func nextRow(
    in state: TransactionState
  ) async throws -> (key: IndexKey, document: EncodedDocument)? {
    switch source {
    case .nothing: return nil
    case .index(let scan):
      guard let row = try await state.next(scan) else { return nil }
      guard let document = row.document else {
        preconditionFailure("a scan that wants documents returned a row without one")
      }
      return (row.key, document)
    case .pendingSearch(let search, let index, let table):
      source = .search(try await state.search(search, index: index, in: table, range: range))
      return try await nextRow(in: state)
    case .search(var results):
      let row = try await results.next(in: state)
      source = .search(results)
      return row
    }
  }

  private func passes(_ document: EncodedDocument) throws -> Bool {
    for (position, step) in operators.enumerated() {
      switch step {
      case .filter(let expression):
        if try !expression.matches(document) { return false }
      case .predicate(let isIncluded):
        if try !isIncluded(document) { return false }
      case .limit(let count):
        if passed[position] >= count { return false }
      }
      passed[position] += 1
    }
    return true
  }
}

extension FilterExpression {
  /// Whether a stored document satisfies the expression.
  fileprivate func matches(_ document: EncodedDocument) throws(DatabaseError) -> Bool {
    let object: ConvexObject
    do { object = try document.object() } catch {
      throw DatabaseError(
        code: "CorruptDocument",
        message: "The document with ID \"\(document.id.string)\" cannot be read: \(error)",
        kind: .system
      )
    }
    do { return try matches(object) } catch {
      throw DatabaseError(code: error.code ?? "EvalError", message: error.message)
    }
  }
}
