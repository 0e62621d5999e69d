/// An enumeration of structs told apart by a field; `@ConvexUnion` writes the conformance.
///
/// ```swift
/// @ConvexUnion("type")
/// enum Payment { case cash(Cash), transfer(Transfer) }
/// ```
///
/// A value is the object of the case's struct with the case's name in the field `type`: its validator
/// is `v.union(v.object({type: v.literal("cash"), …}), v.object({type: v.literal("transfer"), …}))`.
public protocol ConvexUnion: ConvexConvertible {
  /// The field that names the case.
  static var convexTag: String { get }

  /// The cases in the order of their declarations.
  static var convexCases: [ConvexUnionCase<Self>] { get }

  /// The name of the case and the struct in it.
  var convexCase: (name: String, value: any ConvexStruct) { get }
}

/// One case of a ``ConvexUnion``.
public struct ConvexUnionCase<Union>: Sendable {
  let name: String
  let object: ObjectValidator
  let decode: @Sendable (ConvexValue) throws -> Union

  /// Declares a case.
  ///
  /// - Parameters:
  ///   - name: The case's name.
  ///   - type: The struct in it.
  ///   - make: Makes the case.
  public init<Value: ConvexStruct>(
    _ name: String,
    _ type: Value.Type,
    _ make: @escaping @Sendable (Value) -> Union
  ) {
    self.name = name
    object = Value.convexObject
    decode = { make(try Value(convexValue: $0)) }
  }
}

extension ConvexUnion {
  /// The union of the cases' objects, each with its literal.
  public static var convexValidator: Validator {
    .union(
      convexCases.map { member in
        let tag = ObjectValidator(names: [(convexTag, FieldValidator(v.literal(member.name)))])
        return .object(member.object.extended(with: tag))
      }
    )
  }

  /// Reads the object of the case its tag names.
  public init(convexValue: ConvexValue) throws {
    let name = convexValue[Self.convexTag]?.string
    guard let member = Self.convexCases.first(where: { $0.name == name }) else {
      let names = Self.convexCases.map { "\"\($0.name)\"" }.joined(separator: ", ")
      throw ValueDecodingError(
        expected: "one of \(names)",
        found: convexValue[Self.convexTag]
      ).inside("." + Self.convexTag)
    }
    self = try member.decode(convexValue)
  }

  /// The object of the struct with the tag.
  public func convexValue() throws -> ConvexValue {
    let (name, value) = convexCase
    var object = try value.convexObject()
    try object.set(Self.convexTag, to: .string(name))
    return .object(object)
  }
}
