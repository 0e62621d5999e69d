/// Renders logged arguments as `console.log` of the reference does.
///
/// Strings stand in single quotes; an object takes a line per field, indented by two; an array
/// stays on one line while all its elements do. Objects nested deeper than ``maximumDepth`` are
/// named only.
package enum ConsoleText {
  /// How many levels of arrays and objects are shown.
  static let maximumDepth = 5

  /// The text of an argument of any type: as a value if it is one, else as Swift prints it.
  static func render(any argument: Any) -> String {
    switch argument {
    case let text as String: quote(text)
    case let value as any ConvexConvertible:
      (try? value.convexValue()).map(render) ?? String(describing: argument)
    case let object as ConvexObject: render(.object(object))
    case let id as DocumentID: quote(id.string)
    default: String(describing: argument)
    }
  }

  /// The text of an argument that is a value.
  package static func render(_ value: ConvexValue) -> String {
    render(value, depth: 0, indent: "\n")
  }

  /// `indent` is a line break and the spaces that begin a line at this level.
  private static func render(_ value: ConvexValue, depth: Int, indent: String) -> String {
    switch value {
    case .null: return "null"
    case .int64(let integer): return "\(integer)n"
    case .float64(let number): return render(number)
    case .boolean(let truth): return truth ? "true" : "false"
    case .string(let text): return quote(text)
    case .bytes(let bytes): return "ArrayBuffer(\(bytes.count)) b\"\(Base64.encode(bytes))\""
    case .commitTimestamp: return "commitTs"
    case .array(let elements):
      guard !elements.isEmpty else { return "[]" }
      guard depth < maximumDepth else { return "[Array]" }
      let parts = elements.map { render($0, depth: depth + 1, indent: indent + "  ") }
      return parts.contains { $0.contains("\n") }
        ? "[" + joined(parts, indent: indent) + "]"
        : "[ " + parts.joined(separator: ", ") + " ]"
    case .object(let object):
      guard !object.isEmpty else { return "{}" }
      guard depth < maximumDepth else { return "[Object]" }
      let parts = object.map { name, value in
        (isPlain(name) ? name : quote(name)) + ": "
          + render(value, depth: depth + 1, indent: indent + "  ")
      }
      return "{" + joined(parts, indent: indent) + "}"
    }
  }

  private static func joined(_ parts: [String], indent: String) -> String {
    indent + "  " + parts.joined(separator: "," + indent + "  ") + indent
  }

  private static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: "$") }
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == UInt8(ascii: "_")
  }

  private static func quote(_ text: String) -> String {
    var result = "'"
    for scalar in text.unicodeScalars {
      switch scalar {
      case "'": result += "\\'"
      case "\\": result += "\\\\"
      case "\u{8}": result += "\\b"
      case "\t": result += "\\t"
      case "\n": result += "\\n"
      case "\u{C}": result += "\\f"
      case "\r": result += "\\r"
      case "\0"..."\u{1F}":
        let digits = String(scalar.value, radix: 16, uppercase: true)
        result += "\\x" + (digits.count < 2 ? "0" : "") + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "'"
  }

  /// A number as JavaScript prints it.
  private static func render(_ number: Double) -> String {
    if number.isNaN { return "NaN" }
    if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
    if number == 0 { return number.sign == .minus ? "-0" : "0" }
    guard number.magnitude < 1e-6 || number.magnitude >= 1e21 else {
      return NumberText.plain(number)
    }
    // Swift pads the exponent to two digits, JavaScript does not.
    let parts = number.description.split(separator: "e", maxSplits: 1)
    guard let digits = parts.first, let exponent = parts.last.flatMap({ Int($0) }) else {
      return number.description
    }
    let mantissa = digits.hasSuffix(".0") ? digits.dropLast(2) : digits
    return "\(mantissa)e\(exponent < 0 ? "" : "+")\(exponent)"
  }
}
