extension Validator: CustomStringConvertible {
  /// The text error messages show, for example `v.object({a: v.string()})`.
  public var description: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    switch self {
    case .null: text += "v.null()"
    case .float64: text += "v.float64()"
    case .int64: text += "v.int64()"
    case .commitTimestamp: text += "v.commitTs()"
    case .boolean: text += "v.boolean()"
    case .string: text += "v.string()"
    case .bytes: text += "v.bytes()"
    case .any: text += "v.any()"
    case .literal(let value): text += "v.literal(\(Validator.literalText(value)))"
    case .id(let table): text += "v.id(\"\(table)\")"
    case .array(let element):
      text += "v.array("
      element.write(to: &text)
      text += ")"
    case .record(let keys, let values):
      text += "v.record("
      keys.write(to: &text)
      text += ", "
      values.write(to: &text)
      text += ")"
    case .object(let object): object.write(to: &text)
    case .union(let members):
      text += "v.union("
      for (index, member) in members.enumerated() {
        if index > 0 { text += ", " }
        member.write(to: &text)
      }
      text += ")"
    }
  }

  fileprivate func write(field: FieldValidator, to text: inout String) {
    if field.isOptional { text += "v.optional(" }
    write(to: &text)
    if field.isOptional { text += ")" }
  }

  /// A literal as JSON; what JSON cannot say becomes `<bigint>` or `<number>`.
  package static func literalText(_ value: ConvexValue) -> String {
    switch value {
    case .int64, .commitTimestamp: return "<bigint>"
    case .float64(let number): return number.isFinite ? NumberText.json(number) : "<number>"
    default:
      var writer = JSONWriter()
      writer.value(value)
      return writer.string
    }
  }
}

extension ObjectValidator: CustomStringConvertible {
  /// The text error messages show, for example `v.object({a: v.optional(v.string())})`.
  public var description: String {
    var text = ""
    write(to: &text)
    return text
  }

  fileprivate func write(to text: inout String) {
    text += "v.object({"
    for (index, (name, field)) in fields.enumerated() {
      if index > 0 { text += ", " }
      text += "\(name): "
      field.validator.write(field: field, to: &text)
    }
    text += "})"
  }
}
