/// How the clauses of `withIndex` become one range of keys (spec/values.md 13.3).
package enum IndexRange {
  /// The range of keys that a query's clauses select.
  ///
  /// Equalities may come in any order, but with the one field that may carry bounds they must be the
  /// first fields of the index. Contradictory bounds give an empty range.
  ///
  /// - Parameters:
  ///   - clauses: The clauses as the author wrote them.
  ///   - indexName: Table and index, for example `messages.by_author`, for error texts.
  ///   - fields: The fields the index is stored with, the appended `_creationTime` included and the
  ///     final `_id` not.
  /// - Returns: The range.
  /// - Throws: ``ConvexValueError`` with the codes `AlreadyDefinedBound`, `BoundsOnMultipleFields`,
  ///   `FieldNotInIndex`, `InvalidIndexRange`, or none for a malformed field path.
  package static func compile(
    _ clauses: [IndexRangeClause],
    indexName: String,
    fields: [FieldPath]
  ) throws(ConvexValueError) -> KeyRange {
    if clauses.isEmpty { return .all }
    let selection: Selection
    if let simple = Selection(inOrder: clauses, of: fields) {
      selection = simple
    } else {
      let bounds = try Bounds(clauses, indexName: indexName)
      selection = try bounds.selection(inOrder: fields + [.id], indexName: indexName)
    }
    return selection.range(indexedFields: fields.count + 1)
  }
}

/// A value the first field behind the equalities is compared with.
private struct Bound {
  var value: ConvexValue?
  var isInclusive: Bool
}

/// What clauses come to: values of the index's first fields, and bounds of the next.
private struct Selection {
  /// The key of the equalities.
  private var prefix = IndexKey.empty
  private var equalityCount = 0
  private var lower: Bound?
  private var upper: Bound?

  init(equalTo values: some Sequence<ConvexValue?>, lower: Bound?, upper: Bound?) {
    for value in values { append(value) }
    (self.lower, self.upper) = (lower, upper)
  }

  /// Reads clauses written as most are: one after the other as the index has its fields, then bounds.
  ///
  /// What it refuses may be right or wrong; to find that out takes five times as long.
  init?(inOrder clauses: [IndexRangeClause], of fields: [FieldPath]) {
    for clause in clauses {
      // The names of a path have no dots, so that the text of a clause is the path if it is its name;
      // letter by letter, since to Swift the sign of kelvin is a K.
      guard equalityCount < fields.count, fields[equalityCount].fields.count == 1,
        fields[equalityCount].fields[0].utf8.elementsEqual(clause.field.utf8)
      else { return nil }
      switch clause.op {
      case .eq where lower == nil && upper == nil: append(clause.value)
      case .gt where lower == nil, .gte where lower == nil:
        lower = Bound(value: clause.value, isInclusive: clause.op == .gte)
      case .lt where upper == nil, .lte where upper == nil:
        upper = Bound(value: clause.value, isInclusive: clause.op == .lte)
      default: return nil
      }
    }
  }

  private mutating func append(_ value: ConvexValue?) {
    prefix.append(value)
    equalityCount += 1
  }

  /// The keys that are selected.
  ///
  /// - Parameter indexedFields: How many fields a key has, `_id` included.
  /// - Returns: The range.
  func range(indexedFields: Int) -> KeyRange {
    let start: IndexKey
    if let lower {
      var key = prefix
      key.append(lower.value)
      // A sort key starts with a tag below 0xFF, so something follows every prefix.
      start = lower.isInclusive ? key : key.afterPrefix ?? key.next
    } else {
      start = prefix
    }
    let end: IndexKey?
    if let upper {
      var key = prefix
      key.append(upper.value)
      let isLast = equalityCount + 1 == indexedFields
      end = !upper.isInclusive ? key : isLast ? key.next : key.afterPrefix
    } else {
      end = equalityCount == indexedFields ? prefix.next : prefix.afterPrefix
    }
    return KeyRange(start: start, end: end)
  }
}

/// The clauses of a range sorted into equalities and at most two bounds on one field.
private struct Bounds {
  struct Equality {
    var field: FieldPath
    var value: ConvexValue?
  }

