/// A query of one table, to be narrowed and then run with `collect`, `take`, `first`, `unique`,
/// `paginate`, `count` or `for try await`.
///
/// A query is a value: narrowing returns a new one, and each run reads anew. What it reads becomes
/// part of what the function depends on; a loop that ends early leaves the rest out.
public struct DocumentQuery<Element: DocumentForm>: QueryOperations {
  /// The query itself.
  public var query: DocumentQuery<Element> { self }

  /// A filter in Swift.
  typealias Predicate = @Sendable (Element) throws -> Bool

  let host: HostHandle
  let scope: DatabaseScope
  var description: Query
  /// Applied to what the description yields, in order.
  var predicates: [Predicate] = []
  /// What was wrong with the way the query was built; thrown when it is run.
  var misuse: (any Error)?

  func misused(_ message: String) -> Self {
    guard misuse == nil else { return self }
    var query = self
    query.misuse = HullError(code: .invalidQuery, message: message)
    return query
  }

  func checkingOperatorCount() -> Self {
    guard description.operators.count + predicates.count > Query.maximumOperators else {
      return self
    }
    return misused("Can't construct query with more than \(Query.maximumOperators) operators")
  }

  /// The description to run, or what was wrong with it.
  func checked() throws -> Query {
    if let misuse { throw misuse }
    try scope.check(description.table, for: "query")
    return description
  }
}

/// What can be done with a query, before and after its index is chosen.
public protocol QueryOperations: AsyncSequence, Sendable
where Element: DocumentForm, AsyncIterator == DocumentIterator<Element> {
  /// The query so far.
  var query: DocumentQuery<Element> { get }
}

// MARK: - Narrowing

extension QueryOperations {
  /// Sets the order of the whole index key, creation time included; at most once.
  ///
  /// - Parameter order: `.ascending`, the default, or `.descending`.
  /// - Returns: The ordered query.
  public func order(_ order: Order) -> DocumentQuery<Element> {
    var query = query
    if case .search = query.description.source {
      return query.misused(
        "Search queries must always be in relevance order. Can not set order manually."
      )
    }
    if query.description.order != nil {
      return query.misused("Queries may only specify order at most once")
    }
    query.description.order = order
    return query
  }

  /// Keeps the documents for which a closure returns true.
  ///
  /// Every document the query reads counts, kept or not: narrow with an index first.
  ///
  /// - Parameter isIncluded: Called once per document read.
  /// - Returns: The filtered query.
  public func filter(
    _ isIncluded: @escaping @Sendable (Element) throws -> Bool
  ) -> DocumentQuery<Element> {
    var query = query
    query.predicates.append(isIncluded)
    return query.checkingOperatorCount()
  }

  /// Keeps the documents for which a filter expression is true.
  ///
  /// - Parameter expression: The expression, evaluated by the engine.
  /// - Returns: The filtered query.
  public func filter(matching expression: FilterExpression) -> DocumentQuery<Element> {
    var query = query
    query.description.operators.append(.filter(expression))
    return query.checkingOperatorCount()
  }

  /// Keeps the documents for which a filter expression is true.
  ///
  /// ```swift
  /// .filter { q in q.eq(q.field("author"), "Ada") }
  /// ```
  ///
  /// - Parameter expression: Builds the expression, evaluated by the engine.
  /// - Returns: The filtered query.
  public func filter(
    matching expression: (FilterBuilder) -> FilterExpression
  ) -> DocumentQuery<Element> {
    filter(matching: expression(FilterBuilder()))
  }
}

// MARK: - Running

extension QueryOperations {
  /// All documents of the query.
  public func collect() async throws -> [Element] {
    let query = query
    if query.predicates.isEmpty {
      return try Element.all(
        stored: try await query.host.host.collect(query.checked(), in: query.scope)
      )
    }
    var elements: [Element] = []
    for try await element in query { elements.append(element) }
    return elements
  }

