/// Bounds every value satisfies, whatever it is used for (spec/values.md 2).
public enum ValueLimits {
  /// The most elements an array may have.
  public static let maximumElements = 8192
  /// The most fields an object may have.
  public static let maximumFields = 1024
  /// The deepest nesting of arrays and objects in a value in transit.
  public static let maximumNesting = 64
  /// The largest size of a value in transit, in bytes by Convex's measure: 32 MiB.
  public static let maximumSize = 1 << 25
  /// The deepest nesting of a document, the document itself counting as 1.
  public static let maximumDocumentNesting = 16
  /// The largest size of a document with its system fields: 1 MiB.
  public static let maximumDocumentSize = 1 << 20
}

extension ConvexValue {
  /// The size in bytes by Convex's measure, which limits and bandwidth are counted in.
  public var size: Int {
    switch self {
    case .null, .boolean: return 1
    case .int64, .float64, .commitTimestamp: return 9
    case .string(let value): return 2 + value.utf8.count
    case .bytes(let value): return 2 + value.count
    case .array(let elements):
      var total = 2
      for element in elements { total += element.size }
      return total
    case .object(let object): return object.size
    }
  }

  /// How many arrays and objects are nested in each other; 0 for scalars, 1 for `[]`.
  public var nesting: Int {
    switch self {
    case .array(let elements):
      var deepest = 0
      for element in elements { deepest = Swift.max(deepest, element.nesting) }
      return 1 + deepest
    case .object(let object): return object.nesting
    default: return 0
    }
  }

  /// Checks that the value respects every limit on values in transit.
  ///
  /// Call it on values built by code; the JSON parser has checked the ones it returns.
  ///
  /// - Throws: ``ConvexValueError`` of the innermost part that exceeds a limit.
  public func checkLimits() throws(ConvexValueError) {
    _ = try measured()
  }

  /// Size and nesting of a value all of whose parts respect the limits.
  private func measured() throws(ConvexValueError) -> (size: Int, nesting: Int) {
    var total = 2
    var deepest = 0
    switch self {
    case .array(let elements):
      for element in elements {
        let (size, nesting) = try element.measured()
        total += size
        deepest = Swift.max(deepest, nesting)
      }
      if elements.count > ValueLimits.maximumElements { throw .arrayTooLong(elements.count) }
    case .object(let object):
      for field in object.fields {
        let (size, nesting) = try field.value.measured()
        total += field.name.utf8.count + 1 + size
        deepest = Swift.max(deepest, nesting)
      }
      try ConvexObject.checkFieldCount(object.fields.count)
    default:
      let size = self.size
      if size > ValueLimits.maximumSize { throw .valueTooLarge(size) }
      return (size, 0)
    }
    if total > ValueLimits.maximumSize { throw .valueTooLarge(total) }
    if deepest + 1 > ValueLimits.maximumNesting { throw .tooNested(deepest + 1) }
    return (total, deepest + 1)
  }
}

extension ConvexObject {
  /// The size in bytes by Convex's measure.
  public var size: Int {
    var total = 2
    for field in fields { total += field.name.utf8.count + 1 + field.value.size }
    return total
  }

  /// How many arrays and objects are nested in each other, this object included.
  public var nesting: Int {
    var deepest = 0
    for field in fields { deepest = Swift.max(deepest, field.value.nesting) }
    return 1 + deepest
  }
}

extension ConvexValueError {
  static func arrayTooLong(_ count: Int) -> ConvexValueError {
    ConvexValueError(
      code: "ArrayTooLong",
      message: "Array length is too long (\(count) > maximum length \(ValueLimits.maximumElements))"
    )
  }

  static func tooManyFields(_ count: Int) -> ConvexValueError {
    ConvexValueError(
      code: "TooManyFieldsError",
      message: "Object has too many fields (\(count) > maximum number \(ValueLimits.maximumFields))"
    )
  }

  static func tooNested(_ nesting: Int) -> ConvexValueError {
    ConvexValueError(
      code: "TooNestedError",
      message: """
        Value is too nested (nested \(nesting) levels deep > maximum nesting \
        \(ValueLimits.maximumNesting))
        """
    )
  }

  static func valueTooLarge(
    _ size: Int,
    maximum: Int = ValueLimits.maximumSize
  ) -> ConvexValueError {
    ConvexValueError(
      code: "ValueTooLargeError",
      message: """
        Value is too large (\(SizeText.binary(size)) > maximum size \(SizeText.binary(maximum)))
        """
    )
  }
}
