extension Validator {
  /// Checks a value.
  ///
  /// - Parameters:
  ///   - value: Any value.
  ///   - tables: Which table an id belongs to; virtual tables under their virtual names.
  /// - Returns: The first failure in the reference's order; nil if the value satisfies the validator.
  public func check(_ value: ConvexValue, tables: some TableMapping) -> ValidationFailure? {
    switch (self, value) {
    case (.any, _), (.null, .null), (.float64, .float64), (.int64, .int64),
      (.commitTimestamp, .int64), (.int64, .commitTimestamp), (.commitTimestamp, .commitTimestamp),
      (.boolean, .boolean), (.string, .string), (.bytes, .bytes):
      return nil
    case (.id(let table), .string(let text)): return checkID(text, table, tables)
    case (.literal(let literal), _):
      return literal == value
        ? nil : ValidationFailure(.literalMismatch(value: value, literal: literal))
    case (.array(let element), .array(let elements)):
      for (index, value) in elements.enumerated() {
        if let failure = element.check(value, tables: tables) {
          return failure.inside("[\(index)]")
        }
      }
      return nil
    case (.record(let keys, let values), .object(let object)):
      for field in object.fields {
        if let failure = keys.check(.string(field.name), tables: tables) {
          return failure.inside(".keys()")
        }
        if let failure = values.check(field.value, tables: tables) {
          return failure.inside(".values()")
        }
      }
      return nil
    case (.object(let validator), .object(let object)):
      return validator.check(object, tables: tables)
    case (.union(let members), _):
      if members.count == 1 { return members[0].check(value, tables: tables) }
      if members.contains(where: { $0.check(value, tables: tables) == nil }) { return nil }
      return noMatch(value)
    default: return noMatch(value)
    }
  }

  private func checkID(
    _ text: String,
    _ table: TableName,
    _ tables: some TableMapping
  ) -> ValidationFailure? {
    guard let id = try? DocumentID(parsing: text), let found = tables.tableName(for: id.tableNumber)
    else { return noMatch(.string(text)) }
    return found == table
      ? nil : ValidationFailure(.tableMismatch(id: text, found: found, expected: table))
  }

  private func noMatch(_ value: ConvexValue) -> ValidationFailure {
    ValidationFailure(.noMatch(value: value, validator: self))
  }
}

extension ObjectValidator {
  /// Checks an object.
  ///
  /// - Parameters:
  ///   - object: Any object.
  ///   - tables: Which table an id belongs to.
  /// - Returns: The first failure: wrong and missing fields before fields too many; nil if there is
  ///   none.
  public func check(_ object: ConvexObject, tables: some TableMapping) -> ValidationFailure? {
    // Both lists are in byte order, so one walk over them pairs the fields.
    var position = 0
    var extra: String?
    for (name, field) in fields {
      var value: ConvexValue?
      while position < object.fields.count {
        let found = object.fields[position].name
        // Names are ASCII, for which the standard library's equality is that of bytes and fast.
        let order = found == name ? 0 : UTF8Order.compare(found, name)
        if order > 0 { break }
        if order == 0 {
          value = object.fields[position].value
        } else if extra == nil {
          extra = object.fields[position].name
        }
        position += 1
      }
      if let value {
        if let failure = field.validator.check(value, tables: tables) {
          return failure.inside(".\(name)")
        }
      } else if !field.isOptional {
        return ValidationFailure(.missingField(name, object: object, validator: self))
      }
    }
    if extra == nil, position < object.fields.count { extra = object.fields[position].name }
    return extra.map { ValidationFailure(.extraField($0, object: object, validator: self)) }
  }
}