  /// The first documents of the query.
  ///
  /// - Parameter count: How many at most.
  /// - Returns: The documents in the order of the query.
  /// - Throws: ``HullError`` `.invalidArgument` for a negative number.
  public func take(_ count: Int) async throws -> [Element] {
    guard count >= 0 else {
      throw HullError(
        code: .invalidArgument,
        message: "Arg 1 `n` to `take` must be a non-negative integer"
      )
    }
    let query = query
    guard query.predicates.isEmpty else {
      return try await query.prefix(count).map { $0.element }
    }
    var description = try query.checked()
    description.operators.append(.limit(count))
    return try Element.all(stored: try await query.host.host.collect(description, in: query.scope))
  }

  /// The first document of the query; nil if there is none.
  public func first() async throws -> Element? { try await take(1).first }

  /// The only document of the query; nil if there is none.
  ///
  /// - Throws: ``HullError`` `.invalidQuery` if there are several.
  public func unique() async throws -> Element? {
    let query = query
    let found = try await query.prefix(2)
    guard found.count == 2 else { return found.first?.element }
    let ids = found.map(\.stored.id.string).joined(separator: ", ")
    throw HullError(
      code: .invalidQuery,
      message: "unique() query returned more than one result from table "
        + "\(query.description.table):\n [\(ids), ...]"
    )
  }

  /// How many documents the query has; it reads all of them.
  public func count() async throws -> Int {
    let query = query
    if query.predicates.isEmpty {
      return try await query.host.host.count(query.checked(), in: query.scope)
    }
    var count = 0
    for try await _ in query { count += 1 }
    return count
  }

  /// One page of the query.
  ///
  /// A function may paginate once. Pages of a subscription neither overlap nor leave gaps while
  /// documents come and go.
  ///
  /// - Parameter options: What the client asked for, usually an argument named `paginationOpts`.
  /// - Returns: The page, and where the next one begins.
  /// - Throws: What the engine throws, such as a cursor of another query.
  public func paginate(_ options: PaginationOptions) async throws -> Paginated<Element> {
    guard options.numItems >= 0 else {
      throw HullError(
        code: .invalidArgument,
        message: "`options.numItems` must be a positive number. Received "
          + "`\(ConvexError(.float64(options.numItems)))`."
      )
    }
    let query = query
    var description = try query.checked()
    for predicate in query.predicates {
      description.operators.append(.predicate { try predicate(Element(stored: $0)) })
    }
    let result = try await query.host.host.paginate(description, options, in: query.scope)
    return Paginated(
      page: try Element.all(stored: result.page),
      isDone: result.isDone,
      continueCursor: result.continueCursor,
      splitCursor: result.splitCursor,
      pageStatus: result.pageStatus
    )
  }

  /// Iterates over the documents, reading as it goes.
  public func makeAsyncIterator() -> DocumentIterator<Element> { DocumentIterator(query) }
}

extension DocumentQuery {
  /// The first documents that pass the filters, as they are stored and as elements.
  fileprivate func prefix(
    _ count: Int
  ) async throws -> [(stored: EncodedDocument, element: Element)] {
    if predicates.isEmpty {
      var description = try checked()
      description.operators.append(.limit(count))
      return try await host.host.collect(description, in: scope)
        .map { ($0, try Element(stored: $0)) }
    }
    var found: [(stored: EncodedDocument, element: Element)] = []
    var iterator = makeAsyncIterator()
    while found.count < count, let next = try await iterator.nextStored() { found.append(next) }
    return found
  }
}

/// Reads the documents of a query one by one.
public struct DocumentIterator<Element: DocumentForm>: AsyncIteratorProtocol {
  private let query: DocumentQuery<Element>
  private var stream: (any DocumentStream)?
  private var isAtEnd = false

  init(_ query: DocumentQuery<Element>) { self.query = query }

  /// The next document that passes the filters; nil at the end.
  public mutating func next() async throws -> Element? { try await nextStored()?.element }

  mutating func nextStored() async throws -> (stored: EncodedDocument, element: Element)? {
    if isAtEnd { return nil }
    if stream == nil {
      stream = try await query.host.host.stream(query.checked(), in: query.scope)
    }
    while let document = try await stream?.next() {
      let element = try Element(stored: document)
      if try query.predicates.allSatisfy({ try $0(element) }) {
        return (document, element)
      }
    }
    isAtEnd = true
    return nil
  }
}
