/// What a query reads: a source of documents in order and what is done with them.
public struct Query: Sendable {
  /// The name of the table, as the author wrote it.
  public var table: String
  /// Where the documents come from.
  public var source: QuerySource
  /// The direction; nil where the author gave none, which means ascending.
  public var order: Order?
  /// Applied one after the other.
  public var operators: [QueryOperator]

  /// Makes a query.
  ///
  /// - Parameters:
  ///   - table: The name of the table.
  ///   - source: Where the documents come from.
  ///   - order: The direction.
  ///   - operators: What is done with the documents.
  public init(
    table: String,
    source: QuerySource = .fullTableScan,
    order: Order? = nil,
    operators: [QueryOperator] = []
  ) {
    self.table = table
    self.source = source
    self.order = order
    self.operators = operators
  }

  /// The most operators a query may have.
  public static let maximumOperators = 256
}

/// The direction in which an index is read.
public enum Order: String, Sendable, Hashable, CaseIterable {
  /// From the least key up.
  case ascending = "asc"
  /// From the greatest key down.
  case descending = "desc"
}

/// Where the documents of a query come from.
public enum QuerySource: Sendable, Hashable {
  /// The whole table by creation time.
  case fullTableScan
  /// Part of an index; without clauses, all of it.
  case index(name: String, range: [IndexRangeClause])
  /// The matches of a full-text search, best first.
  case search(name: String, clauses: [SearchClause])
}

/// One bound of an index range, for example `q.gt("age", 18)`.
public struct IndexRangeClause: Sendable, Hashable {
  /// How a field is compared.
  public enum Comparison: String, Sendable, Hashable, CaseIterable {
    /// Equal.
    case eq
    /// Greater than.
    case gt
    /// Greater than or equal.
    case gte
    /// Less than.
    case lt
    /// Less than or equal.
    case lte
  }

  /// The comparison.
  public var op: Comparison
  /// The path of the field, as the author wrote it.
  public var field: String
  /// What the field is compared with; nil for `undefined`, the value of a missing field.
  public var value: ConvexValue?

  /// Makes a clause.
  ///
  /// - Parameters:
  ///   - op: The comparison.
  ///   - field: The path of the field.
  ///   - value: What it is compared with; nil for `undefined`.
  public init(_ op: Comparison, _ field: String, _ value: ConvexValue?) {
    self.op = op
    self.field = field
    self.value = value
  }
}

/// One condition of a full-text search.
public enum SearchClause: Sendable, Hashable {
  /// The words to look for in the index's search field.
  case search(field: String, text: String)
  /// A filter field equal to a value; nil for `undefined`.
  case eq(field: String, value: ConvexValue?)
}

/// One step after a query's source.
public enum QueryOperator: Sendable {
  /// Keeps the documents for which the expression is true.
  case filter(FilterExpression)
  /// Keeps the documents for which the closure returns true.
  case predicate(@Sendable (EncodedDocument) throws -> Bool)
  /// Stops after so many documents.
  case limit(Int)
}
