// The JSON body of a function call (spec/http-api.md 2.1), read without building a tree.

import HullRuntime
import HullValues

/// A function call as its body states it.
struct FunctionCallBody {
  /// The path, not yet checked.
  var path: String
  /// The arguments, decoded or with the reason why not.
  var arguments: FunctionArguments
  /// The output format asked for.
  var format: ValueFormat?
  /// The snapshot asked for, as text.
  var timestamp: String?
  /// The component asked for.
  var componentPath: String?

  /// Which members a body must have.
  struct Shape {
    var needsPath = true
    var needsTimestamp = false
    var hasComponentPath = false
  }
}

extension FunctionCallBody {
  /// Reads a body.
  ///
  /// - Parameters:
  ///   - text: JSON.
  ///   - range: The part of `text` to read; nil for all of it.
  ///   - shape: Which members the route wants.
  ///   - prefix: Where in the whole body the call is, for messages: `queries[0].`.
  /// - Throws: ``BackendError`` `BadJsonBody`, or `BadFormat` for an unknown format.
  init(
    _ text: [UInt8],
    in range: Range<Int>? = nil,
    shape: Shape = Shape(),
    prefix: String = ""
  ) throws(BackendError) {
    let reader = BodyReader(text: text, range: range, prefix: prefix)
    var path: String?
    var args: Range<Int>?
    var format: String??
    var timestamp: String?
    var componentPath: String??
    for (key, value) in try reader.members() {
      switch key {
      case "path" where shape.needsPath:
        if path != nil { throw reader.duplicate(key, at: value) }
        path = try reader.string(value, key)
      case "args":
        if args != nil { throw reader.duplicate(key, at: value) }
        args = value
      case "format":
        if format != nil { throw reader.duplicate(key, at: value) }
        format = .some(try reader.optionalString(value, key))
      case "ts" where shape.needsTimestamp:
        if timestamp != nil { throw reader.duplicate(key, at: value) }
        timestamp = try reader.string(value, key)
      case "componentPath" where shape.hasComponentPath:
        if componentPath != nil { throw reader.duplicate(key, at: value) }
        componentPath = .some(try reader.optionalString(value, key))
      default: break
      }
    }
    if shape.needsPath, path == nil { throw reader.missing("path") }
    guard let args else { throw reader.missing("args") }
    if shape.needsTimestamp, timestamp == nil { throw reader.missing("ts") }
    self.path = path ?? ""
    arguments = FunctionArguments(json: text, in: args)
    self.format = try OutputFormat.parse(format ?? nil)
    self.timestamp = timestamp
    self.componentPath = componentPath ?? nil
  }
}

/// The names of output formats.
enum OutputFormat {
  /// The format with a name; nil for no name.
  ///
  /// - Throws: ``BackendError`` `BadFormat`.
  static func parse(_ name: String?) throws(BackendError) -> ValueFormat? {
    switch name {
    case nil: return nil
    case "json", "convex_clean_json": return .clean
    case "convex_encoded_json", "convex_json": return .encoded
    case "export_json": return .export
    case let name?:
      throw BackendError(
        kind: .badRequest,
        code: "BadFormat",
        message: "format param must be one of [`json`]. Got \(name)"
      )
    }
  }
}

/// Reads the members of a JSON object in a request, with the reference's texts for what is wrong.
struct BodyReader {
  let text: [UInt8]
  var range: Range<Int>?
  var prefix = ""

  /// The members of the object, in order.
  func members() throws(BackendError) -> [(key: String, value: Range<Int>)] {
    let members: [(key: String, value: Range<Int>)]?
    do {
      members = try JSONParser().members(text, in: range)
    } catch {
      throw .badJSONBody("Failed to parse the request body as JSON: \(error.message)")
    }
    guard let members else { throw unexpected(whole, "an object") }
    return members
  }

  /// The string that a member is.
  func string(_ value: Range<Int>, _ key: String) throws(BackendError) -> String {
    guard case .string(let string)? = json(value) else {
      throw unexpected(value, "a string", key)
    }
    return string
  }

  /// The string that a member is, or nil for null.
  func optionalString(_ value: Range<Int>, _ key: String) throws(BackendError) -> String? {
    switch json(value) {
    case .null?: return nil
    case .string(let string)?: return string
    default: throw unexpected(value, "a string", key)
    }
  }

  /// Where the elements of the array are that a member is.
  func elements(_ value: Range<Int>, _ key: String) throws(BackendError) -> [Range<Int>] {
    guard let elements = try? JSONParser().elements(text, in: value) else {
      throw unexpected(value, "a sequence", key)
    }
    return elements
  }

  private func json(_ value: Range<Int>) -> JSONValue? {
    try? JSONParser().json(text, in: value)
  }

  private var whole: Range<Int> { range ?? 0..<text.count }

  /// The error for a member that is not there.
  func missing(_ key: String) -> BackendError {
    let space: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
    let end = text[whole].lastIndex { !space.contains($0) } ?? whole.lowerBound
    return shapeError("missing field `\(key)`", at: end + 1)
  }

  /// The error for a member that is there twice.
  func duplicate(_ key: String, at value: Range<Int>) -> BackendError {
    shapeError("duplicate field `\(key)`", at: value.lowerBound)
  }

  /// The error for a value of the wrong type.
  func unexpected(_ value: Range<Int>, _ expected: String, _ key: String = "") -> BackendError {
    let found = json(value)?.shape ?? "an unreadable value"
    let place = key.isEmpty ? "" : "\(key): "
    return shapeError("\(place)invalid type: \(found), expected \(expected)", at: value.upperBound)
  }

  private func shapeError(_ reason: String, at offset: Int) -> BackendError {
    var line = 1
    var column = 0
    for byte in text.prefix(offset) {
      (line, column) = byte == 0x0A ? (line + 1, 0) : (line, column + 1)
    }
    return .badJSONBody(
      "Failed to deserialize the JSON body into the target type: "
        + "\(prefix)\(reason) at line \(line) column \(column)"
    )
  }
}

extension BackendError {
  /// The error for a body that is no call.
  static func badJSONBody(_ message: String) -> BackendError {
    BackendError(kind: .badRequest, code: "BadJsonBody", message: message)
  }
}
