internal import CPrefetch
internal import HullValues

/// How the rows of one vector index are laid out.
struct VectorLayout: Hashable, Sendable {
  /// Lanes of one vector.
  let lanes: Int
  /// Filter fields of the index.
  let filterFields: Int

  init(_ definition: VectorIndexDefinition) {
    lanes = VectorKernel.lanes(for: definition.dimensions)
    filterFields = definition.filterFields.count
  }

  /// Bytes of one row in memory.
  var rowBytes: Int {
    lanes * MemoryLayout<VectorLanes>.stride + MemoryLayout<InternalID>.stride
      + MemoryLayout<Double>.stride + filterFields * MemoryLayout<FilterFingerprint>.stride
  }
}

/// Memory for a number of rows, each part of them contiguous.
///
/// Rows are only ever added. `@unchecked Sendable`: a row is written once, by the only writer, which
/// holds the lock of the index; readers look only at rows they were told of under that lock later.
final class VectorBlock: @unchecked Sendable {
  let layout: VectorLayout
  /// How many rows there is room for.
  let capacity: Int
  private let components: UnsafeMutablePointer<VectorLanes>
  private let ids: UnsafeMutablePointer<InternalID>
  private let squares: UnsafeMutablePointer<Double>
  /// All values of the first field, then all of the second.
  private let filters: UnsafeMutablePointer<FilterFingerprint>

  init(_ layout: VectorLayout, capacity: Int) {
    self.layout = layout
    self.capacity = capacity
    components = .allocate(capacity: capacity * layout.lanes)
    ids = .allocate(capacity: capacity)
    squares = .allocate(capacity: capacity)
    filters = .allocate(capacity: capacity * layout.filterFields)
  }

  deinit {
    // What they point to are numbers, which need no deinitialisation.
    components.deallocate()
    ids.deallocate()
    squares.deallocate()
    filters.deallocate()
  }

  // Every access is at a row below `capacity`, which the callers in this file see to.

  func id(_ row: Int) -> InternalID {
    precondition(row < capacity)
    return ids[row]
  }

  /// Writes the row after those that have been written.
  func write(_ row: Int, _ id: InternalID, _ content: VectorRow) {
    precondition(row < capacity && content.direction.lanes.count == layout.lanes)
    precondition(content.filters.count == layout.filterFields)
    content.direction.lanes.withUnsafeBufferPointer { lanes in
      guard let start = lanes.baseAddress else { return }
      (components + row * layout.lanes).initialize(from: start, count: lanes.count)
    }
    (ids + row).initialize(to: id)
    (squares + row).initialize(to: content.direction.square)
    for (field, value) in content.filters.enumerated() {
      (filters + field * capacity + row).initialize(to: value)
    }
  }

  /// Writes a copy of another block's row.
  func write(_ row: Int, copyOf other: Int, in block: VectorBlock) {
    precondition(row < capacity && other < block.capacity && layout == block.layout)
    (components + row * layout.lanes).initialize(
      from: block.components + other * layout.lanes,
      count: layout.lanes
    )
    (ids + row).initialize(to: block.ids[other])
    (squares + row).initialize(to: block.squares[other])
    for field in 0..<layout.filterFields {
      (filters + field * capacity + row).initialize(
        to: block.filters[field * block.capacity + other]
      )
    }
  }

  /// Whether a row has exactly this content.
  func holds(_ row: Int, _ content: VectorRow) -> Bool {
    precondition(row < capacity)
    for (field, value) in content.filters.enumerated()
    where filters[field * capacity + row] != value { return false }
    for (position, lanes) in content.direction.lanes.enumerated()
    where components[row * layout.lanes + position] != lanes { return false }
    return true
  }

  /// How many rows before its turn the memory of a row is asked for.
  private static let lookahead = 2

