import Hull

/// Whoever created or changed a row.
///
/// The application has no accounts yet: fields of this type stay empty, and the table is not part
/// of the schema.
enum User: TableReference {
  static let tableName = "users"
}
