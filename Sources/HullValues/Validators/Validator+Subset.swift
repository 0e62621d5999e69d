extension Validator {
  /// Whether every value that satisfies this validator satisfies the other.
  ///
  /// It may say no where the answer is yes, never the reverse: a no only means that stored documents
  /// are checked again.
  public func isSubset(of other: Validator) -> Bool {
    switch (self, other) {
    case (.array(let element), .array(let otherElement)): return element.isSubset(of: otherElement)
    case (.object(let object), .object(let otherObject)): return object.isSubset(of: otherObject)
    case _ where self == other: return true
    case (_, .any), (.literal(.string), .string), (.literal(.int64), .int64),
      (.commitTimestamp, .int64), (.int64, .commitTimestamp), (.literal(.int64), .commitTimestamp),
      (.literal(.float64), .float64), (.literal(.boolean), .boolean), (.id, .string):
      return true
    case (.union(let members), _): return members.allSatisfy { $0.isSubset(of: other) }
    case (_, .union(let members)):
      if members.contains(where: { isSubset(of: $0) }) { return true }
      return self == .boolean
        && [true, false].allSatisfy { Validator.literal(.boolean($0)).isSubset(of: other) }
    default: return false
    }
  }
}

extension ObjectValidator {
  fileprivate func isSubset(of other: ObjectValidator) -> Bool {
    guard fields.allSatisfy({ other[$0.name] != nil }) else { return false }
    return other.fields.allSatisfy { name, otherField in
      guard let field = self[name] else { return otherField.isOptional }
      return (!field.isOptional || otherField.isOptional)
        && field.validator.isSubset(of: otherField.validator)
    }
  }
}
