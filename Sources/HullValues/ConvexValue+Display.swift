extension ConvexValue {
  /// The value as error texts show it, for example `{a: 1.0, b: "x"}` (spec/values.md 8).
  public var displayText: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .int64(let value): text += String(value)
    case .commitTimestamp: text += String(Int64.max)
    case .float64(let value): text += NumberText.display(value)
    case .boolean(let value): text += value ? "true" : "false"
    case .string(let value): text += DisplayText.quoted(value)
    case .bytes(let value): text += "b\"\(Base64.encode(value))\""
    case .array(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { text += ", " }
        element.write(to: &text)
      }
      text += "]"
    case .object(let object):
      text += "{"
      for (index, field) in object.fields.enumerated() {
        if index > 0 { text += ", " }
        text += field.name
        text += ": "
        field.value.write(to: &text)
      }
      text += "}"
    }
  }
}

/// Text as error texts quote it.
package enum DisplayText {
  /// `text` in double quotes; characters that do not print are escaped.
  package static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" { result += "\\\"" } else { write(scalar, to: &result) }
    }
    return result + "\""
  }

  /// `scalar` in single quotes, escaped if it does not print.
  package static func quoted(_ scalar: Unicode.Scalar) -> String {
    var result = "'"
    if scalar == "'" { result += "\\'" } else { write(scalar, to: &result) }
    return result + "'"
  }

  private static func write(_ scalar: Unicode.Scalar, to text: inout String) {
    switch scalar {
    case "\\": text += "\\\\"
    case "\n": text += "\\n"
    case "\r": text += "\\r"
    case "\t": text += "\\t"
    case "\0": text += "\\0"
    case " "..."~": text.unicodeScalars.append(scalar)
    default:
      if isPrintable(scalar) {
        text.unicodeScalars.append(scalar)
      } else {
        text += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.properties.isGraphemeExtend { return false }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator, .spaceSeparator:
      return false
    default: return true
    }
  }
}
