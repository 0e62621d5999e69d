package import HullValues

/// The checked form of a client's ``PaginationOptions``.
private struct PageRequest {
  var size: Int
  var start: QueryCursor?
  var end: QueryCursor?
  var budget: PageProgress.Budget

  init(
    _ options: PaginationOptions,
    journal: QueryJournal,
    limits: Limits
  ) throws(DatabaseError) {
    guard options.numItems >= 0 else {
      throw DatabaseError(
        code: "InvalidArgument",
        message: """
          `options.numItems` must be a positive number. \
          Received `\(Self.display(options.numItems))`.
          """
      )
    }
    let size = try Self.count(options.numItems, name: "numItems")
    if size == 0 {
      throw DatabaseError(
        code: "NoDocumentsForPagination",
        message: "Must request at least 1 document while paginating"
      )
    }
    if size > limits.pageItems {
      throw DatabaseError(
        code: "PageSizeTooLarge",
        message: "Requested too many items: \(size)"
      )
    }
    self.size = size
    budget = PageProgress.Budget(
      rows: try options.maximumRowsRead.map { number throws(DatabaseError) in
        try Self.count(number, name: "maximumRowsRead")
      },
      bytes: try options.maximumBytesRead.map { number throws(DatabaseError) in
        try Self.count(number, name: "maximumBytesRead")
      }
    )
    if budget.rows == 0 || budget.bytes == 0 {
      throw DatabaseError(
        code: "InvalidPaginationLimit",
        message: "maximumRowsRead and maximumBytesRead must be greater than 0"
      )
    }
    start = try Self.cursor(options.cursor, journal)
    end = try Self.cursor(options.endCursor, journal) ?? journal.previousEnd
  }

  private static func cursor(
    _ text: String?,
    _ journal: QueryJournal
  ) throws(DatabaseError) -> QueryCursor? {
    guard let text else { return nil }
    guard let cursor = journal.codec.open(text) else { throw .unreadableCursor }
    return cursor
  }

  private static func count(_ number: Double, name: String) throws(DatabaseError) -> Int {
    // Infinity and numbers beyond every limit are of one meaning.
    if number >= 0x1p53 { return 1 << 53 }
    guard let count = Int(exactly: number), count >= 0 else {
      throw .invalidArgument(
        name,
        of: "paginate",
        "expected a whole number, got \(display(number))"
      )
    }
    return count
  }

  /// A number as JavaScript prints it.
  private static func display(_ number: Double) -> String {
    if number.isNaN { return "NaN" }
    if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
    return Int(exactly: number).map(String.init) ?? NumberText.json(number)
  }

  /// Refuses cursors of another query.
  func check(_ fingerprint: QueryFingerprint) throws(DatabaseError) {
    for cursor in [end, start] {
      if let cursor, cursor.fingerprint != fingerprint { throw .cursorOfAnotherQuery }
    }
  }
}

extension Transaction {
  /// Reads one page of a query: `paginate` (spec/database.md 7).
  ///
  /// Without a settled end the page has up to `numItems` documents, and ends early, with
  /// `splitRequired`, when a budget of the options or a read limit of the transaction is used up
  /// after at least one row. With an end, from the options or the journal, it has everything
  /// between the cursors.
  ///
  /// - Parameters:
  ///   - query: The query. Pages of one query fit together only if it is the same for each.
  ///   - options: What the client asked for.
  ///   - journal: The journal of the running function.
  ///   - scope: Whether the query came through `db.query` or `db.system.query`.
  /// - Returns: The page.
  /// - Throws: ``DatabaseError`` for options, cursors and queries that are refused; see
  ///   ``DatabaseError/convexErrorData`` for cursors of other queries.
  package func paginate(
    _ query: Query,
    _ options: PaginationOptions,
    journal: QueryJournal,
    scope: DatabaseScope = .user
  ) async throws -> PaginationResult {
    try await exclusively { state in
      let request = try PageRequest(options, journal: journal, limits: database.options.limits)
      let plan = try plan(query, scope: scope, in: state)
      let fingerprint = plan.fingerprint
      try request.check(fingerprint)
      let execution = QueryExecution(
        plan,
        progress: PageProgress(
          after: request.start?.position,
          through: request.end?.position,
          budget: plan.isSearch ? PageProgress.Budget() : request.budget,
          canSplit: !plan.isSearch
        ),
        expectedRows: request.size,
        in: state
      )
      return try await page(
        of: execution,
        plan,
        fingerprint,
        request,
        journal: journal,
        in: state
      )
    }
  }

  private func page(
    of execution: QueryExecution,
    _ plan: QueryPlan,
    _ fingerprint: QueryFingerprint,
    _ request: PageRequest,
    journal: QueryJournal,
    in state: TransactionState
  ) async throws -> PaginationResult {
    var documents: [EncodedDocument] = []
    var status: PaginationResult.PageStatus?
    do {
      while request.end != nil || documents.count < request.size,
        let document = try await execution.next(in: state)
      {
        documents.append(document)
      }
    } catch let error as DatabaseError where error.kind == .paginationLimit {
      // Without a row there is no page, and the next attempt would fare no better.
      guard let progress = execution.progress, progress.rowsRead > 0 else { throw error }
      status = .splitRequired
    }
    execution.finish(in: state)
    guard var progress = execution.progress else {
      preconditionFailure("a page is run with a progress")
    }
    let isLarge = progress.isLarge(
      maximumRows: plan.isSearch ? SearchResults.maximumCandidates : state.limits.documentsRead,
      maximumBytes: state.limits.bytesRead
    )
    if status == nil, isLarge || documents.count > Self.softPageLength {
      status = .splitRecommended
    }
    // Only a limit of zero rows leaves a first page without a position; nothing follows it.
    let position = request.end?.position ?? progress.position ?? .end
    let end = QueryCursor(position: position, fingerprint: fingerprint)
    try journal.record(end)
    return PaginationResult(
      page: documents,
      isDone: position == .end,
      continueCursor: journal.codec.seal(end),
      splitCursor: progress.split.map {
        journal.codec.seal(QueryCursor(position: $0, fingerprint: fingerprint))
      },
      pageStatus: status
    )
  }

  /// Pages with more documents than this should be split.
  private static let softPageLength = 6144
}
