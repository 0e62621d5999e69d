extension SchemaDefinition {
  /// Applies every rule to a schema that was built by code.
  ///
  /// - Throws: ``ConvexValueError`` with the reference's code and text.
  public func checkRules() throws(ConvexValueError) {
    for table in tables { try table.declaredDocumentType?.checkRules() }
    // The JSON form is where the rules are; a schema that survives the trip is a good one.
    let checked = try SchemaDefinition(json: try json())
    _ = try checked.appendingCreationTime()
    try checked.checkIndexReferences()
  }

  /// The schema as it is stored: `_creationTime` appended to the fields of every database index.
  ///
  /// - Returns: A schema whose ``IndexDefinition/fields`` are the stored ones.
  /// - Throws: ``ConvexValueError`` `IndexFieldsContainCreationTime`, `IndexFieldNameReserved` or
  ///   `IndexTooManyFields`.
  public func appendingCreationTime() throws(ConvexValueError) -> SchemaDefinition {
    var tables = self.tables
    for index in tables.indices {
      for position in tables[index].indexes.indices {
        tables[index].indexes[position].fields = try SchemaRules.storedFields(
          tables[index].indexes[position].fields
        )
      }
      for position in tables[index].stagedIndexes.indices {
        tables[index].stagedIndexes[position].fields = try SchemaRules.storedFields(
          tables[index].stagedIndexes[position].fields
        )
      }
    }
    return SchemaDefinition(tables: tables, schemaValidation: schemaValidation)
  }

  /// Checks that every field named by an index can exist in the documents of its table.
  ///
  /// - Throws: ``ConvexValueError`` `SchemaDefinitionError`.
  public func checkIndexReferences() throws(ConvexValueError) {
    guard schemaValidation else { return }
    for table in tables { try table.checkIndexReferences() }
  }

  // MARK: Documents

  /// Checks a document against its table's document type.
  ///
  /// - Parameters:
  ///   - document: The document with or without system fields, which are not looked at.
  ///   - table: The document's table.
  ///   - mapping: Which table an id belongs to.
  /// - Returns: What does not fit; nil if everything does, if the schema does not name the table or
  ///   if it does not validate.
  public func check(
    _ document: ConvexObject,
    in table: TableName,
    tables mapping: some TableMapping
  ) -> ValidationFailure? {
    guard schemaValidation, let type = self[table]?.declaredDocumentType, type != .any else {
      return nil
    }
    return type.check(.object(document.withoutSystemFields), tables: mapping)
  }

  /// The error of a write whose document does not fit the active schema.
  public static func writeError(
    _ failure: ValidationFailure,
    in table: TableName
  ) -> ConvexValueError {
    ConvexValueError(
      code: "SchemaEnforcementError",
      message: """
        Failed to insert or update a document in table "\(table)" because it does not match the \
        schema: \(failure.message)
        """
    )
  }

  /// The text of a stored document that does not fit a new schema.
  public static func existingDocumentMessage(
    _ failure: ValidationFailure,
    id: DocumentID,
    in table: TableName
  ) -> String {
    "Document with ID \"\(id)\" in table \"\(table)\" does not match the schema: \(failure.message)"
  }

  /// The text of a document, written while a new schema is pending, that does not fit it.
  public static func newDocumentMessage(
    _ failure: ValidationFailure,
    in table: TableName
  ) -> String {
    "New document in table \"\(table)\" does not match the schema: \(failure.message)"
  }

  /// Checks that a table may be deleted.
  ///
  /// - Parameter table: A table of the deployment.
  /// - Throws: ``ConvexValueError`` `SchemaEnforcementError` if the schema names the table or has
  ///   ids of it.
  public func checkDeletion(of table: TableName) throws(ConvexValueError) {
    if self[table]?.declaredDocumentType != nil {
      throw ConvexValueError(
        code: "SchemaEnforcementError",
        message: "Failed to delete table \"\(table)\" because it appears in the schema"
      )
    }
    for other in tables where other.declaredDocumentType?.references(table) == true {
      throw ConvexValueError(
        code: "SchemaEnforcementError",
        message: """
          Failed to delete table "\(table)" because `v.id("\(table)")` appears in the schema of \
          table "\(other.name)"
          """
      )
    }
  }

  /// Whether stored documents of a table must be checked before this schema can replace another.
  ///
  /// - Parameters:
  ///   - table: A table of this schema.
  ///   - active: The schema that has been enforced until now; nil if there was none.
  /// - Returns: False if what was enforced implies what will be.
  public func mustRevalidate(_ table: TableName, replacing active: SchemaDefinition?) -> Bool {
    guard schemaValidation, let new = self[table]?.documentType else { return false }
    let enforced: Validator =
      if let active, active.schemaValidation { active[table]?.documentType ?? .any } else { .any }
    return !enforced.isSubset(of: new)
  }
}

