internal import HullValues

/// The checks every document passes before it is written, in the order of spec/values.md 14.2.
enum DocumentChecks {
  /// Checks that `_id` and `_creationTime`, where a caller supplied them, are the document's own.
  static func checkSystemFields(
    of value: ConvexObject,
    id: DocumentID,
    creationTime: Double
  ) throws(DatabaseError) {
    if let given = value["_id"], given != .string(id.string) {
      throw DatabaseError(
        code: "InvalidIdError",
        message: """
          Provided document ID "\(id.string)" doesn't match '_id' field \(given.displayText)
          """
      )
    }
    if let given = value["_creationTime"], given != .float64(creationTime) {
      throw DatabaseError(
        code: "InvalidCreationTimeError",
        message: """
          Provided creation time \(plainText(of: creationTime)) doesn't match '_creationTime' \
          field in \(ConvexValue.object(value).displayText)
          """
      )
    }
  }

  /// Checks nesting and field names of a whole document.
  static func checkShape(of object: ConvexObject, limits: Limits) throws(DatabaseError) {
    var violations: [String] = []
    let nesting = object.nesting
    if nesting > limits.documentNesting {
      violations.append(
        """
        Document is too nested (nested \(nesting) levels deep > maximum nesting \
        \(limits.documentNesting))
        """
      )
    }
    for (name, _) in object
    where name.utf8.first == UInt8(ascii: "_") && name != "_id" && name != "_creationTime" {
      violations.append(
        """
        Field '\(name)' starts with an underscore, which is only allowed for system fields \
        like '_id'
        """
      )
    }
    if violations.isEmpty { return }
    throw DatabaseError(
      code: "InvalidDocumentError",
      message: """
        Document(value: \(ConvexValue.object(object).displayText)) isn't a valid document: \
        \(violations.joined(separator: "\n "))
        """
    )
  }

  /// Checks the size of a whole document.
  static func checkSize(_ size: Int, limits: Limits) throws(DatabaseError) {
    if size <= limits.documentSizeBytes { return }
    throw DatabaseError(
      code: "ValueTooLargeError",
      message: """
        Value is too large (\(SizeText.binary(size)) > maximum size \
        \(SizeText.binary(limits.documentSizeBytes)))
        """
    )
  }

  /// A number as the reference prints it outside of values: without a forced `.0`.
  private static func plainText(of number: Double) -> String {
    let text = ConvexValue.float64(number).displayText
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

extension Catalog.Table {
  /// Checks a whole document against the schema in force.
  ///
  /// - Throws: ``DatabaseError`` `SchemaEnforcementError` with the validator's text.
  func checkSchema(
    of object: ConvexObject,
    tables: any TableMapping
  ) throws(DatabaseError) {
    guard let failure = schemaFailure(of: object, tables: tables) else { return }
    throw DatabaseError(
      code: "SchemaEnforcementError",
      message: """
        Failed to insert or update a document in table "\(name)" because it does not match the \
        schema: \(failure)
        """
    )
  }

  /// Why a document does not satisfy ``documentType``; nil if it does or nothing is demanded.
  func schemaFailure(of object: ConvexObject, tables: any TableMapping) -> String? {
    guard let documentType, documentType != .any else { return nil }
    let fields = object.keepingFields { $0.utf8.first != UInt8(ascii: "_") }
    return documentType.failureText(.object(fields), tables: tables)
  }
}
