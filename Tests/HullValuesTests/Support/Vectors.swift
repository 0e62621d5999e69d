import Foundation
import HullValues
import Testing

/// One case of a vector file, named so that a failing test says which.
struct VectorCase: Sendable, CustomTestStringConvertible {
  let file: String
  let section: String
  let index: Int
  let json: JSONValue

  var testDescription: String {
    let name =
      ["name", "why", "text", "constructor", "call", "path", "wire", "input", "generated"]
      .lazy.compactMap { json[$0] }.first?.description ?? json.description
    return "\(file)/\(section)[\(index)] \(name.prefix(80))"
  }

  subscript(key: String) -> JSONValue? { json[key] }

  /// A member that must be a string.
  func string(_ key: String) throws -> String { try #require(json[key]?.string, "\(key)") }

  /// A member read as the wire form of a value.
  func value(_ key: String) throws -> ConvexValue {
    try ConvexValue(json: try #require(json[key], "\(key)"))
  }

  /// Whether the reference accepts the case.
  var isOK: Bool { json["ok"]?.bool == true }
}

/// The vector files, which were made by running the reference.
enum Vectors {
  static func load(_ file: String) -> JSONValue {
    do {
      let url = try #require(
        Bundle.module.url(forResource: file, withExtension: "json", subdirectory: "Vectors")
      )
      // The typed notation of a deeply nested value nests three times as deep.
      var options = JSONParser.Options()
      options.maximumDepth = 300
      return try JSONParser(options: options).json(Array(Data(contentsOf: url)))
    } catch {
      fatalError("\(file): \(error)")
    }
  }

  /// The cases of a section, of which there must be some.
  static func cases(_ file: String, _ section: String) -> [VectorCase] {
    let array = load(file)[section]?.array ?? []
    precondition(!array.isEmpty, "\(file) has no section \(section)")
    return array.enumerated().map {
      VectorCase(file: file, section: section, index: $0.offset, json: $0.element)
    }
  }

  /// The sections of a file that hold cases, to notice sections without a test.
  static func sections(_ file: String) -> Set<String> {
    Set(load(file).object?.map(\.key) ?? []).subtracting(["source", "notes"])
  }
}

/// Expands `<k x 65>` to 65 letters k, as the vectors abbreviate long names.
func expanded(_ text: String) -> String {
  guard let start = text.range(of: "<k x "), let end = text.range(of: ">"),
    let count = Int(text[start.upperBound..<end.lowerBound])
  else { return text }
  return text.replacingCharacters(
    in: start.lowerBound..<end.upperBound,
    with: String(repeating: "k", count: count)
  )
}

/// The bytes of hexadecimal digits.
func bytes(hex: String) -> [UInt8] {
  var digits = hex.utf8.makeIterator()
  var result: [UInt8] = []
  while let high = digits.next(), let low = digits.next() {
    result.append(UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16) ?? 0)
  }
  return result
}

/// Hexadecimal digits of bytes.
func hex(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// Reads the typed notation of `value-json.json`.
func typedValue(_ json: JSONValue) throws -> ConvexValue {
  switch json["type"]?.string {
  case "null": return .null
  case "boolean": return .boolean(json["value"] == true)
  case "int64": return .int64(try #require(Int64(json["value"]?.string ?? "")))
  case "float64":
    return .float64(Double(bitPattern: try #require(UInt64(json["bits"]?.string ?? "", radix: 16))))
  case "string": return .string(try #require(json["value"]?.string))
  case "bytes": return .bytes(bytes(hex: try #require(json["hex"]?.string)))
  case "array": return .array(try #require(json["value"]?.array).map(typedValue))
  case "object":
    let fields = try #require(json["value"]?.object).filter { $0.value["type"] != "undefined" }
    return .object(
      try ConvexObject(validating: try fields.map { ($0.key, try typedValue($0.value)) })
    )
  case "commitTsPlaceholder": return .commitTimestamp
  default: throw ConvexValueError(message: "unknown type in \(json)")
  }
}

/// The mapping a vector file gives as table name to number, virtual tables under their own names.
func tableMapping(_ json: JSONValue?) throws -> FixedTableMapping {
  let virtual = ["_file_storage": "_storage", "_scheduled_jobs": "_scheduled_functions"]
  var numbers: [TableName: TableNumber] = [:]
  for (name, number) in try #require(json?.object) {
    numbers[try TableName(validating: virtual[name] ?? name)] = TableNumber(
      rawValue: UInt32(try #require(number.integer))
    )
  }
  return FixedTableMapping(numbers)
}

/// The error `body` throws; records an issue if it throws none.
func thrown<Value>(_ body: () throws -> Value) -> (any Error)? {
  do {
    _ = try body()
    return nil
  } catch {
    return error
  }
}

extension InternalID {
  /// Makes an id of 32 hexadecimal digits.
  init?(hex text: String) { self.init(bytes: HullValuesTests.bytes(hex: text)) }
}
