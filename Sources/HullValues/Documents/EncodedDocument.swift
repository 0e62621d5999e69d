/// A stored document: its identity beside its whole wire text.
public struct EncodedDocument: Sendable, Hashable {
  /// The document's id, also in the text as `_id`.
  public let id: DocumentID
  /// When the document was created, in milliseconds since 1970; also in the text as `_creationTime`.
  public let creationTime: Double
  /// The whole object, system fields included, fields in byte order.
  public let json: EncodedValue

  /// Makes a document of stored parts that are known to agree.
  ///
  /// - Parameters:
  ///   - id: The document's id.
  ///   - creationTime: The document's creation time.
  ///   - json: The whole object.
  public init(id: DocumentID, creationTime: Double, json: EncodedValue) {
    self.id = id
    self.creationTime = creationTime
    self.json = json
  }

  /// Makes a document of its user fields.
  ///
  /// - Parameters:
  ///   - id: The document's id.
  ///   - creationTime: The document's creation time.
  ///   - fields: The other fields; `_id` and `_creationTime` among them are replaced.
  public init(id: DocumentID, creationTime: Double, fields: ConvexObject) {
    self.init(
      id: id,
      creationTime: creationTime,
      json: EncodedValue(fields.addingSystemFields(id: id, creationTime: creationTime))
    )
  }

  /// The document as a value, system fields included.
  ///
  /// - Throws: ``JSONParseError`` if the text is no object.
  public func object() throws(JSONParseError) -> ConvexObject {
    guard case .object(let object) = try json.decoded() else {
      throw .value(ConvexValueError(message: "Value must be an Object"))
    }
    return object
  }
}

extension ConvexObject {
  /// The fields of a document together with its system fields.
  package func addingSystemFields(id: DocumentID, creationTime: Double) -> ConvexObject {
    // In the order of their names, and so to be merged with the others in one pass.
    let own = [
      Field(name: "_creationTime", value: .float64(creationTime)),
      Field(name: "_id", value: .string(id.string)),
    ]
    var merged: [Field] = []
    merged.reserveCapacity(fields.count + own.count)
    var next = 0
    for field in fields {
      var isReplaced = false
      while next < own.count {
        let order = UTF8Order.compare(own[next].name, field.name)
        if order > 0 { break }
        merged.append(own[next])
        next += 1
        if order == 0 { isReplaced = true }
      }
      if !isReplaced { merged.append(field) }
    }
    merged += own[next...]
    return ConvexObject(sortedFields: merged)
  }
}
