/// What values a function argument, a result or a document may have (spec/values.md 10).
///
/// Usually written with the constructors of ``v``.
public indirect enum Validator: Sendable, Hashable {
  /// Exactly null.
  case null
  /// Any float64.
  case float64
  /// Any int64.
  case int64
  /// An int64 that a mutation may leave to be filled in with its commit timestamp.
  case commitTimestamp
  /// Any boolean.
  case boolean
  /// Any string.
  case string
  /// Any byte string.
  case bytes
  /// Any value.
  case any
  /// Exactly one value: a string, float64, int64 or boolean.
  case literal(ConvexValue)
  /// A string that is the id of a document of that table, existing or not.
  case id(TableName)
  /// An array whose elements all satisfy a validator.
  case array(Validator)
  /// An object with any names, all of which satisfy `keys`, and values that satisfy `values`.
  case record(keys: Validator, values: Validator)
  /// An object with given fields and no others.
  case object(ObjectValidator)
  /// A value that satisfies at least one of several validators; none satisfies the empty union.
  case union([Validator])
}

/// The fields of an object and what each may hold.
public struct ObjectValidator: Sendable, Hashable {
  /// Field validators by name, in byte order of the names.
  public private(set) var fields: [(name: String, field: FieldValidator)]

  /// Makes a validator of named fields; of equal names the last wins.
  ///
  /// - Parameter fields: Names, which are identifiers, with their validators.
  /// - Throws: ``ConvexValueError`` for a name that is no field name or no identifier.
  public init(
    validating fields: some Sequence<(String, FieldValidator)>
  ) throws(ConvexValueError) {
    self.fields = []
    for (name, field) in fields {
      try Identifier.validateFieldName(name)
      set(name, to: field)
    }
  }

  /// The validator of a field; nil if there is none of that name.
  public subscript(name: String) -> FieldValidator? {
    let position = lowerBound(of: name)
    guard position < fields.count, UTF8Order.areEqual(fields[position].name, name) else {
      return nil
    }
    return fields[position].field
  }

  private mutating func set(_ name: String, to field: FieldValidator) {
    let position = lowerBound(of: name)
    if position < fields.count, UTF8Order.areEqual(fields[position].name, name) {
      fields[position].field = field
    } else {
      fields.insert((name, field), at: position)
    }
  }

  private func lowerBound(of name: String) -> Int {
    var low = 0
    var high = fields.count
    while low < high {
      let middle = (low + high) / 2
      if UTF8Order.isLess(fields[middle].name, name) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  // MARK: Derived validators

  /// Without the named fields; names that are no fields are ignored.
  public func omitting(_ names: String...) -> ObjectValidator {
    var result = self
    result.fields.removeAll { names.contains($0.name) }
    return result
  }

  /// With the named fields only.
  ///
  /// - Parameter names: Names of fields.
  /// - Returns: The narrower validator.
  /// - Throws: ``ConvexValueError`` for a name that is no field.
  public func picking(_ names: String...) throws(ConvexValueError) -> ObjectValidator {
    for name in names where self[name] == nil {
      throw ConvexValueError(
        message: """
          A validator is undefined for field "\(name)" in v.object(). This is often caused by \
          circular imports. See https://docs.convex.dev/error#undefined-validator for details.
          """
      )
    }
    var result = self
    result.fields.removeAll { !names.contains($0.name) }
    return result
  }

  /// With the fields whose names satisfy `isIncluded`.
  package func keepingFields(where isIncluded: (String) -> Bool) -> ObjectValidator {
    var result = self
    result.fields.removeAll { !isIncluded($0.name) }
    return result
  }

  /// With every field optional.
  public func partial() -> ObjectValidator {
    var result = self
    for index in result.fields.indices { result.fields[index].field.isOptional = true }
    return result
  }

  /// With the fields of another validator added, which replace fields of the same name.
  public func extended(with other: ObjectValidator) -> ObjectValidator {
    var result = self
    for (name, field) in other.fields { result.set(name, to: field) }
    return result
  }

  /// Whether both have the same fields.
  public static func == (left: ObjectValidator, right: ObjectValidator) -> Bool {
    left.fields.elementsEqual(right.fields) { $0.name == $1.name && $0.field == $1.field }
  }

  /// Feeds the fields to `hasher`.
  public func hash(into hasher: inout Hasher) {
    for (name, field) in fields {
      hasher.combine(name)
      hasher.combine(field)
    }
  }
}

extension ObjectValidator: ExpressibleByDictionaryLiteral {
  /// Makes a validator; a name that is no identifier is a programming error.
  public init(dictionaryLiteral elements: (String, FieldValidator)...) {
    do { try self.init(validating: elements) } catch { preconditionFailure(error.message) }
  }
}

/// What one field of an object may hold, and whether it may be missing.
public struct FieldValidator: Sendable, Hashable {
  /// What the field may hold.
  public var validator: Validator
  /// Whether the field may be missing; it may never be null because of that.
  public var isOptional: Bool

  /// Makes the validator of a field.
  ///
  /// - Parameters:
  ///   - validator: What the field may hold.
  ///   - isOptional: Whether it may be missing.
  public init(_ validator: Validator, isOptional: Bool = false) {
    self.validator = validator
    self.isOptional = isOptional
  }
}
