internal import HullValues

// What the catalog asks of schemas and validators, in one place.

extension SchemaDefinition {
  /// The form the catalog keeps a schema in.
  var catalogText: String { "" }

  /// Reads the form the catalog keeps a schema in.
  init(catalogText: String) throws { self.init() }
}

extension Validator {
  /// Whether every value the other validator accepts is accepted; false negatives are possible.
  func covers(_ other: Validator) -> Bool { self == other }

  /// Why a value does not satisfy the validator; nil if it does.
  func failureText(_ value: ConvexValue, tables: any TableMapping) -> String? { nil }
}
