internal import HullValues

/// A document and how near its vector is.
struct ScoredVector: Sendable, Hashable, Comparable {
  /// The cosine.
  var score: Double
  /// The document within its table.
  var id: InternalID

  /// Orders by score, and equal scores by id.
  static func < (left: ScoredVector, right: ScoredVector) -> Bool {
    left.score == right.score ? left.id < right.id : left.score < right.score
  }
}

/// The best of any number of vectors: those that are greatest.
struct BestVectors: Sendable {
  /// How many are kept.
  let limit: Int
  /// A binary heap: no element is greater than those at twice its position plus one and plus two.
  private var heap: [ScoredVector] = []

  /// Makes an empty collection that keeps `limit` vectors, at least one.
  init(limit: Int) {
    precondition(limit > 0, "the best of none is nothing")
    self.limit = limit
    heap.reserveCapacity(limit)
  }

  /// What a vector has to be greater than to be kept; nil while every vector is.
  var bar: ScoredVector? { heap.count < limit ? nil : heap[0] }

  /// Keeps a vector if it is one of the best so far.
  ///
  /// - Complexity: O(log limit).
  mutating func insert(_ vector: ScoredVector) {
    if heap.count < limit {
      heap.append(vector)
      siftUp(heap.count - 1)
    } else if heap[0] < vector {
      heap[0] = vector
      siftDown()
    }
  }

  /// Keeps the best of both.
  mutating func merge(_ other: BestVectors) {
    for vector in other.heap { insert(vector) }
  }

  /// What was kept, best first.
  func sorted() -> [ScoredVector] { heap.sorted(by: >) }

  private mutating func siftUp(_ start: Int) {
    var position = start
    while position > 0 {
      let parent = (position - 1) / 2
      guard heap[position] < heap[parent] else { return }
      heap.swapAt(position, parent)
      position = parent
    }
  }

  private mutating func siftDown() {
    var position = 0
    while true {
      var least = position
      for child in [2 * position + 1, 2 * position + 2] where child < heap.count {
        if heap[child] < heap[least] { least = child }
      }
      if least == position { return }
      heap.swapAt(position, least)
      position = least
    }
  }
}
