/// Which number each table has, as validators and ids need it.
///
/// Virtual tables (`_storage`, `_scheduled_functions`) are found under their virtual names only.
public protocol TableMapping: Sendable {
  /// The table with that number; nil if there is none.
  func tableName(for number: TableNumber) -> TableName?

  /// The number of that table; nil if there is none.
  func tableNumber(for name: TableName) -> TableNumber?
}

/// A mapping that is a plain dictionary.
public struct FixedTableMapping: TableMapping, Hashable {
  private var numbers: [TableName: TableNumber]
  private var names: [TableNumber: TableName]

  /// Makes a mapping.
  ///
  /// - Parameter numbers: The number of each table; two tables with one number are a programming
  ///   error.
  public init(_ numbers: [TableName: TableNumber]) {
    self.numbers = numbers
    names = Dictionary(uniqueKeysWithValues: numbers.map { ($0.value, $0.key) })
  }

  /// The table with that number.
  public func tableName(for number: TableNumber) -> TableName? { names[number] }

  /// The number of that table.
  public func tableNumber(for name: TableName) -> TableNumber? { numbers[name] }
}
