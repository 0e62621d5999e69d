/// The members that make a struct an object: its fields' names, validators, encoder and decoder.
///
/// Each field costs one line per member, and nothing in them needs inference: the time an expansion
/// takes to compile grows with its text.
struct ObjectMembers {
  /// The struct's name, as it is known inside itself.
  let type: String
  /// The access level with a space behind; empty for the default.
  let access: String
  /// In byte order of their names.
  let properties: [StoredProperty]

  /// What names types, and so belongs where the author wrote them: inside the struct.
  var members: [String] {
    let fields = properties.filter { !$0.isFlattened }
    var lines = ["\(access)struct Fields: Sendable {"]
    if !access.isEmpty { lines.append("  \(access)init() {}") }
    for field in fields {
      lines.append(
        "  \(access)let \(field.reference) = "
          + "Hull.Field<\(type), \(field.type)>(\"\(field.name)\")"
      )
    }
    lines.append("}")
    var list = ["\(access)static var convexFields: [Hull.ConvexField] {", "  ["]
    for property in properties {
      list.append(
        property.isFlattened
          ? "    .init(flattening: \(property.type).self),"
          : "    .init(\"\(property.name)\", \(property.type).self),"
      )
    }
    list += ["  ]", "}"]
    return [
      lines.joined(separator: "\n"), "\(access)static let fields = Fields()",
      list.joined(separator: "\n"),
    ]
  }

  /// The rest; an initializer in the struct itself would cost it the one it has for free.
  var extensionMembers: [String] {
    var lines: [String] = []
    if properties.contains(where: \.isFlattened) {
      lines.append("\(access)static var convexFlattens: Bool { true }")
    }
    lines += ["\(access)init(from decoder: inout Hull.ObjectDecoder) throws {"]
    for property in properties {
      lines.append(
        property.isFlattened
          ? "  self.\(property.reference) = try decoder.flattened()"
          : "  self.\(property.reference) = try decoder.field(\"\(property.name)\")"
      )
    }
    lines += ["}", "\(access)func encodeFields(into encoder: inout Hull.ObjectEncoder) throws {"]
    for property in properties {
      lines.append(
        property.isFlattened
          ? "  try encoder.flatten(self.\(property.reference))"
          : "  try encoder.field(\"\(property.name)\", self.\(property.reference))"
      )
    }
    lines.append("}")
    return lines
  }
}
