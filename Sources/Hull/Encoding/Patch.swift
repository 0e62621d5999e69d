/// What a caller wants done to one field: leave it, remove it, or set it.
///
/// As an argument it is `v.optional(v.union(T, v.null()))`: absent leaves the field alone, null
/// removes it. ``PatchBuilder/apply(_:_:)`` does the same to a document.
public enum Patch<Wrapped: ConvexConvertible>: ConvexConvertible {
  /// The argument is absent: leave the field as it is.
  case unchanged
  /// The argument is null: remove the field.
  case clear
  /// Set the field.
  case set(Wrapped)

  /// The new value, if there is one.
  public var value: Wrapped? {
    if case .set(let value) = self { value } else { nil }
  }

  /// Whether the field is to stay as it is.
  public var isUnchanged: Bool {
    if case .unchanged = self { true } else { false }
  }

  /// The same instruction about another value.
  ///
  /// - Parameter transform: Makes the new value; nil means to remove the field.
  /// - Returns: The instruction with the value replaced.
  public func map<T>(_ transform: (Wrapped) throws -> T?) rethrows -> Patch<T> {
    switch self {
    case .unchanged: .unchanged
    case .clear: .clear
    case .set(let value): try transform(value).map { .set($0) } ?? .clear
    }
  }

  /// `v.union(…, v.null())`.
  public static var convexValidator: Validator { v.union(Wrapped.convexValidator, v.null()) }

  /// Reads a value, or ``clear`` from null.
  public init(convexValue: ConvexValue) throws {
    self = convexValue.isNull ? .clear : .set(try Wrapped(convexValue: convexValue))
  }

  /// The value, or null.
  public func convexValue() throws -> ConvexValue { try value.convexValue() }

  /// `v.optional(v.union(…, v.null()))`.
  public static var convexField: FieldValidator {
    FieldValidator(convexValidator, isOptional: true)
  }

  /// Reads a field, or ``unchanged`` from an absent one.
  public init(convexField: ConvexValue?) throws {
    self = try convexField.map { try Self(convexValue: $0) } ?? .unchanged
  }

  /// The field's value; nil for ``unchanged``.
  public func convexFieldValue() throws -> ConvexValue? {
    if isUnchanged { return nil }
    return try convexValue()
  }

  /// Appends the field, or nothing for ``unchanged``.
  public func encodeField(_ name: String, into writer: inout JSONWriter) throws {
    if isUnchanged { return }
    writer.key(name)
    try encode(into: &writer)
  }
}

extension Patch: Equatable where Wrapped: Equatable {}
extension Patch: Hashable where Wrapped: Hashable {}
