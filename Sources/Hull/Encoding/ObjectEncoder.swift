/// Takes the fields of one object, either straight into JSON or as values.
public struct ObjectEncoder {
  private var json: JSONWriter?
  private var collected: [ConvexObject.Field] = []

  /// Collects the fields as values.
  public init() {}

  /// Writes the fields as a JSON object behind what `writer` holds.
  init(appendingTo writer: consuming JSONWriter) {
    var writer = writer
    writer.beginObject()
    json = writer
  }

  /// Takes a field; an absent one, such as nil, is left out.
  ///
  /// - Parameters:
  ///   - name: The field's name, later in byte order than the one before.
  ///   - value: Its value.
  /// - Throws: What encoding `value` throws.
  public mutating func field<T: ConvexConvertible>(_ name: String, _ value: T) throws {
    guard var writer = json.take() else {
      if let value = try value.convexFieldValue() {
        collected.append(ConvexObject.Field(name: name, value: value))
      }
      return
    }
    try value.encodeField(name, into: &writer)
    json = consume writer
  }

  /// Takes the fields of a flattened struct.
  ///
  /// - Parameter value: The struct or document whose fields are spread into this object.
  /// - Throws: What encoding `value` throws.
  public mutating func flatten<T: FlattenableObject>(_ value: T) throws {
    guard case .object(let object) = try value.convexValue() else { return }
    for field in object.fields { collected.append(field) }
  }

  /// The collected fields.
  func object() -> ConvexObject { ConvexObject(normalizing: collected) }

  /// The buffer with the finished JSON object.
  consuming func finish() -> JSONWriter {
    var writer = json ?? JSONWriter()
    writer.endObject()
    return writer
  }
}
