/// The fields `db.patch` sets and removes.
public struct DocumentPatch: Sendable, Hashable {
  /// New values by field name; nil removes the field.
  ///
  /// In no particular order; of equal names the last wins.
  public var fields: [(name: String, value: ConvexValue?)]

  /// Makes a patch.
  ///
  /// - Parameter fields: New values; nil removes a field.
  /// - Throws: ``ConvexValueError`` for a name that is no field name.
  public init(
    _ fields: some Sequence<(String, ConvexValue?)>
  ) throws(ConvexValueError) {
    self.fields = []
    for (name, value) in fields {
      try FieldName.validate(name)
      self.fields.append((name, value))
    }
  }

  /// Makes a patch that sets every field of an object.
  public init(_ object: ConvexObject) {
    fields = object.map { ($0.name, Optional($0.value)) }
  }

  /// Reads a patch from its wire form, where `{"$undefined": null}` removes a field.
  ///
  /// - Parameter json: The `value` argument of `db.patch`.
  /// - Throws: ``ConvexValueError``.
  public init(json: JSONValue) throws(ConvexValueError) {
    guard let object = json.object else {
      throw ConvexValueError(message: "Value must be an Object")
    }
    fields = []
    for (name, json) in object {
      let value: ConvexValue? =
        json == ["$undefined": .null] ? nil : try ConvexValue(json: json, options: .mutation)
      try FieldName.validate(name)
      fields.append((name, value))
    }
  }

  /// A document's fields after the patch: a shallow merge, nested objects replaced whole.
  ///
  /// - Parameter original: The document's fields; removed system fields are for the caller to put
  ///   back.
  /// - Returns: The merged fields.
  /// - Throws: ``ConvexValueError`` if the result exceeds a limit on values.
  public func applied(to original: ConvexObject) throws(ConvexValueError) -> ConvexObject {
    var latest: [String: ConvexValue?] = [:]
    for (name, value) in fields { latest.updateValue(value, forKey: name) }
    var merged = original.fields.filter { latest[$0.name] == nil }
    for case (let name, let value?) in latest {
      merged.append(ConvexObject.Field(name: name, value: value))
    }
    let result = ConvexObject(normalizing: merged)
    try ConvexValue.object(result).checkLimits()
    return result
  }

  /// Whether both set and remove the same fields in the same order.
  public static func == (left: DocumentPatch, right: DocumentPatch) -> Bool {
    left.fields.elementsEqual(right.fields) { $0.name == $1.name && $0.value == $1.value }
  }

  /// Feeds names and values to `hasher`.
  public func hash(into hasher: inout Hasher) {
    for (name, value) in fields {
      hasher.combine(name)
      hasher.combine(value)
    }
  }
}
