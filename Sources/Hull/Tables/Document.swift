/// A stored document: its system fields and, as members, the fields of its table's struct.
///
/// ```swift
/// let customer = try await ctx.db.get(id)  // Document<Customer>?
/// customer?.name
/// ```
///
/// Returned from a function it goes out as the bytes it was stored as.
@dynamicMemberLookup
public struct Document<Of: Table>: Sendable, Identifiable {
  /// The document's id, `_id` for clients.
  public let id: ID<Of>
  /// When it was inserted, in milliseconds since 1970: `_creationTime` for clients.
  public let creationTime: Double
  /// The fields as a struct, to change and write back with `ctx.db.replace`.
  public let value: Of

  private let stored: EncodedDocument

  /// A field of the document.
  public subscript<Value>(dynamicMember member: KeyPath<Of, Value>) -> Value {
    value[keyPath: member]
  }
}

extension Document: TypedDocumentForm {
  /// Decodes a stored document.
  public init(stored: EncodedDocument) throws {
    self.stored = stored
    id = ID(unchecked: stored.id)
    creationTime = stored.creationTime
    do {
      value = try Of(convexValue: .object(stored.object()))
    } catch let error as ValueDecodingError {
      throw HullError(
        code: .undecodableValue,
        message: "Document \(stored.id) of table \"\(Of.tableName)\" is not a \(Of.self): \(error)"
      )
    }
  }
}

extension Document: FlattenableObject {
  /// `v.object({…})` with the system fields.
  public static var convexValidator: Validator { .object(Of.documentObject) }

  /// The fields with the system fields.
  public static var flattenedFields: [(String, FieldValidator)] { Of.documentFields }

  /// Reads an object that has the system fields.
  public init(convexValue: ConvexValue) throws {
    try self.init(stored: EncodedDocument(convexValue: convexValue))
  }

  /// The whole document.
  public func convexValue() throws -> ConvexValue { .object(try stored.object()) }

  /// Appends the stored JSON.
  public func encode(into writer: inout JSONWriter) { writer.encoded(stored.json) }
}

extension Document: Equatable {
  /// Whether both are the same version of the same document.
  public static func == (left: Document, right: Document) -> Bool { left.stored == right.stored }
}

extension Document: Hashable {
  /// Feeds the version of the document.
  public func hash(into hasher: inout Hasher) { hasher.combine(stored) }
}

/// A stored document that is passed on without looking at its fields.
///
/// A query of such documents costs no decoding: `ctx.db.query(Customer.self).encoded().collect()`
/// returns `[Encoded<Customer>]`, which a function may return as it is.
public struct Encoded<Of: Table>: Sendable, Hashable, Identifiable {
  private let stored: EncodedDocument

  /// Keeps a stored document as it is.
  public init(stored: EncodedDocument) { self.stored = stored }

  /// The document's id.
  public var id: ID<Of> { ID(unchecked: stored.id) }

  /// When it was inserted, in milliseconds since 1970.
  public var creationTime: Double { stored.creationTime }

  /// The document with its fields.
  ///
  /// - Throws: ``HullError`` `.undecodableValue` if the stored fields are not those of the struct.
  public func decoded() throws -> Document<Of> { try Document(stored: stored) }
}

extension Encoded: TypedDocumentForm {
  /// Keeps stored documents as they are.
  public static func all(stored: [EncodedDocument]) throws -> [Encoded] {
    // Sound: an `Encoded` is one stored property of type `EncodedDocument` and nothing else, so the
    // elements of both arrays have the same size, alignment and references, and neither is a class.
    // The array goes over as it is; to copy it would count references once more for each document.
    unsafeBitCast(stored, to: [Encoded].self)
  }
}

extension Encoded: FlattenableObject {
  /// `v.object({…})` with the system fields.
  public static var convexValidator: Validator { .object(Of.documentObject) }

  /// The fields with the system fields.
  public static var flattenedFields: [(String, FieldValidator)] { Of.documentFields }

  /// Reads an object that has the system fields.
  public init(convexValue: ConvexValue) throws {
    stored = try EncodedDocument(convexValue: convexValue)
  }

  /// The whole document.
  public func convexValue() throws -> ConvexValue { .object(try stored.object()) }

  /// Appends the stored JSON.
  public func encode(into writer: inout JSONWriter) { writer.encoded(stored.json) }
}

/// A form in which a query hands out documents: ``Document``, ``Encoded``, or a plain object.
public protocol DocumentForm: Sendable {
  /// Makes the form of a stored document.
  ///
  /// - Parameter stored: The document as the store has it.
  /// - Throws: ``HullError`` `.undecodableValue` if it has not the fields the form needs.
  init(stored: EncodedDocument) throws

  /// Makes the forms of many stored documents.
  ///
  /// - Parameter stored: The documents as the store has them.
  /// - Returns: Their forms, in the same order.
  /// - Throws: What ``init(stored:)`` throws for the first that cannot be made.
  static func all(stored: [EncodedDocument]) throws -> [Self]
}

extension DocumentForm {
  /// Makes the forms one by one.
  public static func all(stored: [EncodedDocument]) throws -> [Self] {
    try stored.map { try Self(stored: $0) }
  }
}

/// A form of the documents of one table's struct.
public protocol TypedDocumentForm<Of>: DocumentForm {
  /// The table's struct.
  associatedtype Of: Table
}

extension ConvexObject: DocumentForm {
  /// Decodes a stored document.
  public init(stored: EncodedDocument) throws { self = try stored.object() }
}

extension EncodedDocument {
  /// Reads a document that came as a value.
  init(convexValue: ConvexValue) throws {
    guard case .object(let object) = convexValue, let id = object["_id"]?.string,
      let documentID = try? DocumentID(parsing: id),
      let creationTime = object["_creationTime"]?.float64
    else { throw ValueDecodingError(expected: "a document", found: convexValue) }
    self.init(id: documentID, creationTime: creationTime, json: EncodedValue(object))
  }
}
