/// One declared argument of a function.
public struct Argument: Sendable {
  /// The argument's name.
  public let name: String
  /// What its value must be, and whether it may be absent.
  public let field: FieldValidator

  /// Declares an argument of a Swift type.
  ///
  /// - Parameters:
  ///   - name: The argument's name.
  ///   - type: The type of the parameter; `T?` may be absent.
  ///   - isOptional: Whether it may be absent although its type is not optional, because the
  ///     parameter has a default value.
  public init<T: ConvexConvertible>(_ name: String, _ type: T.Type, isOptional: Bool = false) {
    self.name = name
    let field = T.convexField
    self.field = FieldValidator(field.validator, isOptional: isOptional || field.isOptional)
  }

  /// The validator of an argument list.
  static func validator(_ arguments: [Argument]) -> Validator {
    .object(ObjectValidator(names: arguments.map { ($0.name, $0.field) }))
  }
}

/// The arguments of one call, decoded by name.
public struct Arguments: Sendable {
  /// The arguments as values.
  public let fields: ConvexObject

  package init(_ fields: ConvexObject) { self.fields = fields }

  /// Decodes an argument.
  ///
  /// - Parameter name: The argument's name.
  /// - Returns: The value as the type the context asks for.
  public subscript<T: ConvexConvertible>(name: String) -> T {
    get throws { try decode(fields[name], name) }
  }

  /// Decodes an argument that has a default value.
  ///
  /// - Parameters:
  ///   - name: The argument's name.
  ///   - defaultValue: What an absent argument means.
  /// - Returns: The value as the type the context asks for.
  public subscript<T: ConvexConvertible>(
    name: String, default defaultValue: @autoclosure () throws -> T
  ) -> T {
    get throws {
      guard let value = fields[name] else { return try defaultValue() }
      return try decode(value, name)
    }
  }

  private func decode<T: ConvexConvertible>(_ value: ConvexValue?, _ name: String) throws -> T {
    do {
      return try T(convexField: value)
    } catch let error as ValueDecodingError {
      throw HullError(
        code: .invalidArgument,
        message: "Invalid argument \(error.inside(name))"
      )
    }
  }
}
