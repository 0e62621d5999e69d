/// A value or null: `v.union(T, v.null())`, in fields and arguments too.
///
/// An argument of type `T?` may be left out but not be null; `Nullable<T>` must be given and may be
/// null; `Nullable<T>?` may be either; and ``Patch`` says the same with names for the three cases.
public enum Nullable<Wrapped: ConvexConvertible>: ConvexConvertible {
  /// Null.
  case null
  /// A value.
  case value(Wrapped)

  /// Makes a value, or null from nil.
  public init(_ value: Wrapped?) {
    self = value.map { .value($0) } ?? .null
  }

  /// The value; nil for null.
  public var value: Wrapped? {
    if case .value(let value) = self { value } else { nil }
  }

  /// `v.union(…, v.null())`.
  public static var convexValidator: Validator { v.union(Wrapped.convexValidator, v.null()) }

  /// Reads a value or null.
  public init(convexValue: ConvexValue) throws {
    self = convexValue.isNull ? .null : .value(try Wrapped(convexValue: convexValue))
  }

  /// The value, or null.
  public func convexValue() throws -> ConvexValue { try value.convexValue() }

  /// Appends the value, or `null`.
  public func encode(into writer: inout JSONWriter) throws { try value.encode(into: &writer) }
}

extension Nullable: Equatable where Wrapped: Equatable {}
extension Nullable: Hashable where Wrapped: Hashable {}

extension Nullable: ExpressibleByNilLiteral {
  /// Makes null.
  public init(nilLiteral: ()) { self = .null }
}
