/// A finished range of an index of table `Of`.
public protocol IndexRangeExpression<Of> {
  /// The table.
  associatedtype Of
  /// What the range says.
  var built: IndexRangeClauses { get }
}

/// What an index range says so far; opaque to applications.
public struct IndexRangeClauses {
  let fields: [String]
  var clauses: [IndexRangeClause] = []
  var failure: (any Error)?

  /// The field the next clause is about.
  private var position = 0

  init(fields: [String]) { self.fields = fields }

  private var field: String { position < fields.count ? fields[position] : "_creationTime" }

  func adding(
    _ comparison: IndexRangeClause.Comparison,
    _ value: some ConvexConvertible
  ) -> IndexRangeClauses {
    var result = self
    do {
      let value = try value.convexFieldValue()
      result.clauses.append(IndexRangeClause(comparison, field, value))
    } catch {
      if result.failure == nil { result.failure = error }
    }
    if comparison == .eq { result.position += 1 }
    return result
  }
}

/// A range of an index whose first fields are fixed; `Key` are the fields that are still free.
///
/// For an optional field nil stands for documents that lack it, and sorts first.
public struct IndexRange<Of, Key: IndexKeyFields>: IndexRangeExpression {
  /// What the range says.
  public let built: IndexRangeClauses

  init(_ built: IndexRangeClauses) { self.built = built }

  /// Fixes the next field.
  public func eq<Head, Tail>(_ value: Head) -> IndexRange<Of, Tail>
  where Key == KeyFields<Head, Tail> {
    IndexRange<Of, Tail>(built.adding(.eq, value))
  }

  /// The next field is greater.
  public func gt<Head, Tail>(_ value: Head) -> LowerBoundedRange<Of, Head>
  where Key == KeyFields<Head, Tail> {
    LowerBoundedRange(built: built.adding(.gt, value))
  }

  /// The next field is greater or equal.
  public func gte<Head, Tail>(_ value: Head) -> LowerBoundedRange<Of, Head>
  where Key == KeyFields<Head, Tail> {
    LowerBoundedRange(built: built.adding(.gte, value))
  }

  /// The next field is less; documents that lack it are.
  public func lt<Head, Tail>(_ value: Head) -> UpperBoundedRange<Of, Head>
  where Key == KeyFields<Head, Tail> {
    UpperBoundedRange(built: built.adding(.lt, value))
  }

  /// The next field is less or equal; documents that lack it are.
  public func lte<Head, Tail>(_ value: Head) -> UpperBoundedRange<Of, Head>
  where Key == KeyFields<Head, Tail> {
    UpperBoundedRange(built: built.adding(.lte, value))
  }

  /// The next field, a string, begins with the given text.
  public func hasPrefix<Tail>(_ prefix: String) -> BoundedRange<Of>
  where Key == KeyFields<String, Tail> {
    BoundedRange(built: built.addingPrefix(prefix))
  }

  /// The next field is a string that begins with the given text.
  public func hasPrefix<Tail>(_ prefix: String) -> BoundedRange<Of>
  where Key == KeyFields<String?, Tail> {
    BoundedRange(built: built.addingPrefix(prefix))
  }
}

/// A range with a lower bound on its last field.
public struct LowerBoundedRange<Of, Value: ConvexConvertible>: IndexRangeExpression {
  /// What the range says.
  public let built: IndexRangeClauses

  /// The same field is less.
  public func lt(_ value: Value) -> BoundedRange<Of> {
    BoundedRange(built: built.adding(.lt, value))
  }

  /// The same field is less or equal.
  public func lte(_ value: Value) -> BoundedRange<Of> {
    BoundedRange(built: built.adding(.lte, value))
  }
}

/// A range with an upper bound on its last field.
public struct UpperBoundedRange<Of, Value: ConvexConvertible>: IndexRangeExpression {
  /// What the range says.
  public let built: IndexRangeClauses

  /// The same field is greater.
  public func gt(_ value: Value) -> BoundedRange<Of> {
    BoundedRange(built: built.adding(.gt, value))
  }

  /// The same field is greater or equal.
  public func gte(_ value: Value) -> BoundedRange<Of> {
    BoundedRange(built: built.adding(.gte, value))
  }
}

/// A range with both bounds.
public struct BoundedRange<Of>: IndexRangeExpression {
  /// What the range says.
  public let built: IndexRangeClauses
}

extension IndexRangeClauses {
  /// The strings that begin with `prefix`: from it up to the least string past all of them.
  func addingPrefix(_ prefix: String) -> IndexRangeClauses {
    let lower = adding(.gte, prefix)
    guard let end = prefix.afterPrefix else {
      // No string is past them; bytes are what sorts after strings.
      return lower.adding(.lt, Bytes([]))
    }
    return lower.adding(.lt, end)
  }
}

extension String {
  /// The least string, by code points, greater than all that begin with this one.
  var afterPrefix: String? {
    var scalars = Array(unicodeScalars)
    while let last = scalars.popLast() {
      // The code points between the two blocks of scalars are no scalars.
      let next = last.value == 0xD7FF ? 0xE000 : last.value + 1
      guard let scalar = Unicode.Scalar(next) else { continue }
      var result = String.UnicodeScalarView(scalars)
      result.append(scalar)
      return String(result)
    }
    return nil
  }
}

/// A range of an index given by name.
///
/// Fields in index order, equalities first, ending in at most one lower and one upper bound; the
/// engine checks it.
public struct NamedIndexRange: Sendable {
  var clauses: [IndexRangeClause] = []

  /// The field equals the value; nil means that it is missing.
  public func eq(_ field: String, _ value: ConvexValue?) -> Self { adding(.eq, field, value) }

  /// The field is greater.
  public func gt(_ field: String, _ value: ConvexValue?) -> Self { adding(.gt, field, value) }

  /// The field is greater or equal.
  public func gte(_ field: String, _ value: ConvexValue?) -> Self { adding(.gte, field, value) }

  /// The field is less; nil, for missing, sorts before everything.
  public func lt(_ field: String, _ value: ConvexValue?) -> Self { adding(.lt, field, value) }

  /// The field is less or equal.
  public func lte(_ field: String, _ value: ConvexValue?) -> Self { adding(.lte, field, value) }

  private func adding(
    _ comparison: IndexRangeClause.Comparison,
    _ field: String,
    _ value: ConvexValue?
  ) -> Self {
    var range = self
    range.clauses.append(IndexRangeClause(comparison, field, value))
    return range
  }
}
