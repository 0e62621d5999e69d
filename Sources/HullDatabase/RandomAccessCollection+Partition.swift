extension RandomAccessCollection {
  /// The first position from which on a predicate holds, in a collection it is false for first and
  /// then true for.
  ///
  /// - Parameter belongsInSecondPartition: The predicate.
  /// - Returns: The position; the end if it holds for no element.
  /// - Complexity: O(log n).
  func partitioningIndex(where belongsInSecondPartition: (Element) -> Bool) -> Index {
    var (low, count) = (startIndex, self.count)
    while count > 0 {
      let half = count / 2
      let middle = index(low, offsetBy: half)
      if belongsInSecondPartition(self[middle]) {
        count = half
      } else {
        low = index(after: middle)
        count -= half + 1
      }
    }
    return low
  }
}
