/// Where a value is in a document: the names of nested fields, `a.b.c`.
///
/// Paths name the fields of indexes and of filters. Each part is an identifier; a path descends
/// through objects only.
public struct FieldPath: Sendable, Hashable {
  /// The names from the outermost field inwards; never empty.
  public let fields: [String]

  /// Reads a dotted path; dots at either end are ignored.
  ///
  /// - Parameter text: For example `address.city`.
  /// - Throws: ``ConvexValueError`` for an empty path and for a part that is not an identifier.
  public init(parsing text: String) throws(ConvexValueError) {
    let dot: UInt8 = 0x2E
    let utf8 = text.utf8
    guard let first = utf8.firstIndex(where: { $0 != dot }),
      let last = utf8.lastIndex(where: { $0 != dot })
    else { throw ConvexValueError(message: "Empty path \(text)") }
    var fields: [String] = []
    for part in utf8[first...last].split(separator: dot, omittingEmptySubsequences: false) {
      let name = String(decoding: part, as: UTF8.self)
      try Identifier.validateFieldName(name)
      fields.append(name)
    }
    self.fields = fields
  }

  /// Makes the path of a top-level field known to be an identifier.
  package init(field: String) { fields = [field] }

  /// The path of the `_id` field.
  public static let id = FieldPath(field: "_id")
  /// The path of the `_creationTime` field.
  public static let creationTime = FieldPath(field: "_creationTime")

  /// Whether the path names one of the two fields every document has.
  public var isSystemField: Bool { self == .id || self == .creationTime }
}

extension FieldPath: Comparable {
  /// Orders paths name by name.
  public static func < (left: FieldPath, right: FieldPath) -> Bool {
    left.fields.lexicographicallyPrecedes(right.fields, by: UTF8Order.isLess)
  }
}

extension FieldPath: CustomStringConvertible {
  /// The dotted form.
  public var description: String { fields.joined(separator: ".") }
}

extension FieldPath: ExpressibleByStringLiteral {
  /// Makes a path from a literal; a literal that is no path is a programming error.
  public init(stringLiteral value: String) {
    do { try self.init(parsing: value) } catch { preconditionFailure(error.message) }
  }
}
