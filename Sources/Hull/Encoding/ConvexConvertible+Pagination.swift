// What paginated queries take and return.

extension PaginationOptions: ConvexConvertible {
  /// The validator of a `paginationOpts` argument.
  public static var convexValidator: Validator { validator }

  /// Reads an object.
  public init(convexValue: ConvexValue) throws {
    guard case .object(let object) = convexValue, let options = PaginationOptions(object) else {
      throw ValueDecodingError(expected: "pagination options", found: convexValue)
    }
    self = options
  }

  /// An object; `cursor` is null for the first page.
  public func convexValue() -> ConvexValue {
    var fields: [ConvexObject.Field] = [
      .init(name: "cursor", value: cursor.map { .string($0) } ?? .null)
    ]
    if let endCursor { fields.append(.init(name: "endCursor", value: .string(endCursor))) }
    if let id { fields.append(.init(name: "id", value: .float64(id))) }
    if let maximumBytesRead {
      fields.append(.init(name: "maximumBytesRead", value: .float64(maximumBytesRead)))
    }
    if let maximumRowsRead {
      fields.append(.init(name: "maximumRowsRead", value: .float64(maximumRowsRead)))
    }
    fields.append(.init(name: "numItems", value: .float64(numItems)))
    return .object(ConvexObject(normalizing: fields))
  }
}

extension Paginated: ConvexConvertible where Element: ConvexConvertible {
  /// `paginationResultValidator(…)`.
  public static var convexValidator: Validator {
    .object([
      "page": FieldValidator(.array(Element.convexValidator)),
      "isDone": FieldValidator(.boolean),
      "continueCursor": FieldValidator(.string),
      "splitCursor": FieldValidator(.union([.string, .null]), isOptional: true),
      "pageStatus": FieldValidator(
        .union([
          .literal("SplitRecommended"), .literal("SplitRequired"), .null,
        ]),
        isOptional: true
      ),
    ])
  }

  /// Reads an object.
  public init(convexValue: ConvexValue) throws {
    var decoder = ObjectDecoder(try ConvexObject(convexValue: convexValue))
    continueCursor = try decoder.field("continueCursor")
    isDone = try decoder.field("isDone")
    page = try decoder.field("page")
    let status: Nullable<String>? = try decoder.field("pageStatus")
    pageStatus = status?.value.flatMap { .init(rawValue: $0) }
    let split: Nullable<String>? = try decoder.field("splitCursor")
    splitCursor = split?.value
  }

  /// An object.
  public func convexValue() throws -> ConvexValue {
    var encoder = ObjectEncoder()
    try encodeFields(into: &encoder)
    return .object(encoder.object())
  }

  /// Appends a JSON object; the page's documents as they are stored.
  public func encode(into writer: inout JSONWriter) throws {
    var encoder = ObjectEncoder(appendingTo: writer)
    writer = JSONWriter()
    try encodeFields(into: &encoder)
    writer = encoder.finish()
  }

  private func encodeFields(into encoder: inout ObjectEncoder) throws {
    try encoder.field("continueCursor", continueCursor)
    try encoder.field("isDone", isDone)
    try encoder.field("page", page)
    try encoder.field("pageStatus", pageStatus?.rawValue)
    try encoder.field("splitCursor", splitCursor)
  }
}
