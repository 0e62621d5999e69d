package import HullValues

/// The results of a query, one after the other.
///
/// Rows are fetched in pages as they are needed; what was not consumed is not depended on. A
/// transaction's own writes show as of the moment each row is asked for.
///
/// `@unchecked Sendable`: the execution is touched only while the gate of the transaction is held.
package final class QueryStream: @unchecked Sendable {
  private let transaction: Transaction
  private let execution: QueryExecution

  init(_ execution: QueryExecution, in transaction: Transaction) {
    self.execution = execution
    self.transaction = transaction
  }

  /// The next document; nil when there is none.
  ///
  /// - Throws: ``DatabaseError`` when a limit is exceeded or a filter cannot be evaluated, and what
  ///   a predicate throws.
  package func next() async throws -> EncodedDocument? {
    try await transaction.exclusively { state in try await execution.next(in: state) }
  }

  /// Up to `count` next documents; fewer mean that there are no more.
  package func next(upTo count: Int) async throws -> [EncodedDocument] {
    try await transaction.exclusively { state in
      var documents: [EncodedDocument] = []
      while documents.count < count, let document = try await execution.next(in: state) {
        documents.append(document)
      }
      return documents
    }
  }

  /// Ends the stream early; it returns nothing from then on.
  package func close() async {
    // A transaction that has ended has nothing left to close.
    try? await transaction.exclusively { state in execution.finish(in: state) }
  }
}

extension Transaction {
  /// Starts a query; it reads nothing before its first row is asked for.
  ///
  /// - Parameters:
  ///   - query: The query.
  ///   - scope: Whether it came through `db.query` or `db.system.query`.
  ///   - expectedRows: How many rows will be asked for, if that is known.
  /// - Returns: Its results.
  /// - Throws: ``DatabaseError`` for a table name, an index or a range that is refused.
  package func query(
    _ query: Query,
    scope: DatabaseScope = .user,
    expectedRows: Int? = nil
  ) async throws -> QueryStream {
    try await exclusively { state in
      QueryStream(
        try execution(of: query, scope: scope, expectedRows: expectedRows, in: state),
        in: self
      )
    }
  }

  /// Every result of a query, bounded by the transaction's limits: `collect`.
  package func collect(
    _ query: Query,
    scope: DatabaseScope = .user
  ) async throws -> [EncodedDocument] {
    try await take(nil, of: query, scope: scope)
  }

  /// The first results of a query, at most `count`: `take`.
  ///
  /// - Throws: ``DatabaseError`` also for a negative count.
  package func take(
    _ count: Int,
    of query: Query,
    scope: DatabaseScope = .user
  ) async throws -> [EncodedDocument] {
    if count < 0 {
      throw DatabaseError(
        code: "InvalidArgument",
        message: "Arg 1 `n` to `take` must be a non-negative integer"
      )
    }
    return try await take(.some(count), of: query, scope: scope)
  }

  /// The first result of a query, or nil: `first`.
  package func first(
    _ query: Query,
    scope: DatabaseScope = .user
  ) async throws -> EncodedDocument? {
    try await take(1, of: query, scope: scope).first
  }

  /// The only result of a query, or nil if there is none: `unique`.
  ///
  /// - Throws: ``DatabaseError`` also if there is more than one.
  package func unique(
    _ query: Query,
    scope: DatabaseScope = .user
  ) async throws -> EncodedDocument? {
    let documents = try await take(2, of: query, scope: scope)
    guard documents.count < 2 else {
      throw DatabaseError(
        code: "NotUnique",
        message: """
          unique() query returned more than one result from table \(query.table):
           [\(documents[0].id.string), \(documents[1].id.string), ...]
          """
      )
    }
    return documents.first
  }

  /// How many results a query has.
  ///
  /// Reads only the index if no operator has to see the documents; they do not count as read then.
  /// - Complexity: O(results), or O(rows examined) with filters.
  package func count(_ query: Query, scope: DatabaseScope = .user) async throws -> Int {
    try await exclusively { state in
      let plan = try plan(query, scope: scope, in: state)
      if case .index(let index, let table) = plan.source, plan.operators.isEmpty {
        let scan = state.scan(
          index,
          in: table,
          range: plan.range,
          order: plan.order,
          wantsDocuments: false
        )
        var count = 0
        while try await state.next(scan) != nil {
          count += 1
          if count % 1024 == 0 { try Task.checkCancellation() }
        }
        return count
      }
      let execution = QueryExecution(plan, expectedRows: nil, in: state)
      var count = 0
      while try await execution.next(in: state) != nil { count += 1 }
      return count
    }
  }

  private func take(
    _ count: Int?,
    of query: Query,
    scope: DatabaseScope
  ) async throws -> [EncodedDocument] {
    var query = query
    if let count { query.operators.append(.limit(count)) }
    return try await exclusively { state in
      let execution = try execution(of: query, scope: scope, expectedRows: count, in: state)
      return try await execution.documents(in: state)
    }
  }

  private func execution(
    of query: Query,
    scope: DatabaseScope,
    expectedRows: Int?,
    in state: TransactionState
  ) throws -> QueryExecution {
    QueryExecution(
      try plan(query, scope: scope, in: state),
      expectedRows: expectedRows,
      in: state
    )
  }

  func plan(
    _ query: Query,
    scope: DatabaseScope,
    in state: TransactionState
  ) throws -> QueryPlan {
    try state.plan(
      query,
      scope: scope,
      maximumOperators: database.options.limits.queryOperators
    )
  }
}
