/// The name and type of one field of a ``ConvexStruct``.
///
/// The macros declare one per stored property; `\.email` stands for it in indexes, ranges, patches
/// and filters. A field that holds a ``ConvexStruct`` leads on to its fields: `\.address.city`.
@dynamicMemberLookup
public struct Field<Root, Value: ConvexConvertible>: FieldReference {
  /// The field's name.
  public let path: String

  /// Makes the field of that name.
  public init(_ name: String) { path = name }
}

/// A field inside a field; it may be indexed and filtered by, but not patched alone.
@dynamicMemberLookup
public struct NestedField<Root, Value: ConvexConvertible>: FieldReference {
  /// The dotted path: `address.city`.
  public let path: String
}

/// A top-level or nested field.
public protocol FieldReference<Root, Value>: Sendable {
  /// The struct the path starts at.
  associatedtype Root
  /// The type of the field.
  associatedtype Value: ConvexConvertible
  /// The dotted path from the root.
  var path: String { get }
}

extension FieldReference where Value: ConvexStruct {
  /// A field of the struct in this field.
  public subscript<F: FieldReference>(
    dynamicMember member: KeyPath<Value.Fields, F>
  ) -> NestedField<Root, F.Value> where F.Root == Value {
    NestedField(path: "\(path).\(Value.fields[keyPath: member].path)")
  }
}

extension FieldReference {
  /// A field of the struct that may be in this field; it is absent with it.
  public subscript<S: ConvexStruct, F: FieldReference>(
    dynamicMember member: KeyPath<S.Fields, F>
  ) -> NestedField<Root, F.Value?> where Value == S?, F.Root == S {
    NestedField(path: "\(path).\(S.fields[keyPath: member].path)")
  }
}
