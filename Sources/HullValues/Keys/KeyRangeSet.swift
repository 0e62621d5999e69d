/// A union of key ranges of one index, kept as disjoint ranges in order.
public struct KeyRangeSet: Sendable, Hashable {
  /// Disjoint, not touching, not empty, in key order.
  public private(set) var ranges: [KeyRange] = []

  /// Makes an empty set.
  public init() {}

  /// Makes the union of ranges.
  public init(_ ranges: some Sequence<KeyRange>) {
    for range in ranges { insert(range) }
  }

  /// How many disjoint ranges the set consists of.
  public var count: Int { ranges.count }

  /// Whether no key is in the set.
  public var isEmpty: Bool { ranges.isEmpty }

  /// Adds the keys of a range; ranges that overlap or touch become one.
  public mutating func insert(_ range: KeyRange) {
    if range.isEmpty { return }
    // Ranges before `first` end before `range` starts; those from `last` on start after it ends.
    let first = partitionPoint { other in
      guard let end = other.end else { return false }
      return end < range.start
    }
    var last = first
    var merged = range
    while last < ranges.count {
      let other = ranges[last]
      if let end = merged.end, end < other.start { break }
      merged.start = min(merged.start, other.start)
      merged.end = merged.end.flatMap { end in other.end.map { max(end, $0) } }
      last += 1
    }
    ranges.replaceSubrange(first..<last, with: CollectionOfOne(merged))
  }

  /// Adds the keys of another set.
  public mutating func formUnion(_ other: KeyRangeSet) {
    for range in other.ranges { insert(range) }
  }

  /// Whether a key is in the set.
  public func contains(_ key: IndexKey) -> Bool {
    let index = firstIndexEnding(after: key)
    return index < ranges.count && ranges[index].start <= key
  }

  /// Whether some key of `range` is in the set.
  public func overlaps(_ range: KeyRange) -> Bool {
    if range.isEmpty { return false }
    let index = firstIndexEnding(after: range.start)
    return index < ranges.count && ranges[index].overlaps(range)
  }

  /// The first range that ends after `key`.
  private func firstIndexEnding(after key: IndexKey) -> Int {
    partitionPoint { range in
      guard let end = range.end else { return false }
      return end <= key
    }
  }

  /// The first position whose range does not satisfy `isBefore`, which holds for a prefix.
  private func partitionPoint(_ isBefore: (KeyRange) -> Bool) -> Int {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if isBefore(ranges[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
