internal import HullValues

extension Catalog.Table {
  /// Checks a whole document against the schema in force.
  ///
  /// - Throws: ``DatabaseError`` `SchemaEnforcementError` with the validator's text.
  func checkSchema(of object: ConvexObject, tables: Catalog) throws(DatabaseError) {
    guard let failure = schemaFailure(of: object, tables: tables) else { return }
    throw DatabaseError(SchemaDefinition.writeError(failure, in: name))
  }

  /// Why a document does not satisfy ``documentType``; nil if it does or nothing is demanded.
  func schemaFailure(of object: ConvexObject, tables: Catalog) -> ValidationFailure? {
    guard let documentType, documentType != .any else { return nil }
    return documentType.check(.object(object.withoutSystemFields), tables: tables)
  }
}

extension DatabaseError {
  /// A value's error as one of an operation.
  init(_ error: ConvexValueError) {
    self.init(code: error.code ?? "InvalidArgument", message: error.message)
  }
}
