import HullValues

/// The SQL of the views.
extension SQLView {
  /// Marks the views that are ours to drop; people may have added their own.
  private static let mark = "/* kept in step with the schema by Hull */"

  /// The statements that create views, by the name of the view.
  ///
  /// SQL does not tell upper from lower case in names, and reserves those that begin with
  /// `sqlite_`: of two tables whose names clash the second gets its number appended, and a
  /// reserved name an underscore put before it.
  static func definitions(of views: [SQLView]) -> [String: String] {
    var definitions: [String: String] = [:]
    var taken: Set<String> = []
    for view in views {
      var name = view.name
      if name.lowercased().hasPrefix("sqlite_") { name = "_" + name }
      if taken.contains(name.lowercased()) { name += "_\(view.tableNumber)" }
      taken.insert(name.lowercased())
      definitions[name] = view.definition(named: name)
    }
    return definitions
  }

  /// The statements of the views a file has.
  static func definitions(
    in connection: SQLiteConnection
  ) throws(PersistenceError) -> [String: String] {
    let rows = try connection.texts(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'view'",
      to: "read the views"
    )
    var definitions: [String: String] = [:]
    for row in rows where row[1].contains(mark) { definitions[row[0]] = row[1] }
    return definitions
  }

  private func definition(named name: String) -> String {
    var columns = [#"body ->> '$._id' AS "_id""#, #"creation_time AS "_creationTime""#]
    var taken: Set = ["_id", "_creationtime"]
    for column in nameableColumns where taken.insert(column.name.lowercased()).inserted {
      columns.append("\(column.expression) AS \(column.name.quotedForSQL)")
    }
    return """
      CREATE VIEW \(name.quotedForSQL) AS \(Self.mark)
      SELECT
        \(columns.joined(separator: ",\n  "))
      FROM _hull_documents WHERE table_number = \(tableNumber.rawValue)
      """
  }

  /// The columns whose fields SQLite's paths can name: those without a quote or a backslash.
  private var nameableColumns: [Column] {
    columns.filter { column in !column.name.utf8.contains { $0 == 0x22 || $0 == 0x5C } }
  }
}

extension SQLView.Column {
  fileprivate var expression: String {
    let path = #"$."\#(name)""#
    let value = "body ->> \(path.quotedAsSQLText)"
    guard kind == .int64 else { return value }
    let digits = #"body ->> '$."\#(name.replacingQuotes)"."$integer"'"#
    return "CASE WHEN \(digits) IS NULL THEN \(value) ELSE \(Self.int64(digits)) END"
  }

  /// Decodes eight little-endian bytes in base 64: three groups of four digits, three bytes each,
  /// of which the last group has two.
  private static func int64(_ digits: String) -> String {
    let alphabet = "'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'"
    func digit(_ position: Int) -> String {
      "(instr(\(alphabet), substr(\(digits), \(position), 1)) - 1)"
    }
    // Byte k of the number, from the two digits its bits are in.
    let bytes = (0..<8).map { k -> String in
      let first = k * 8 / 6 + 1
      return switch k % 3 {
      case 0: "(((\(digit(first)) << 2) | (\(digit(first + 1)) >> 4)) << \(8 * k))"
      case 1: "((((\(digit(first)) & 15) << 4) | (\(digit(first + 1)) >> 2)) << \(8 * k))"
      default: "((((\(digit(first)) & 3) << 6) | \(digit(first + 1))) << \(8 * k))"
      }
    }
    return "(" + bytes.joined(separator: " | ") + ")"
  }
}

extension String {
  /// The string as a name in SQL.
  var quotedForSQL: String {
    "\"" + split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }

  /// The string as a text value in SQL.
  fileprivate var quotedAsSQLText: String { "'" + replacingQuotes + "'" }

  fileprivate var replacingQuotes: String {
    split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
  }
}
