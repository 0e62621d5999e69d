internal import HullValues

/// A vector search checked against its index.
struct CompiledVectorSearch: Sendable {
  /// Values one filter field may have.
  struct Condition: Sendable {
    /// The field's place among the filter fields of the index.
    var field: Int
    /// The values.
    var values: [FilterFingerprint]
  }

  /// What the vectors are compared with.
  var direction: DirectionVector
  /// How many documents to find.
  var limit: Int
  /// Documents that satisfy any of these are looked at; all documents if there are none.
  var conditions: [Condition]

  /// How many documents a search finds if it does not say.
  static let usualLimit = 10
  /// The most documents a search finds.
  static let maximumLimit = 256
  /// The most dimensions an index may have.
  static let maximumDimensions = 4096
  /// The most different values the filter of a search may name.
  static let maximumValues = 64

  /// Checks a search.
  ///
  /// - Parameters:
  ///   - query: What the author wrote.
  ///   - index: The index.
  ///   - name: The index as errors print it, `table.index`.
  /// - Throws: ``DatabaseError`` with the reference's code and text for every misuse.
  init(
    _ query: VectorQuery,
    against index: VectorIndexDefinition,
    named name: String
  ) throws(DatabaseError) {
    if query.vector.count > Self.maximumDimensions {
      throw .vectorDimensionsMismatch(
        expected: Self.maximumDimensions,
        received: query.vector.count
      )
    }
    limit = query.limit ?? Self.usualLimit
    if limit > Self.maximumLimit {
      throw DatabaseError(
        code: "VectorLimitTooLargeError",
        message: """
          Vector queries can fetch at most \(Self.maximumLimit) results, requested \(limit).
          """
      )
    }
    if limit < 0 {
      throw .invalidArgument("limit", of: "vectorSearch", "\(limit) is less than zero")
    }
    conditions = try Self.conditions(query.filter, against: index, named: name)
    if query.vector.count != index.dimensions {
      throw .vectorDimensionsMismatch(expected: index.dimensions, received: query.vector.count)
    }
    if let position = query.vector.firstIndex(where: { !$0.isFinite }) {
      throw .invalidArgument(
        "vector",
        of: "vectorSearch",
        "the component at position \(position) is not a finite number"
      )
    }
    direction = DirectionVector(query.vector)
  }

  private static func conditions(
    _ clauses: [VectorFilterClause],
    against index: VectorIndexDefinition,
    named name: String
  ) throws(DatabaseError) -> [Condition] {
    var values: [String: [FilterFingerprint]] = [:]
    for clause in clauses {
      let fingerprint = FilterFingerprint(clause.value)
      if values[clause.field]?.contains(fingerprint) == true { continue }
      values[clause.field, default: []].append(fingerprint)
    }
    // In the reference's order, which decides about the error: fields with one value come first.
    let fields = values.sorted {
      ($0.value.count > 1 ? 1 : 0, $0.key) < ($1.value.count > 1 ? 1 : 0, $1.key)
    }
    var conditions: [Condition] = []
    for (field, values) in fields {
      guard let number = index.filterFields.firstIndex(where: { $0.description == field }) else {
        throw DatabaseError(
          code: "IncorrectVectorFilterField",
          message: """
            Vector query against \(name) contains a filter on "\(field)" but that field isn't \
            indexed for filtering in `filterFields`.
            """
        )
      }
      conditions.append(Condition(field: number, values: values))
    }
    let count = conditions.reduce(0) { $0 + $1.values.count }
    if count > maximumValues {
      throw DatabaseError(
        code: "TooManyElementsInVectorQueryError",
        message: """
          Vector query against \(name) has too many conditions. Max: \(maximumValues) \
          Actual: \(count)
          """
      )
    }
    return conditions
  }

  /// Whether a vector with these filter values is looked at.
  ///
  /// - Parameter filter: The value of the filter field with a given number.
  /// - Returns: Whether one of the conditions holds, or there are none.
  @inline(__always)
  func admits(_ filter: (Int) -> FilterFingerprint) -> Bool {
    if conditions.isEmpty { return true }
    for condition in conditions {
      let value = filter(condition.field)
      for candidate in condition.values where candidate == value { return true }
    }
    return false
  }
}

extension DatabaseError {
  fileprivate static func vectorDimensionsMismatch(
    expected: Int,
    received: Int
  ) -> DatabaseError {
    DatabaseError(
      code: "VectorDimensionsMismatch",
      message: "Expected a vector with dimensions \(expected), received \(received)."
    )
  }
}
