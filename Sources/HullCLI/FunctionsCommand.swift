// `functions`: what can be called.

import ArgumentParser
import Hull
import HullRuntime
import HullValues

/// Prints a table of all functions.
struct FunctionsCommand<App: HullApplication>: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "functions",
      abstract: "List all functions: path, kind, visibility and arguments."
    )
  }

  func run() async throws {
    try await reportingErrors {
      let functions = try FunctionRegistry(App.application).functions
      let rows = functions.map { function in
        [
          function.path.stripped, function.definition.kind.rawValue,
          function.definition.visibility.rawValue, ArgumentsText.of(function.definition.args),
        ]
      }
      print(TextTable.render([["FUNCTION", "KIND", "VISIBILITY", "ARGUMENTS"]] + rows))
    }
  }
}

/// Rows of text in columns.
enum TextTable {
  /// Pads every column but the last to its widest cell.
  static func render(_ rows: [[String]]) -> String {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      row.enumerated().map { column, cell in
        column == row.count - 1
          ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}

/// Argument validators in the notation of TypeScript, which Convex's own documentation uses.
enum ArgumentsText {
  /// The text for the arguments of a function.
  static func of(_ validator: Validator) -> String {
    switch validator {
    case .any: "any"
    case .null: "null"
    case .float64: "number"
    case .int64, .commitTimestamp: "bigint"
    case .boolean: "boolean"
    case .string: "string"
    case .bytes: "bytes"
    case .literal(let value): literal(value)
    case .id(let table): "Id<\"\(table)\">"
    case .array(let element): "\(element.isUnion ? "(\(of(element)))" : of(element))[]"
    case .record(let keys, let values): "Record<\(of(keys)), \(of(values))>"
    case .object(let object): fields(object)
    case .union(let members):
      members.isEmpty ? "never" : members.map(of).joined(separator: " | ")
    }
  }

  private static func fields(_ object: ObjectValidator) -> String {
    if object.fields.isEmpty { return "{}" }
    let fields = object.fields.map { name, field in
      "\(name)\(field.isOptional ? "?" : ""): \(of(field.validator))"
    }
    return "{ " + fields.joined(separator: ", ") + " }"
  }

  private static func literal(_ value: ConvexValue) -> String {
    var writer = JSONWriter()
    writer.value(value, format: .export)
    return writer.string
  }
}

extension Validator {
  fileprivate var isUnion: Bool {
    if case .union(let members) = self { members.count > 1 } else { false }
  }
}
