internal import HullPersistence
internal import HullValues

/// Tables that exist in every database: those functions read through `db.system`, and the server's
/// own, which no function sees.
///
/// Their numbers are 512 plus a constant of the reference (spec/values.md 9.5), so that ids of
/// stored files and scheduled functions look as they do there.
enum SystemTables {
  static let all: [(name: TableName, number: TableNumber)] = [
    ("_cron_jobs", cronJobs),
    ("_environment_variables", environmentVariables),
    ("_session_requests", sessionRequests),
    ("_scheduled_functions", scheduledFunctions),
    ("_storage", storedFiles),
    ("_file_keys", fileKeys),
    ("_file_ids", fileIDs),
  ]

  /// The indexes of these tables besides `by_creation_time`.
  static let indexes: [TableNumber: [(name: String, fields: [FieldPath])]] = [
    scheduledFunctions: [
      // What is due, in order; what was running when the process ended.
      ("by_state", ["state.kind", "scheduledTime", .creationTime]),
      // What has been over for long.
      ("by_completion", ["completedTime", .creationTime]),
    ]
  ]

  /// The functions that run later, or did.
  static let scheduledFunctions = TableNumber(known: 512 + 27)

  /// The functions that run again and again, with what came of their last runs.
  static let cronJobs = TableNumber(known: 512 + 19)

  /// What functions see of stored files.
  static let storedFiles = TableNumber(known: 512 + 28)

  // The next two the reference does not have: numbers far behind those it uses.

  /// The key of each stored file, by the file's own internal id.
  static let fileKeys = TableNumber(known: 9_001)

  /// The id of each stored file, by its key.
  static let fileIDs = TableNumber(known: 9_002)

  /// What came of the mutations of clients' sessions.
  static let sessionRequests = TableNumber(known: 512 + 17)

  /// The variables functions read with `ctx.env`.
  static let environmentVariables = TableNumber(known: 512 + 13)

  /// Tables that are the server's own business.
  static let hidden: Set<TableNumber> = [
    cronJobs, environmentVariables, fileIDs, fileKeys, sessionRequests,
  ]

  /// One read-only view per table of a schema, with the fields its documents may have.
  static func views(of schema: SchemaDefinition, catalog: Catalog) -> [SQLView] {
    schema.tables.compactMap { definition in
      guard let number = catalog.tableNumber(for: definition.name) else { return nil }
      return SQLView(
        name: definition.name.rawValue,
        tableNumber: number,
        columns: columns(of: definition.documentType)
      )
    }
  }

  private static func columns(of documentType: Validator) -> [SQLView.Column] {
    let objects: [ObjectValidator] =
      switch documentType {
      case .object(let object): [object]
      case .union(let members):
        members.compactMap { if case .object(let object) = $0 { object } else { nil } }
      default: []
      }
    var columns: [SQLView.Column] = []
    for object in objects {
      for (name, field) in object.fields where !columns.contains(where: { $0.name == name }) {
        columns.append(
          SQLView.Column(name: name, kind: field.validator == .int64 ? .int64 : .value)
        )
      }
    }
    return columns
  }
}
