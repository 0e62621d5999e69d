/// Which documents a vector search looks at: those with a value in a filter field of the index, or
/// with any of several.
///
/// ```swift
/// .or(.eq(\.cuisine, "French"), .eq(\.mainIngredient, "butter"))
/// ```
public struct VectorFilter<Of: Table>: Sendable {
  var clauses: [VectorFilterClause] = []
  var failure: (any Error)?

  /// A filter field of the index equals the value; nil means that it is missing.
  ///
  /// - Parameters:
  ///   - field: One of the index's filter fields.
  ///   - value: What it must be.
  /// - Returns: The filter.
  public static func eq<F: FieldReference>(
    _ field: KeyPath<Of.Fields, F>,
    _ value: F.Value
  ) -> VectorFilter {
    var filter = VectorFilter()
    do {
      let value = try value.convexFieldValue()
      filter.clauses = [VectorFilterClause(field: Of.fields[keyPath: field].path, value: value)]
    } catch {
      filter.failure = error
    }
    return filter
  }

  /// Any of the filters admits the document; without any, all documents are looked at.
  ///
  /// - Parameter filters: The filters, of the same field or of different ones.
  /// - Returns: The wider filter.
  public static func or(_ filters: VectorFilter...) -> VectorFilter { or(filters) }

  /// Any of the filters admits the document; without any, all documents are looked at.
  ///
  /// - Parameter filters: The filters, of the same field or of different ones.
  /// - Returns: The wider filter.
  public static func or(_ filters: [VectorFilter]) -> VectorFilter {
    var result = VectorFilter()
    for filter in filters {
      result.clauses += filter.clauses
      if result.failure == nil { result.failure = filter.failure }
    }
    return result
  }
}

/// Which documents a search of a vector index given by name looks at.
public struct NamedVectorFilter: Sendable {
  var clauses: [VectorFilterClause] = []

  /// A filter field equals the value; nil means that it is missing.
  public static func eq(_ field: String, _ value: ConvexValue?) -> NamedVectorFilter {
    NamedVectorFilter(clauses: [VectorFilterClause(field: field, value: value)])
  }

  /// Any of the filters admits the document; without any, all documents are looked at.
  public static func or(_ filters: NamedVectorFilter...) -> NamedVectorFilter { or(filters) }

  /// Any of the filters admits the document; without any, all documents are looked at.
  public static func or(_ filters: [NamedVectorFilter]) -> NamedVectorFilter {
    NamedVectorFilter(clauses: filters.flatMap(\.clauses))
  }
}
