/// A document that a vector search found.
///
/// For clients it is an object with `_id` and `_score`, so a function may return it as it is.
public struct VectorMatch<Of: TableReference>: Sendable, Hashable, Identifiable {
  /// The document's id; by the time it is loaded the document may be gone.
  public let id: ID<Of>
  /// How similar its vector is to the one searched for: the cosine of the angle between them, from
  /// -1, the opposite direction, to 1, the same direction.
  public let score: Double

  /// Makes a match.
  ///
  /// - Parameters:
  ///   - id: The document's id.
  ///   - score: How similar its vector is, -1…1.
  public init(id: ID<Of>, score: Double) {
    self.id = id
    self.score = score
  }
}

extension VectorMatch: FlattenableObject {
  /// `v.object({_id: v.id(…), _score: v.number()})`.
  public static var convexValidator: Validator { .object(ObjectValidator(names: flattenedFields)) }

  /// `_id` and `_score`.
  public static var flattenedFields: [(String, FieldValidator)] {
    [("_id", ID.convexField), ("_score", Double.convexField)]
  }

  /// Reads an object with `_id` and `_score`.
  public init(convexValue: ConvexValue) throws {
    guard case .object(let object) = convexValue else {
      throw ValueDecodingError(expected: "an object", found: convexValue)
    }
    id = try decodeField(object["_id"], named: "_id")
    score = try decodeField(object["_score"], named: "_score")
  }

  /// An object with `_id` and `_score`.
  public func convexValue() -> ConvexValue {
    .object(["_id": .string(id.string), "_score": .float64(score)])
  }
}
