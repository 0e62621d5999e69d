internal import HullValues

/// Ranges of keys of one index and who holds them, to find all ranges that contain a key.
///
/// A treap ordered by the bounds of the ranges, each node knowing the greatest end below it. Holders
/// of the same range share a node.
/// - Complexity: Insertion and removal take O(log n) comparisons of keys; finding the ranges around
///   a key O(log n + found).
struct IntervalTree: Sendable {
  private struct Node {
    var range: KeyRange
    var holders: HolderSet
    /// The greatest end in this subtree; nil if one has no upper bound.
    var greatestEnd: IndexKey?
    var priority: UInt64
    var left = none
    var right = none
  }

  /// Stands for a missing child.
  private static let none: Int32 = -1

  private var nodes: ContiguousArray<Node> = []
  /// Positions of ``nodes`` that are not in use.
  private var free: [Int32] = []
  private var root = none
  /// State of the generator of priorities.
  private var seed: UInt64 = 0

  init() {}

  var isEmpty: Bool { root == Self.none }

  /// How many different ranges there are.
  var count: Int { nodes.count - free.count }

  /// Adds a holder of a range that is not empty.
  mutating func insert(_ holder: Int, of range: KeyRange) {
    root = insert(holder, range, at: root)
  }

  /// Removes a holder of a range.
  mutating func remove(_ holder: Int, of range: KeyRange) {
    root = remove(holder, range, at: root)
  }

  /// Calls `body` with the holders of every range that contains a key.
  func forEachHolder(around key: IndexKey, _ body: (Int) -> Void) {
    forEachHolder(around: key, below: root, body)
  }

  private func forEachHolder(around key: IndexKey, below start: Int32, _ body: (Int) -> Void) {
    var position = start
    while position != Self.none {
      let index = Int(position)
      if let end = nodes[index].greatestEnd, end <= key { return }
      forEachHolder(around: key, below: nodes[index].left, body)
      // Everything to the right starts no earlier.
      if key < nodes[index].range.start { return }
      if nodes[index].range.contains(key) { nodes[index].holders.forEach(body) }
      position = nodes[index].right
    }
  }

  private mutating func insert(_ holder: Int, _ range: KeyRange, at position: Int32) -> Int32 {
    if position == Self.none { return makeNode(range, holder) }
    let index = Int(position)
    switch Self.compare(range, nodes[index].range) {
    case 0:
      nodes[index].holders.insert(holder)
      return position
    case ..<0:
      let child = insert(holder, range, at: nodes[index].left)
      nodes[index].left = child
      if nodes[Int(child)].priority > nodes[index].priority { return rotateRight(position) }
    default:
      let child = insert(holder, range, at: nodes[index].right)
      nodes[index].right = child
      if nodes[Int(child)].priority > nodes[index].priority { return rotateLeft(position) }
    }
    updateEnd(position)
    return position
  }

  private mutating func remove(_ holder: Int, _ range: KeyRange, at position: Int32) -> Int32 {
    if position == Self.none { return position }
    let index = Int(position)
    switch Self.compare(range, nodes[index].range) {
    case 0:
      nodes[index].holders.remove(holder)
      guard nodes[index].holders.isEmpty else { return position }
      let rest = merge(nodes[index].left, nodes[index].right)
      nodes[index].range = .all
      nodes[index].greatestEnd = nil
      free.append(position)
      return rest
    case ..<0: nodes[index].left = remove(holder, range, at: nodes[index].left)
    default: nodes[index].right = remove(holder, range, at: nodes[index].right)
    }
    updateEnd(position)
    return position
  }

  /// Joins two trees of which every range of the first sorts before those of the second.
  private mutating func merge(_ first: Int32, _ second: Int32) -> Int32 {
    if first == Self.none { return second }
    if second == Self.none { return first }
    if nodes[Int(first)].priority > nodes[Int(second)].priority {
      let child = merge(nodes[Int(first)].right, second)
      nodes[Int(first)].right = child
      updateEnd(first)
      return first
    }
    let child = merge(first, nodes[Int(second)].left)
    nodes[Int(second)].left = child
    updateEnd(second)
    return second
  }

