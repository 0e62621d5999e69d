// Arrays, records and optionals of types that have a wire form.

extension Array: ConvexConvertible where Element: ConvexConvertible {
  /// `v.array(…)`.
  public static var convexValidator: Validator { v.array(Element.convexValidator) }

  /// Reads an array.
  public init(convexValue: ConvexValue) throws {
    guard case .array(let values) = convexValue else {
      throw ValueDecodingError(expected: "an array", found: convexValue)
    }
    self = []
    reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      do {
        append(try Element(convexValue: value))
      } catch let error as ValueDecodingError {
        throw error.inside("[\(index)]")
      }
    }
  }

  /// An array.
  public func convexValue() throws -> ConvexValue { .array(try map { try $0.convexValue() }) }

  /// Appends a JSON array.
  public func encode(into writer: inout JSONWriter) throws {
    writer.beginArray()
    let start = writer.bytes.count
    for (position, element) in enumerated() {
      try element.encode(into: &writer)
      // The others will be about as long as the first one.
      if position == 0 { writer.expect((writer.bytes.count - start) * Swift.min(count, 1 << 16)) }
    }
    writer.endArray()
  }
}

/// A record: an object whose field names are data.
extension Dictionary: ConvexConvertible where Key == String, Value: ConvexConvertible {
  /// `v.record(v.string(), …)`.
  public static var convexValidator: Validator { v.record(v.string(), Value.convexValidator) }

  /// Reads an object's fields.
  public init(convexValue: ConvexValue) throws {
    guard case .object(let object) = convexValue else {
      throw ValueDecodingError(expected: "an object", found: convexValue)
    }
    self = Dictionary(minimumCapacity: object.count)
    for (name, value) in object { self[name] = try decodeField(value, named: name) as Value }
  }

  /// An object.
  ///
  /// - Throws: `ConvexValueError` for a key that is no field name.
  public func convexValue() throws -> ConvexValue {
    let fields = try map { (name, value) in (name, try value.convexValue()) }
    return .object(try ConvexObject(validating: fields))
  }
}

/// A value or nothing.
///
/// As the type of an argument or of a field, `T?` is `v.optional(T)`: nil is a field that is absent,
/// and null is refused. Anywhere else, as a result or an element, it is `v.union(T, v.null())`.
/// A field that may hold null is ``Nullable``.
extension Optional: ConvexConvertible where Wrapped: ConvexConvertible {
  /// `v.union(…, v.null())`.
  public static var convexValidator: Validator { v.union(Wrapped.convexValidator, v.null()) }

  /// Reads a value, or nil from null.
  public init(convexValue: ConvexValue) throws {
    self = convexValue.isNull ? nil : try Wrapped(convexValue: convexValue)
  }

  /// The value, or null for nil.
  public func convexValue() throws -> ConvexValue { try self?.convexValue() ?? .null }

  /// Appends the value, or `null` for nil.
  public func encode(into writer: inout JSONWriter) throws {
    if let self { try self.encode(into: &writer) } else { writer.null() }
  }

  /// `v.optional(…)`.
  public static var convexField: FieldValidator {
    FieldValidator(Wrapped.convexField.validator, isOptional: true)
  }

  /// Reads a field that may be absent.
  public init(convexField: ConvexValue?) throws {
    guard let convexField else {
      self = nil
      return
    }
    self = try Wrapped(convexField: convexField)
  }

  /// The field's value; nil for nil.
  public func convexFieldValue() throws -> ConvexValue? { try self?.convexFieldValue() }

  /// Appends the field, or nothing for nil.
  public func encodeField(_ name: String, into writer: inout JSONWriter) throws {
    if let self { try self.encodeField(name, into: &writer) }
  }
}
