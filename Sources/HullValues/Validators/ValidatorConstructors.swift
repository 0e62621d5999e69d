/// Something that can be the validator of an object's field: a ``Validator`` or an optional one.
public protocol FieldValidatorConvertible: Sendable {
  /// The validator of a field.
  var asField: FieldValidator { get }
}

extension Validator: FieldValidatorConvertible {
  /// The validator of a required field.
  public var asField: FieldValidator { FieldValidator(self) }
}

extension FieldValidator: FieldValidatorConvertible {
  /// Itself.
  public var asField: FieldValidator { self }
}

/// The constructors of validators, named as in Convex.
///
/// ```swift
/// v.object(["name": v.string(), "age": v.optional(v.float64())])
/// ```
public enum v {
  /// Exactly null.
  public static func null() -> Validator { .null }
  /// Any float64; another name of ``float64()``.
  public static func number() -> Validator { .float64 }
  /// Any float64.
  public static func float64() -> Validator { .float64 }
  /// Any int64; another name of ``int64()``.
  public static func bigint() -> Validator { .int64 }
  /// Any int64.
  public static func int64() -> Validator { .int64 }
  /// An int64 that a mutation may leave to be filled in with its commit timestamp.
  public static func commitTs() -> Validator { .commitTimestamp }
  /// Any boolean.
  public static func boolean() -> Validator { .boolean }
  /// Any string.
  public static func string() -> Validator { .string }
  /// Any byte string.
  public static func bytes() -> Validator { .bytes }
  /// Any value.
  public static func any() -> Validator { .any }
  /// Exactly that string.
  public static func literal(_ value: String) -> Validator { .literal(.string(value)) }
  /// Exactly that float64.
  public static func literal(_ value: Double) -> Validator { .literal(.float64(value)) }
  /// Exactly that int64.
  public static func literal(_ value: Int64) -> Validator { .literal(.int64(value)) }
  /// Exactly that boolean.
  public static func literal(_ value: Bool) -> Validator { .literal(.boolean(value)) }
  /// The id of a document of that table.
  public static func id(_ table: TableName) -> Validator { .id(table) }

  /// An array; whether its element validator is optional is without effect, as in Convex.
  public static func array(_ element: some FieldValidatorConvertible) -> Validator {
    .array(element.asField.validator)
  }

  /// An object with these fields and no others.
  public static func object(
    _ fields: KeyValuePairs<String, any FieldValidatorConvertible>
  ) -> Validator {
    do {
      return .object(try ObjectValidator(validating: fields.map { ($0.key, $0.value.asField) }))
    } catch {
      preconditionFailure(error.message)
    }
  }

  /// An object with any names; its rules are checked when the validator is used.
  public static func record(_ keys: Validator, _ values: Validator) -> Validator {
    .record(keys: keys, values: values)
  }

  /// A value that satisfies at least one of the members, tried in order.
  public static func union(_ members: any FieldValidatorConvertible...) -> Validator {
    .union(members.map(\.asField.validator))
  }

  /// The value or null.
  public static func nullable(_ validator: Validator) -> Validator { .union([validator, .null]) }

  /// The validator of a field that may be missing.
  public static func optional(_ validator: some FieldValidatorConvertible) -> FieldValidator {
    FieldValidator(validator.asField.validator, isOptional: true)
  }
}
