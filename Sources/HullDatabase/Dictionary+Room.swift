// Tables that have been larger than they are.

extension Dictionary {
  /// Moves the elements into as much memory as they need, if they have much more.
  mutating func releaseRoom() {
    guard capacity > 64, capacity / 4 > count else { return }
    self = Dictionary(uniqueKeysWithValues: Array(self))
  }
}
