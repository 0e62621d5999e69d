/// The keys `start ≤ key < end` of one index.
///
/// Always closed below and open above. A byte string has a successor but no predecessor, so every
/// bound a query can express reduces to this form, and the empty key means "no lower bound".
public struct KeyRange: Sendable, Hashable {
  /// The least key that can be in the range.
  public var start: IndexKey
  /// The least key above the range; nil if the range has no upper bound.
  public var end: IndexKey?

  /// Makes a range of its bounds.
  ///
  /// - Parameters:
  ///   - start: The first key inside.
  ///   - end: The first key above; nil for no upper bound.
  public init(start: IndexKey, end: IndexKey?) {
    self.start = start
    self.end = end
  }

  /// Makes the range of all keys that start with `prefix`.
  public init(prefix: IndexKey) { self.init(start: prefix, end: prefix.afterPrefix) }

  /// Makes the range that holds exactly one key.
  public init(point key: IndexKey) { self.init(start: key, end: key.next) }

  /// Every key.
  public static let all = KeyRange(start: .empty, end: nil)

  /// Whether no key can be in the range.
  public var isEmpty: Bool {
    if let end { end <= start } else { false }
  }

  /// Whether the range holds exactly one key.
  public var isPoint: Bool { end == start.next }

  /// Whether a key is in the range.
  public func contains(_ key: IndexKey) -> Bool {
    if key < start { return false }
    if let end { return key < end }
    return true
  }

  /// Whether some key can be in both ranges.
  public func overlaps(_ other: KeyRange) -> Bool {
    if isEmpty || other.isEmpty { return false }
    if let end, end <= other.start { return false }
    if let otherEnd = other.end, otherEnd <= start { return false }
    return true
  }

  /// The keys that are in both ranges.
  public func intersection(_ other: KeyRange) -> KeyRange {
    let end: IndexKey? =
      switch (end, other.end) {
      case (let end?, let otherEnd?): min(end, otherEnd)
      case (let end, let otherEnd): end ?? otherEnd
      }
    return KeyRange(start: max(start, other.start), end: end)
  }

  /// The part of the range after `key`.
  public func after(_ key: IndexKey) -> KeyRange {
    KeyRange(start: max(start, key.next), end: end)
  }

  /// The part of the range before `key`.
  public func before(_ key: IndexKey) -> KeyRange {
    intersection(KeyRange(start: .empty, end: key))
  }
}

extension KeyRange: CustomStringConvertible {
  /// The bounds in hexadecimal.
  public var description: String { "[\(start), \(end.map(\.description) ?? "∞"))" }
}
