/// Gives the fields of one object by name.
///
/// It walks along the sorted fields, so asking in name order costs one comparison per field.
public struct ObjectDecoder {
  private let object: ConvexObject
  private var position = 0

  /// Reads from an object.
  public init(_ object: ConvexObject) { self.object = object }

  /// Reads a field.
  ///
  /// - Parameter name: The field's name.
  /// - Returns: The value as the type the context asks for.
  /// - Throws: ``ValueDecodingError`` with the field's name in its path.
  public mutating func field<T: ConvexConvertible>(_ name: String) throws -> T {
    try decodeField(value(name), named: name)
  }

  /// Reads a flattened struct out of the same object.
  ///
  /// - Returns: The value as the type the context asks for.
  public func flattened<T: FlattenableObject>() throws -> T {
    try T(convexValue: .object(object))
  }

  private mutating func value(_ name: String) -> ConvexValue? {
    let fields = object.fields
    if position < fields.count, fields[position].name == name {
      position += 1
      return fields[position - 1].value
    }
    return object[name]
  }
}
