/// What narrows the results of a search.
public struct SearchFilter<Of: Table> {
  var clauses: [SearchClause]
  var failure: (any Error)?

  init(field: String, text: String) { clauses = [.search(field: field, text: text)] }

  /// A filter field of the index equals the value; nil means that it is missing.
  ///
  /// - Parameters:
  ///   - field: One of the index's filter fields.
  ///   - value: What it must be.
  /// - Returns: The narrower filter.
  public func eq<F: FieldReference>(_ field: KeyPath<Of.Fields, F>, _ value: F.Value) -> Self {
    var filter = self
    do {
      let value = try value.convexFieldValue()
      filter.clauses.append(.eq(field: Of.fields[keyPath: field].path, value: value))
    } catch {
      if filter.failure == nil { filter.failure = error }
    }
    return filter
  }
}

/// What a search of an index given by name finds.
public struct NamedSearchFilter: Sendable {
  var clauses: [SearchClause] = []

  /// The words to find in the search field; exactly once.
  public func search(_ field: String, _ text: String) -> Self {
    adding(.search(field: field, text: text))
  }

  /// A filter field equals the value; nil means that it is missing.
  public func eq(_ field: String, _ value: ConvexValue?) -> Self {
    adding(.eq(field: field, value: value))
  }

  private func adding(_ clause: SearchClause) -> Self {
    var filter = self
    filter.clauses.append(clause)
    return filter
  }
}
