/// Named values, kept sorted by the bytes of their names.
///
/// Every name in it is a legal field name: up to 1024 printable ASCII characters, not starting with
/// `$` (the empty name is legal).
public struct ConvexObject: Sendable, Hashable {
  /// One field of an object.
  public struct Field: Sendable, Hashable {
    /// The field's name.
    public let name: String
    /// The field's value.
    public var value: ConvexValue

    package init(name: String, value: ConvexValue) {
      self.name = name
      self.value = value
    }

    /// Whether name and value are the same bytes.
    public static func == (left: Field, right: Field) -> Bool {
      UTF8Order.areEqual(left.name, right.name) && left.value == right.value
    }
  }

  /// Sorted by name, names unique.
  package private(set) var fields: [Field]

  /// Makes an object without fields.
  public init() { fields = [] }

  /// Makes an object of the given fields; of fields with one name the last wins.
  ///
  /// - Parameter fields: Names and values in any order.
  /// - Throws: ``ConvexValueError`` for a name that is not legal and for more than 1024 fields.
  public init(
    validating fields: some Sequence<(String, ConvexValue)>
  ) throws(ConvexValueError) {
    var collected: [Field] = []
    collected.reserveCapacity(fields.underestimatedCount)
    for (name, value) in fields {
      try FieldName.validate(name)
      collected.append(Field(name: name, value: value))
    }
    self.init(normalizing: collected)
    try ConvexObject.checkFieldCount(self.fields.count)
  }

  /// Sorts fields whose names are known to be legal and drops all but the last of equal names.
  package init(normalizing unsorted: [Field]) {
    fields = unsorted
    for index in fields.indices.dropFirst()
    where UTF8Order.compare(fields[index - 1].name, fields[index].name) >= 0 {
      fields = ConvexObject.sortedKeepingLast(fields)
      return
    }
  }

  /// Adopts fields known to be sorted, unique and legal.
  package init(sortedFields: [Field]) { fields = sortedFields }

  /// Makes the object of a literal, whose names the author vouches for.
  package init(literal elements: [(String, ConvexValue)]) {
    do { try self.init(validating: elements) } catch { preconditionFailure(error.message) }
  }

  /// The value of a field; nil if the object has no such field.
  public subscript(name: String) -> ConvexValue? {
    index(of: name).map { fields[$0].value }
  }

  /// The names in byte order.
  public var names: [String] {
    fields.map(\.name)
  }

  /// Whether the object has a field of that name.
  public func contains(_ name: String) -> Bool { index(of: name) != nil }

  /// Sets a field, replacing its value if it exists.
  ///
  /// - Parameters:
  ///   - name: The field's name.
  ///   - value: Its new value.
  /// - Throws: ``ConvexValueError`` if the name is not legal or the object would have more than
  ///   1024 fields.
  public mutating func set(_ name: String, to value: ConvexValue) throws(ConvexValueError) {
    let position = lowerBound(of: name)
    if position < fields.count, UTF8Order.areEqual(fields[position].name, name) {
      fields[position].value = value
      return
    }
    try FieldName.validate(name)
    try ConvexObject.checkFieldCount(fields.count + 1)
    fields.insert(Field(name: name, value: value), at: position)
  }

  /// Removes a field and returns its value; nil if the object had no such field.
  @discardableResult
  public mutating func remove(_ name: String) -> ConvexValue? {
    index(of: name).map { fields.remove(at: $0).value }
  }

  /// The same object without the fields whose names do not satisfy `isIncluded`.
  public func keepingFields(
    where isIncluded: (String) throws -> Bool
  ) rethrows -> ConvexObject {
    try ConvexObject(sortedFields: fields.filter { try isIncluded($0.name) })
  }

  /// Where a field is in ``fields``.
  private func index(of name: String) -> Int? {
    if fields.count <= 8 {
      // Comparing a handful of short names beats the branches of a binary search.
      for index in fields.indices where UTF8Order.areEqual(fields[index].name, name) {
        return index
      }
      return nil
    }
    let position = lowerBound(of: name)
    guard position < fields.count, UTF8Order.areEqual(fields[position].name, name) else {
      return nil
    }
    return position
  }

  /// The first position whose name does not sort before `name`.
  private func lowerBound(of name: String) -> Int {
    var low = 0
    var high = fields.count
    while low < high {
      let middle = (low + high) / 2
      if UTF8Order.isLess(fields[middle].name, name) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private static func sortedKeepingLast(_ fields: [Field]) -> [Field] {
    let order = fields.indices.sorted { left, right in
      let order = UTF8Order.compare(fields[left].name, fields[right].name)
      return order < 0 || (order == 0 && left < right)
    }
    var result: [Field] = []
    result.reserveCapacity(fields.count)
    for index in order {
      if let last = result.last, UTF8Order.areEqual(last.name, fields[index].name) {
        result[result.count - 1] = fields[index]
      } else {
        result.append(fields[index])
      }
    }
    return result
  }

  package static func checkFieldCount(_ count: Int) throws(ConvexValueError) {
    if count > ValueLimits.maximumFields { throw .tooManyFields(count) }
  }
}

extension ConvexObject: RandomAccessCollection {
  /// The position of the first field in name order.
  public var startIndex: Int { 0 }

  /// One past the position of the last field.
  public var endIndex: Int { fields.count }

  /// The field at a position in name order.
  public subscript(position: Int) -> (name: String, value: ConvexValue) {
    (fields[position].name, fields[position].value)
  }
}

extension ConvexObject: ExpressibleByDictionaryLiteral {
  /// Makes an object; a name that is no field name is a programming error.
  public init(dictionaryLiteral elements: (String, ConvexValue)...) {
    self.init(literal: elements)
  }
}

extension ConvexObject: CustomStringConvertible {
  /// The text error messages show, for example `{a: 1.0, b: "x"}`.
  public var description: String { ConvexValue.object(self).displayText }
}