  /// Looks at rows and keeps the best.
  ///
  /// - Parameters:
  ///   - search: What is searched for.
  ///   - live: A bit for each row, the lowest of the first word for the first: which to look at.
  ///   - best: Receives what is better than what it has.
  func scan(_ search: CompiledVectorSearch, live: [UInt64], into best: inout BestVectors) {
    precondition(live.count * 64 <= capacity + 63)
    precondition(search.direction.lanes.count == layout.lanes)
    withUnsafeTemporaryAllocation(of: Int.self, capacity: capacity) { rows in
      var count = 0
      for (word, bits) in live.enumerated() {
        var bits = search.conditions.isEmpty ? bits : admitted(by: search, of: bits, in: word)
        while bits != 0 {
          rows.initializeElement(at: count, to: word &* 64 &+ bits.trailingZeroBitCount)
          count += 1
          bits &= bits &- 1
        }
      }
      for position in 0..<count {
        let ahead = position &+ Self.lookahead
        // The processor itself sees that memory is read from one end to the other.
        if ahead < count, rows[ahead] != rows[ahead &- 1] &+ 1 { prefetch(rows[ahead]) }
        compare(rows[position], with: search, into: &best)
      }
    }
  }

  /// The rows of a word of bits that satisfy any condition of a search.
  ///
  /// - Parameters:
  ///   - search: A search with conditions.
  ///   - rows: A bit for each row that has been written and is looked at, in this word.
  ///   - word: The word's position.
  /// - Returns: A bit for each of them that does.
  private func admitted(
    by search: CompiledVectorSearch,
    of rows: UInt64,
    in word: Int
  ) -> UInt64 {
    let count = 64 - rows.leadingZeroBitCount
    var admitted: UInt64 = 0
    for condition in search.conditions {
      let first = filters + condition.field * capacity + word * 64
      for value in condition.values {
        // Without branches, for which rows are too different from each other.
        for row in 0..<count {
          admitted |= (first[row] == value ? 1 : 0) &<< UInt64(truncatingIfNeeded: row)
        }
      }
    }
    // Rows whose bit is not set may be admitted, too; they are written, being below the highest set.
    return admitted & rows
  }

  /// Keeps a row if it is one of the best.
  @inline(__always)
  private func compare(
    _ row: Int,
    with search: CompiledVectorSearch,
    into best: inout BestVectors
  ) {
    let lanes = layout.lanes
    let vector = UnsafePointer(components) + row &* lanes
    let squares = squares[row] * search.direction.square
    search.direction.lanes.withUnsafeBufferPointer { direction in
      guard let direction = direction.baseAddress else { return }
      if let bar = best.bar {
        let dot = VectorKernel.dot(vector, direction, lanes: lanes)
        let margin = VectorKernel.margin(lanes: lanes)
        if Double(dot) < (bar.score - margin) * squares.squareRoot() { return }
      }
      let score = VectorKernel.cosine(
        dot: VectorKernel.exactDot(vector, direction, lanes: lanes),
        squares: squares
      )
      best.insert(ScoredVector(score: score, id: ids[row]))
    }
  }

  /// Has the memory of a row fetched: rows that are far from each other cost half as much then.
  @inline(__always)
  private func prefetch(_ row: Int) {
    let start = UnsafeRawPointer(components + row &* layout.lanes)
    // A lane is 64 bytes, which is what a processor fetches at a time.
    for lane in 0..<layout.lanes {
      hull_prefetch(start + lane &* MemoryLayout<VectorLanes>.stride)
    }
  }
}

/// A block with what has become of its rows; a value, of which searches take copies.
struct VectorSegment: Sendable {
  /// Tells segments of one index apart; later ones have greater numbers.
  let serial: Int
  let block: VectorBlock
  /// How many rows have been written.
  private(set) var count = 0
  /// A bit for each row: whether the document still has this vector.
  private(set) var live: [UInt64]
  private(set) var liveCount = 0

  init(serial: Int, layout: VectorLayout, capacity: Int) {
    self.serial = serial
    block = VectorBlock(layout, capacity: capacity)
    live = [UInt64](repeating: 0, count: (capacity + 63) / 64)
  }

  var isFull: Bool { count == block.capacity }

  /// Bytes the block takes.
  var bytes: Int { block.capacity * block.layout.rowBytes }

  /// Adds a row that `write` writes to the block.
  mutating func append(_ write: (VectorBlock, Int) -> Void) -> Int {
    let row = count
    write(block, row)
    count += 1
    liveCount += 1
    live[row / 64] |= 1 << UInt64(row % 64)
    return row
  }

  /// Takes a row out.
  mutating func remove(_ row: Int) {
    live[row / 64] &= ~(1 << UInt64(row % 64))
    liveCount -= 1
  }

  /// The rows that have not been taken out.
  var liveRows: [Int] {
    (0..<count).filter { live[$0 / 64] >> UInt64($0 % 64) & 1 == 1 }
  }
}
