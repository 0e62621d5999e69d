extension ConvexValue: Comparable {
  /// Whether `left` sorts before `right` in the order of indexes (spec/values.md 4):
  /// null, int64, float64, boolean, string, bytes, array, object.
  public static func < (left: ConvexValue, right: ConvexValue) -> Bool {
    compare(left, right) < 0
  }

  /// Negative, zero or positive as `left` sorts before, with or after `right`.
  ///
  /// The commit timestamp sorts right after the largest int64.
  package static func compare(_ left: ConvexValue, _ right: ConvexValue) -> Int {
    switch (left, right) {
    case (.int64(let left), .int64(let right)): return left < right ? -1 : left == right ? 0 : 1
    case (.float64(let left), .float64(let right)):
      let (a, b) = (left.orderedBits, right.orderedBits)
      return a < b ? -1 : a == b ? 0 : 1
    case (.boolean(let left), .boolean(let right)): return left == right ? 0 : left ? 1 : -1
    case (.string(let left), .string(let right)): return UTF8Order.compare(left, right)
    case (.bytes(let left), .bytes(let right)):
      return left.withUnsafeBufferPointer { left in
        right.withUnsafeBufferPointer { UTF8Order.compare(left, $0) }
      }
    case (.array(let left), .array(let right)):
      for (left, right) in zip(left, right) {
        let order = compare(left, right)
        if order != 0 { return order }
      }
      return left.count - right.count
    case (.object(let left), .object(let right)):
      for (left, right) in zip(left.fields, right.fields) {
        var order = UTF8Order.compare(left.name, right.name)
        if order == 0 { order = compare(left.value, right.value) }
        if order != 0 { return order }
      }
      return left.fields.count - right.fields.count
    default: return left.rank - right.rank
    }
  }

  /// Where the value's type stands among the types.
  private var rank: Int {
    switch self {
    case .null: 0
    case .int64: 1
    case .commitTimestamp: 2
    case .float64: 3
    case .boolean: 4
    case .string: 5
    case .bytes: 6
    case .array: 7
    case .object: 8
    }
  }
}

extension Double {
  /// Bits that compare as unsigned integers the way IEEE 754's total order compares doubles.
  package var orderedBits: UInt64 {
    let bits = bitPattern
    return bits >> 63 == 1 ? ~bits : bits | 1 << 63
  }

  /// The double of ``orderedBits``.
  package init(orderedBits: UInt64) {
    self.init(bitPattern: orderedBits >> 63 == 1 ? orderedBits ^ 1 << 63 : ~orderedBits)
  }
}