  /// In order of the field paths, as the reference keeps them.
  private(set) var equalities: [Equality] = []
  private(set) var inequalityField: FieldPath?
  private(set) var lower: Bound?
  private(set) var upper: Bound?

  init(_ clauses: [IndexRangeClause], indexName: String) throws(ConvexValueError) {
    for clause in clauses {
      let field = try FieldPath(parsing: clause.field)
      switch clause.op {
      case .eq:
        if let old = equalities.first(where: { $0.field == field }) {
          throw .alreadyDefined("equality", old.field, "==", old.value)
        }
        equalities.append(Equality(field: field, value: clause.value))
      case .gt, .gte:
        if lower != nil {
          throw .alreadyDefined("lower", field, clause.op == .gt ? ">" : ">=", clause.value)
        }
        try claim(field, indexName)
        lower = Bound(value: clause.value, isInclusive: clause.op == .gte)
      case .lt, .lte:
        if upper != nil {
          throw .alreadyDefined("upper", field, clause.op == .lt ? "<" : "<=", clause.value)
        }
        try claim(field, indexName)
        upper = Bound(value: clause.value, isInclusive: clause.op == .lte)
      }
    }
    if let equality = equalities.first(where: { $0.field == inequalityField }) {
      throw .alreadyDefined("inequality", equality.field, "==", equality.value)
    }
    equalities.sort { $0.field < $1.field }
  }

  private mutating func claim(
    _ field: FieldPath,
    _ indexName: String
  ) throws(ConvexValueError) {
    if let first = inequalityField, first != field {
      throw ConvexValueError(
        code: "BoundsOnMultipleFields",
        message: """
          Upper and lower bounds in `range` can only be applied to a single index field. This query \
          against index \(indexName) attempted to set a range bound on both "\(first)" and \
          "\(field)". Consider using `filter` instead. See https://docs.convex.dev/using/indexes \
          for more info.
          """
      )
    }
    inequalityField = field
  }

  /// What the clauses select, after checking that all fields used are the index's first ones.
  func selection(
    inOrder order: [FieldPath],
    indexName: String
  ) throws(ConvexValueError) -> Selection {
    let used = equalities.map(\.field) + (inequalityField.map { [$0] } ?? [])
    for field in used where !order.contains(field) {
      throw ConvexValueError(
        code: "FieldNotInIndex",
        message: """
          The index range included a comparison with "\(field)", but \(indexName) with fields \
          \(Bounds.list(order.dropLast())) doesn't index this field. For more information see \
          https://docs.convex.dev/using/indexes.
          """
      )
    }
    let sorted = equalities.sorted {
      (order.firstIndex(of: $0.field) ?? 0) < (order.firstIndex(of: $1.field) ?? 0)
    }
    let query = sorted.map(\.field) + (inequalityField.map { [$0] } ?? [])
    for (position, field) in query.enumerated() where field != order[position] {
      throw ConvexValueError(
        code: "InvalidIndexRange",
        message: """
          Tried to query index \(indexName) but the query didn't use the index fields in order.
          Index fields: \(Bounds.list(order.dropLast()))
          Query fields: \(Bounds.list(query))
          First incorrect field: "\(field)"
          For more information see https://docs.convex.dev/using/indexes.
          """
      )
    }
    return Selection(equalTo: sorted.lazy.map(\.value), lower: lower, upper: upper)
  }

  private static func list(_ fields: some Sequence<FieldPath>) -> String {
    "[" + fields.map { "\"\($0)\"" }.joined(separator: ", ") + "]"
  }
}

extension ConvexValueError {
  fileprivate static func alreadyDefined(
    _ kind: String,
    _ field: FieldPath,
    _ op: String,
    _ value: ConvexValue?
  ) -> ConvexValueError {
    ConvexValueError(
      code: "AlreadyDefinedBound",
      message: """
        Already defined \(kind) bound in index range. \
        Can't add "\(field)" \(op) \(value?.displayText ?? "undefined").
        """
    )
  }
}
