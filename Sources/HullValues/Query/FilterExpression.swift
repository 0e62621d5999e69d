/// A condition on documents, built by `q.eq(q.field("a"), 1)` and the like.
public indirect enum FilterExpression: Sendable, Hashable {
  /// Whether both are the same value.
  case eq(FilterExpression, FilterExpression)
  /// Whether they are different values.
  case neq(FilterExpression, FilterExpression)
  /// Whether the left sorts before the right.
  case lt(FilterExpression, FilterExpression)
  /// Whether the left sorts before or with the right.
  case lte(FilterExpression, FilterExpression)
  /// Whether the left sorts after the right.
  case gt(FilterExpression, FilterExpression)
  /// Whether the left sorts after or with the right.
  case gte(FilterExpression, FilterExpression)
  /// The sum.
  case add(FilterExpression, FilterExpression)
  /// The difference.
  case sub(FilterExpression, FilterExpression)
  /// The product.
  case mul(FilterExpression, FilterExpression)
  /// The quotient.
  case div(FilterExpression, FilterExpression)
  /// The remainder, with the sign of the left.
  case mod(FilterExpression, FilterExpression)
  /// The negative.
  case neg(FilterExpression)
  /// Whether all are true; true without operands.
  case and([FilterExpression])
  /// Whether any is true; false without operands.
  case or([FilterExpression])
  /// Whether it is false.
  case not(FilterExpression)
  /// The value at a path of the document; `undefined` if it is missing.
  case field(FieldPath)
  /// A value; nil for `undefined`.
  case literal(ConvexValue?)
}