  private mutating func makeNode(_ range: KeyRange, _ holder: Int) -> Int32 {
    // SplitMix64: priorities only have to be spread, and the same in every run.
    seed &+= 0x9E37_79B9_7F4A_7C15
    var mixed = seed
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    let node = Node(
      range: range,
      holders: .one(holder),
      greatestEnd: range.end,
      priority: mixed ^ (mixed >> 31)
    )
    if let position = free.popLast() {
      nodes[Int(position)] = node
      return position
    }
    nodes.append(node)
    return Int32(nodes.count - 1)
  }

  private mutating func rotateRight(_ position: Int32) -> Int32 {
    let child = nodes[Int(position)].left
    nodes[Int(position)].left = nodes[Int(child)].right
    nodes[Int(child)].right = position
    updateEnd(position)
    updateEnd(child)
    return child
  }

  private mutating func rotateLeft(_ position: Int32) -> Int32 {
    let child = nodes[Int(position)].right
    nodes[Int(position)].right = nodes[Int(child)].left
    nodes[Int(child)].left = position
    updateEnd(position)
    updateEnd(child)
    return child
  }

  private mutating func updateEnd(_ position: Int32) {
    let index = Int(position)
    var greatest = nodes[index].range.end
    for child in [nodes[index].left, nodes[index].right] where child != Self.none {
      guard let end = greatest else { break }
      greatest = nodes[Int(child)].greatestEnd.map { max($0, end) }
    }
    nodes[index].greatestEnd = greatest
  }

  /// Below, at or above zero as `left` sorts before, with or after `right`.
  private static func compare(_ left: KeyRange, _ right: KeyRange) -> Int {
    if left.start != right.start { return left.start < right.start ? -1 : 1 }
    switch (left.end, right.end) {
    case (nil, nil): return 0
    case (nil, _?): return 1
    case (_?, nil): return -1
    case (let end?, let otherEnd?): return end == otherEnd ? 0 : end < otherEnd ? -1 : 1
    }
  }

  /// Whether order, priorities and ends are as they should be; for tests.
  var holdsInvariants: Bool {
    func check(_ position: Int32, _ ranges: inout [KeyRange]) -> Bool {
      if position == Self.none { return true }
      let node = nodes[Int(position)]
      if node.holders.isEmpty { return false }
      var greatest = [node.range.end]
      for child in [node.left, node.right] where child != Self.none {
        if nodes[Int(child)].priority > node.priority { return false }
        greatest.append(nodes[Int(child)].greatestEnd)
      }
      let expected = greatest.contains(nil) ? nil : greatest.compactMap { $0 }.max()
      guard node.greatestEnd == expected, check(node.left, &ranges) else { return false }
      ranges.append(node.range)
      return check(node.right, &ranges)
    }
    var ranges: [KeyRange] = []
    guard check(root, &ranges), ranges.count == count else { return false }
    return zip(ranges, ranges.dropFirst()).allSatisfy { Self.compare($0, $1) < 0 }
  }
}

/// Who holds one range or document: mostly one.
enum HolderSet: Sendable {
  case one(Int)
  case many(Set<Int>)

  var isEmpty: Bool {
    switch self {
    case .one: false
    case .many(let holders): holders.isEmpty
    }
  }

  mutating func insert(_ holder: Int) {
    switch self {
    case .one(let other):
      if other != holder { self = .many([other, holder]) }
    case .many(var holders):
      // Taken out of the enum while it changes, so that the set is not copied.
      self = .one(holder)
      holders.insert(holder)
      self = .many(holders)
    }
  }

  mutating func remove(_ holder: Int) {
    switch self {
    case .one(let other):
      if other == holder { self = .many([]) }
    case .many(var holders):
      self = .one(holder)
      holders.remove(holder)
      self = .many(holders)
    }
  }

  func forEach(_ body: (Int) -> Void) {
    switch self {
    case .one(let holder): body(holder)
    case .many(let holders): for holder in holders { body(holder) }
    }
  }
}
