/// What requests and responses have in common: header fields and a body that can be read in several
/// ways.
public protocol HTTPMessage: Sendable {
  /// The header fields.
  var headers: HTTPFields { get set }
  /// The body.
  var body: HTTPBody { get set }
}

extension HTTPMessage {
  /// Reads the whole body.
  ///
  /// - Parameter limit: The most bytes to accept: 20 MiB unless told otherwise.
  /// - Returns: The bytes.
  /// - Throws: ``HTTPBodyError``, or what the source of the body throws.
  public func bytes(upTo limit: Int = 20 << 20) async throws -> [UInt8] {
    try await body.collect(upTo: limit)
  }

  /// Reads the whole body as text.
  ///
  /// - Parameter limit: The most bytes to accept: 20 MiB unless told otherwise.
  /// - Returns: The text.
  /// - Throws: ``HTTPBodyError/notUTF8``, another ``HTTPBodyError``, or what the source of the body
  ///   throws.
  public func text(upTo limit: Int = 20 << 20) async throws -> String {
    guard let text = String(validating: try await bytes(upTo: limit), as: UTF8.self) else {
      throw HTTPBodyError.notUTF8
    }
    return text
  }

  /// Reads the whole body as plain JSON: numbers are float64, and objects may have any names.
  ///
  /// - Parameter limit: The most bytes to accept: 20 MiB unless told otherwise.
  /// - Returns: The value.
  /// - Throws: `JSONParseError` for what is no JSON, ``HTTPBodyError``, or what the source of the body
  ///   throws.
  public func json(upTo limit: Int = 20 << 20) async throws -> ConvexValue {
    ConvexValue(plain: try JSONParser().json(try await bytes(upTo: limit)))
  }

  /// Reads the whole body as plain JSON of a Swift type.
  ///
  /// - Parameters:
  ///   - type: The type.
  ///   - limit: The most bytes to accept: 20 MiB unless told otherwise.
  /// - Returns: The value.
  /// - Throws: ``ValueDecodingError`` for JSON of another shape, and what ``json(upTo:)`` throws.
  public func json<Value: ConvexConvertible>(
    as type: Value.Type,
    upTo limit: Int = 20 << 20
  ) async throws -> Value {
    try Value(convexValue: try await json(upTo: limit))
  }
}

extension ConvexValue {
  /// The value plain JSON stands for.
  ///
  /// Names of fields are taken as they are, so a value with others than those of documents can be
  /// looked into but not stored.
  init(plain json: JSONValue) {
    switch json {
    case .null: self = .null
    case .bool(let value): self = .boolean(value)
    case .integer(let value): self = .float64(Double(value))
    case .double(let value): self = .float64(value)
    case .string(let value): self = .string(value)
    case .array(let values): self = .array(values.map { ConvexValue(plain: $0) })
    case .object(let object):
      self = .object(
        ConvexObject(
          normalizing: object.map { .init(name: $0.key, value: ConvexValue(plain: $0.value)) }
        )
      )
    }
  }
}
