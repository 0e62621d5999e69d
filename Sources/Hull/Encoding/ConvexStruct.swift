/// A struct that is an object with fixed fields; `@ConvexObject` and `@Table` write the conformance.
public protocol ConvexStruct: FlattenableObject {
  /// A struct with one ``Field`` per stored property, of the same name.
  ///
  /// Key paths into it name fields: `\.email` in `index("by_email", \.email)`.
  associatedtype Fields: Sendable

  /// The field names for key paths.
  static var fields: Fields { get }

  /// The fields in any order, flattened structs included.
  static var convexFields: [ConvexField] { get }

  /// Whether a property is marked `@Flatten`, so that fields do not come in name order.
  static var convexFlattens: Bool { get }

  /// Reads the fields.
  ///
  /// - Parameter decoder: Gives the fields by name; fastest when asked in name order.
  /// - Throws: ``ValueDecodingError`` for a field that does not fit its property.
  init(from decoder: inout ObjectDecoder) throws

  /// Gives the fields to the encoder in name order.
  func encodeFields(into encoder: inout ObjectEncoder) throws
}

extension ConvexStruct {
  /// No flattened properties.
  public static var convexFlattens: Bool { false }

  /// The struct's fields.
  public static var flattenedFields: [(String, FieldValidator)] { convexFields.flatMap(\.fields) }

  /// The object validator of the fields.
  public static var convexObject: ObjectValidator {
    ObjectValidator(names: flattenedFields)
  }

  /// `v.object({…})`.
  public static var convexValidator: Validator { .object(convexObject) }

  /// Reads an object; fields without a property are ignored.
  public init(convexValue: ConvexValue) throws {
    guard case .object(let object) = convexValue else {
      throw ValueDecodingError(expected: "an object", found: convexValue)
    }
    var decoder = ObjectDecoder(object)
    try self.init(from: &decoder)
  }

  /// The fields as an object.
  public func convexObject() throws -> ConvexObject {
    var encoder = ObjectEncoder()
    try encodeFields(into: &encoder)
    return encoder.object()
  }

  /// An object.
  public func convexValue() throws -> ConvexValue { .object(try convexObject()) }

  /// Appends a JSON object.
  public func encode(into writer: inout JSONWriter) throws {
    if Self.convexFlattens {
      // Flattened fields arrive out of name order: sort them in an object first.
      writer.value(try convexValue())
      return
    }
    var encoder = ObjectEncoder(appendingTo: writer)
    writer = JSONWriter()
    try encodeFields(into: &encoder)
    writer = encoder.finish()
  }
}

/// One stored property of a ``ConvexStruct``: a field, or the fields of a flattened struct.
public struct ConvexField: Sendable {
  let fields: [(String, FieldValidator)]

  /// A field.
  ///
  /// - Parameters:
  ///   - name: The field's name.
  ///   - type: The property's type.
  public init<T: ConvexConvertible>(_ name: String, _ type: T.Type) {
    fields = [(name, T.convexField)]
  }

  /// The fields of a property marked `@Flatten`.
  ///
  /// - Parameter type: The property's type, whose validator is an object.
  public init<T: FlattenableObject>(flattening type: T.Type) {
    fields = T.flattenedFields
  }
}

/// A type whose fields can be spread into an enclosing object with `@Flatten`.
public protocol FlattenableObject: ConvexConvertible {
  /// The fields that are spread.
  static var flattenedFields: [(String, FieldValidator)] { get }
}

extension ObjectValidator {
  /// Makes a validator of fields whose names are those of Swift declarations.
  init(names fields: [(String, FieldValidator)]) {
    do { try self.init(validating: fields) } catch { preconditionFailure(error.message) }
  }
}
