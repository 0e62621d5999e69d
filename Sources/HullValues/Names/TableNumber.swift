/// The number that stands for a table inside document ids: 1 … 2^32 − 1.
public struct TableNumber: Sendable, Hashable, RawRepresentable {
  /// The number; never 0.
  public let rawValue: UInt32

  /// Makes a table number; nil for 0, which no table has.
  public init?(rawValue: UInt32) {
    guard rawValue != 0 else { return nil }
    self.rawValue = rawValue
  }

  /// The number of the first user table of a deployment.
  public static let firstUserTable = TableNumber(known: 10001)

  /// Makes a number known not to be 0.
  package init(known rawValue: UInt32) {
    precondition(rawValue != 0, "a table number is never 0")
    self.rawValue = rawValue
  }
}

extension TableNumber: Comparable {
  /// Orders tables by number.
  public static func < (left: TableNumber, right: TableNumber) -> Bool {
    left.rawValue < right.rawValue
  }
}

extension TableNumber: CustomStringConvertible {
  /// The number in decimal.
  public var description: String { String(rawValue) }
}