extension TableDefinition {
  /// The validator of whole documents: with `_id` and `_creationTime`.
  public var wholeDocumentType: Validator {
    let system: ObjectValidator = [
      "_id": FieldValidator(.id(name)), "_creationTime": FieldValidator(.float64),
    ]
    return switch documentType {
    case .object(let object): .object(object.extended(with: system))
    case .union(let members):
      .union(
        members.map { member in
          if case .object(let object) = member {
            .object(object.extended(with: system))
          } else {
            member
          }
        }
      )
    default: documentType
    }
  }

  fileprivate func checkIndexReferences() throws(ConvexValueError) {
    guard let type = declaredDocumentType else { return }
    var references: [(index: String, field: FieldPath)] = []
    for index in indexes + stagedIndexes {
      references += index.fields.map { (index.name, $0) }
    }
    for index in searchIndexes + stagedSearchIndexes {
      references.append((index.name, index.searchField))
    }
    for index in searchIndexes + stagedSearchIndexes {
      references += index.filterFields.map { (index.name, $0) }
    }
    let vectors = vectorIndexes + stagedVectorIndexes
    references += vectors.map { ($0.name, $0.vectorField) }
    for (index, field) in references where !type.canContain(field) {
      throw ConvexValueError(
        code: "SchemaDefinitionError",
        message: """
          In table "\(name)" the index "\(index)" is invalid because it references the field \
          "\(field)" that does not exist.
          """
      )
    }
    for index in vectors where !type.canContainVector(index.vectorField.fields[...]) {
      throw ConvexValueError(
        code: "SchemaDefinitionError",
        message: """
          In table "\(name)" the vector index "\(index.name)" is invalid because it references the \
          field "\(index.vectorField)" that is neither an array of float64 or optional array of \
          float64.
          """
      )
    }
  }
}

extension Validator {
  /// Whether some document of this type can have a value at `path`.
  fileprivate func canContain(_ path: FieldPath) -> Bool {
    // System fields are in every document though no document type declares them.
    path.fields.count == 1 && path.fields[0].utf8.first == 0x5F || canContain(path.fields[...])
  }

  private func canContain(_ path: ArraySlice<String>) -> Bool {
    guard let first = path.first else { return true }
    return switch self {
    case .any: true
    case .union(let members): members.contains { $0.canContain(path) }
    case .object(let object):
      object[first]?.validator.canContain(path.dropFirst()) ?? false
    default: false
    }
  }

  /// Whether some document of this type can have an array of float64 at `path`.
  fileprivate func canContainVector(_ path: ArraySlice<String>) -> Bool {
    guard let first = path.first else { return canBeVector }
    return switch self {
    case .any: true
    case .union(let members): members.contains { $0.canContainVector(path) }
    case .object(let object):
      object[first]?.validator.canContainVector(path.dropFirst()) ?? true
    default: false
    }
  }

  private var canBeVector: Bool {
    switch self {
    case .any, .array(.float64), .array(.any): true
    case .union(let members): members.contains(where: \.canBeVector)
    default: false
    }
  }

  /// Whether ids of `table` appear in the validator.
  fileprivate func references(_ table: TableName) -> Bool {
    switch self {
    case .id(let other): other == table
    case .array(let element): element.references(table)
    case .record(let keys, let values): keys.references(table) || values.references(table)
    case .object(let object): object.fields.contains { $0.field.validator.references(table) }
    case .union(let members): members.contains { $0.references(table) }
    default: false
    }
  }
}
