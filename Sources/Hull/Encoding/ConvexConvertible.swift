/// A Swift type with a place in Convex's type system: it has a validator, a wire form, and is read
/// back from it.
///
/// Functions take and return such types, and the fields of `@Table` and `@ConvexObject` structs have
/// them. Bool, String, Double, Int, Int64, byte arrays, arrays, dictionaries and optionals of them
/// conform; so do ``ID``, ``Nullable``, ``Patch``, ``Document`` and ``HullValues/ConvexValue``. Write
/// `@ConvexObject` on a struct and ``ConvexLiteral`` on an enumeration of strings to make your own.
///
/// The members about fields exist because Convex distinguishes a field that is absent from one that
/// is null. Only types that can be absent implement them.
public protocol ConvexConvertible: Sendable {
  /// What values of this type look like.
  static var convexValidator: Validator { get }

  /// Reads a value.
  ///
  /// - Parameter convexValue: A value, usually one that matches ``convexValidator``.
  /// - Throws: ``ValueDecodingError`` if it does not.
  init(convexValue: ConvexValue) throws

  /// The value as Convex sees it.
  ///
  /// - Throws: `ConvexValueError` if it has none, as a dictionary with a key that is no field name.
  func convexValue() throws -> ConvexValue

  /// Appends the value's wire JSON.
  ///
  /// - Parameter writer: The buffer to append to; its content is unspecified after an error.
  /// - Throws: `ConvexValueError` if the value has no wire form.
  func encode(into writer: inout JSONWriter) throws

  /// The validator of an object's field of this type.
  static var convexField: FieldValidator { get }

  /// Reads an object's field.
  ///
  /// - Parameter convexField: The field's value; nil if the object has no such field.
  /// - Throws: ``ValueDecodingError`` if the value or its absence has no meaning for the type.
  init(convexField: ConvexValue?) throws

  /// The value for an object's field; nil if the field is to be absent.
  ///
  /// - Throws: `ConvexValueError` if the value has no wire form.
  func convexFieldValue() throws -> ConvexValue?

  /// Appends an object's field to the wire JSON, or nothing if the field is to be absent.
  ///
  /// - Parameters:
  ///   - name: The field's name.
  ///   - writer: The buffer to append to, inside an object.
  /// - Throws: `ConvexValueError` if the value has no wire form.
  func encodeField(_ name: String, into writer: inout JSONWriter) throws
}

extension ConvexConvertible {
  /// A field that must be present.
  public static var convexField: FieldValidator {
    FieldValidator(convexValidator, isOptional: false)
  }

  /// Reads a field that must be present.
  ///
  /// - Parameter convexField: The field's value.
  /// - Throws: ``ValueDecodingError`` for an absent field.
  public init(convexField: ConvexValue?) throws {
    guard let convexField else {
      throw ValueDecodingError(expected: "a value", found: nil)
    }
    try self.init(convexValue: convexField)
  }

  /// The value: the field is always present.
  public func convexFieldValue() throws -> ConvexValue? { try convexValue() }

  /// Appends the wire JSON of ``convexValue()``.
  public func encode(into writer: inout JSONWriter) throws {
    writer.value(try convexValue())
  }

  /// Appends the field: it is always present.
  public func encodeField(_ name: String, into writer: inout JSONWriter) throws {
    writer.key(name)
    try encode(into: &writer)
  }

  /// The value's wire JSON.
  package func encodedValue() throws -> EncodedValue {
    var writer = JSONWriter()
    try encode(into: &writer)
    return EncodedValue(canonical: writer.bytes)
  }
}

/// Reads the field `name` of an object and says so if that fails.
func decodeField<T: ConvexConvertible>(_ value: ConvexValue?, named name: String) throws -> T {
  do {
    return try T(convexField: value)
  } catch let error as ValueDecodingError {
    throw error.inside("." + name)
  }
}
