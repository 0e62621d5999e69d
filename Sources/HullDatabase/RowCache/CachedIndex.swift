internal import HullPersistence
internal import HullValues

/// The stretches of one index that are in memory.
struct CachedIndex {
  /// In order of their ranges, of which no two overlap.
  private(set) var leaves: [CachedLeaf] = []
  /// About how much memory they take together.
  private(set) var bytes = 0

  /// Which rows of which leaf a scan yields next.
  struct Stretch {
    var leaf: Int
    var rows: Range<Int>
  }

  /// What a scan finds from its beginning on until it has enough, ends, or comes to a gap.
  struct Found {
    /// In the scan's order; the rows of each are still to be reversed if it is descending.
    var stretches: [Stretch] = []
    var count = 0
    /// Whether the scan has come to its end.
    var isExhausted = false
  }

  /// Finds the first rows of a range.
  ///
  /// - Parameters:
  ///   - range: What to read.
  ///   - order: From which end.
  ///   - limit: The most rows.
  /// - Returns: Nil if not even the first row can be told.
  /// - Complexity: O(log n) in the leaves, and in the leaves that are read.
  mutating func find(_ range: KeyRange, order: Order, limit: Int) -> Found? {
    var found = Found()
    var next = order == .ascending ? leaf(of: range.start) : leaf(below: range.end)
    while let position = next {
      leaves[position].isUsed = true
      let leaf = leaves[position]
      var rows = 0..<leaf.keys.count
      if leaf.range.start < range.start {
        rows = leaf.keys.firstPosition(notBefore: range.start)..<rows.upperBound
      }
      if let end = range.end, leaf.range.end.map({ end < $0 }) ?? true {
        rows = rows.lowerBound..<max(rows.lowerBound, leaf.keys.firstPosition(notBefore: end))
      }
      if rows.count > limit - found.count {
        rows =
          order == .ascending
          ? rows.prefix(limit - found.count) : rows.suffix(limit - found.count)
      }
      found.stretches.append(Stretch(leaf: position, rows: rows))
      found.count += rows.count
      if found.count == limit { return found }
      found.isExhausted = leaf.range.reachesEnd(of: range, order: order)
      if found.isExhausted { return found }
      next = neighbour(of: position, order: order)
    }
    return found.count > 0 ? found : nil
  }

  /// The leaf next in order, if there is no gap before it.
  private func neighbour(of position: Int, order: Order) -> Int? {
    switch order {
    case .ascending:
      let next = position + 1
      return next < leaves.count && leaves[next].range.start == leaves[position].range.end
        ? next : nil
    case .descending:
      let next = position - 1
      return next >= 0 && leaves[next].range.end == leaves[position].range.start ? next : nil
    }
  }

  /// Puts a document in the place of a key, if a leaf knows about it.
  mutating func set(_ key: IndexKey, to document: EncodedDocument) {
    guard let position = leaf(of: key) else { return }
    bytes -= leaves[position].bytes
    leaves[position].set(key, to: document)
    if leaves[position].keys.count > 2 * CachedLeaf.rows {
      leaves.insert(leaves[position].split(), at: position + 1)
      bytes += leaves[position + 1].bytes
    }
    bytes += leaves[position].bytes
  }

  /// Removes a key, if a leaf knows about it.
  mutating func remove(_ key: IndexKey) {
    guard let position = leaf(of: key) else { return }
    bytes -= leaves[position].bytes
    leaves[position].remove(key)
    bytes += leaves[position].bytes
  }

  /// Adds what was read of the index; what is known already stays as it is.
  ///
  /// - Parameters:
  ///   - range: What the rows are all of.
  ///   - rows: In order of their keys.
  mutating func insert(_ range: KeyRange, rows: [CachedRow]) {
    var rows = rows[...]
    var start = range.start
    var position = firstLeaf(endingAfter: start)
    while position < leaves.count, range.end.map({ leaves[position].range.start < $0 }) ?? true {
      let known = leaves[position].range
      if start < known.start {
        let gap = KeyRange(start: start, end: known.start)
        position += insert(gap, rows.removeFirst(before: known.start), at: position)
      }
      guard let end = known.end else { return }
      _ = rows.removeFirst(before: end)
      start = end
      position += 1
    }
    let gap = KeyRange(start: start, end: range.end)
    if !gap.isEmpty { _ = insert(gap, rows, at: position) }
  }

  /// Adds leaves for a range that no leaf overlaps.
  ///
  /// - Returns: How many.
  private mutating func insert(
    _ range: KeyRange,
    _ rows: ArraySlice<CachedRow>,
    at position: Int
  ) -> Int {
    var added: [CachedLeaf] = []
    var (rest, rows) = (range, rows)
    while rows.count > CachedLeaf.rows {
      let (first, others) = (rows.prefix(CachedLeaf.rows), rows.dropFirst(CachedLeaf.rows))
      let boundary = others[others.startIndex].key
      added.append(CachedLeaf(range: KeyRange(start: rest.start, end: boundary), rows: first))
      rest.start = boundary
      rows = others
    }
    added.append(CachedLeaf(range: rest, rows: rows))
    leaves.insert(contentsOf: added, at: position)
    bytes += added.reduce(0) { $0 + $1.bytes }
    return added.count
  }

  /// Drops the leaves that were not read since the last call.
  mutating func dropUnused() {
    leaves.removeAll { !$0.isUsed }
    for position in leaves.indices { leaves[position].isUsed = false }
    bytes = leaves.reduce(0) { $0 + $1.bytes }
  }

  /// The leaf whose range has a key.
  private func leaf(of key: IndexKey) -> Int? {
    let position = firstLeaf(endingAfter: key)
    return position < leaves.count && leaves[position].range.start <= key ? position : nil
  }

  /// The leaf whose range has the keys right below another; nil: those above all others.
  private func leaf(below end: IndexKey?) -> Int? {
    guard let end else {
      guard let last = leaves.last, last.range.end == nil else { return nil }
      return leaves.count - 1
    }
    let above = leaves.partitioningIndex { $0.range.start >= end }
    guard above > 0, leaves[above - 1].range.end.map({ $0 >= end }) ?? true else { return nil }
    return above - 1
  }

  /// The first leaf with a range that does not end at a key or below it.
  private func firstLeaf(endingAfter key: IndexKey) -> Int {
    leaves.partitioningIndex { leaf in leaf.range.end.map { $0 > key } ?? true }
  }
}

extension ArraySlice<CachedRow> {
  /// Removes the rows with keys below another, and returns them.
  fileprivate mutating func removeFirst(before key: IndexKey) -> ArraySlice<CachedRow> {
    let end = partitioningIndex { $0.key >= key }
    defer { self = self[end...] }
    return self[..<end]
  }
}

extension KeyRange {
  /// Whether a scan of another range that has read this one has come to its end.
  fileprivate func reachesEnd(of range: KeyRange, order: Order) -> Bool {
    switch order {
    case .ascending:
      guard let end else { return true }
      return range.end.map { $0 <= end } ?? false
    case .descending:
      return start <= range.start
    }
  }
}
