extension ConvexObject {
  /// Makes the whole document of the value given to insert, replace or patch.
  ///
  /// System fields may be among the given ones only if they equal the real ones; then the shape is
  /// checked. The schema and the size are checked later: see ``checkDocumentSize()``.
  ///
  /// - Parameters:
  ///   - id: The document's id.
  ///   - creationTime: The document's creation time.
  /// - Returns: The document with its system fields.
  /// - Throws: ``ConvexValueError`` with the codes `InvalidIdError`, `InvalidCreationTimeError` and
  ///   `InvalidDocumentError`.
  public func asDocument(
    id: DocumentID,
    creationTime: Double
  ) throws(ConvexValueError) -> ConvexObject {
    let isPending = containsCommitTimestamp
    if let given = self["_id"], given != .string(id.string) {
      if isPending { throw .systemFieldMismatch("_id") }
      throw ConvexValueError(
        code: "InvalidIdError",
        message: "Provided document ID \"\(id)\" doesn't match '_id' field \(given.displayText)"
      )
    }
    if let given = self["_creationTime"], given != .float64(creationTime) {
      if isPending { throw .systemFieldMismatch("_creationTime") }
      var shown = self
      try shown.set("_id", to: .string(id.string))
      throw ConvexValueError(
        code: "InvalidCreationTimeError",
        message: """
          Provided creation time \(NumberText.plain(creationTime)) doesn't match '_creationTime' \
          field in \(shown)
          """
      )
    }
    let document = addingSystemFields(id: id, creationTime: creationTime)
    try ConvexObject.checkFieldCount(document.count)
    let violations = document.shapeViolations
    if violations.isEmpty { return document }
    throw ConvexValueError(
      code: "InvalidDocumentError",
      message: """
        Document(value: \(document)) isn't a valid document: \
        \(violations.joined(separator: "\n "))
        """
    )
  }

  /// What is wrong with the shape of a whole document.
  private var shapeViolations: [String] {
    var violations: [String] = []
    let nesting = self.nesting
    if nesting > ValueLimits.maximumDocumentNesting {
      violations.append(
        """
        Document is too nested (nested \(nesting) levels deep > maximum nesting \
        \(ValueLimits.maximumDocumentNesting))
        """
      )
    }
    if let time = self["_creationTime"]?.float64, !CreationTime.isValid(time) {
      violations.append(
        """
        The '_creationTime' field should be a timestamp in milliseconds, is \
        \(NumberText.plain(time))
        """
      )
    }
    for field in fields
    where field.name.utf8.first == 0x5F && field.name != "_id" && field.name != "_creationTime" {
      violations.append(
        """
        Field '\(field.name)' starts with an underscore, which is only allowed for system fields \
        like '_id'
        """
      )
    }
    return violations
  }

  /// Checks that a whole document is not too large.
  ///
  /// - Throws: ``ConvexValueError`` `ValueTooLargeError` above 1 MiB.
  public func checkDocumentSize() throws(ConvexValueError) {
    let size = self.size
    if size > ValueLimits.maximumDocumentSize {
      throw .valueTooLarge(size, maximum: ValueLimits.maximumDocumentSize)
    }
  }

  /// The document without the fields that belong to the system, as schemas see it.
  public var withoutSystemFields: ConvexObject {
    keepingFields { $0.utf8.first != 0x5F }
  }

  /// Whether the commit timestamp stands somewhere in the object.
  public var containsCommitTimestamp: Bool {
    fields.contains { $0.value.containsCommitTimestamp }
  }

  /// The object with every commit timestamp replaced.
  ///
  /// - Parameter timestamp: The commit timestamp in nanoseconds.
  /// - Returns: An object without placeholders.
  public func resolvingCommitTimestamp(_ timestamp: Int64) -> ConvexObject {
    ConvexObject(
      sortedFields: fields.map {
        Field(name: $0.name, value: $0.value.resolvingCommitTimestamp(timestamp))
      }
    )
  }
}

extension ConvexValue {
  /// Whether the commit timestamp stands somewhere in the value.
  public var containsCommitTimestamp: Bool {
    switch self {
    case .commitTimestamp: true
    case .array(let elements): elements.contains(where: \.containsCommitTimestamp)
    case .object(let object): object.containsCommitTimestamp
    default: false
    }
  }

  /// The value with every commit timestamp replaced.
  ///
  /// - Parameter timestamp: The commit timestamp in nanoseconds.
  /// - Returns: A value without placeholders.
  public func resolvingCommitTimestamp(_ timestamp: Int64) -> ConvexValue {
    switch self {
    case .commitTimestamp: .int64(timestamp)
    case .array(let elements): .array(elements.map { $0.resolvingCommitTimestamp(timestamp) })
    case .object(let object): .object(object.resolvingCommitTimestamp(timestamp))
    default: self
    }
  }
}

extension ConvexValueError {
  fileprivate static func systemFieldMismatch(_ field: String) -> ConvexValueError {
    ConvexValueError(
      code: "InvalidDocumentError",
      message: "Document's \(field) field doesn't match"
    )
  }
}
