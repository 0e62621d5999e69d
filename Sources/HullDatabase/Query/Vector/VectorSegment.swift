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

  /// Looks at rows and keeps the best.
  ///
  /// - Parameters:
  ///   - search: What is searched for.
  ///   - live: A bit for each row, the lowest of the first word for the first: which to look at.
  ///   - best: Receives what is better than what it has.
  func scan(_ search: CompiledVectorSearch, live: [UInt64], into best: inout BestVectors) {
    precondition(live.count * 64 <= capacity + 63)
    precondition(search.direction.lanes.count == layout.lanes)
    let margin = VectorKernel.margin(lanes: layout.lanes)
    search.direction.lanes.withUnsafeBufferPointer { direction in
      guard let direction = direction.baseAddress else { return }
      var bar = best.bar
      for (word, rows) in live.enumerated() {
        var rows = rows
        while rows != 0 {
          let row = word &* 64 &+ rows.trailingZeroBitCount
          rows &= rows &- 1
          guard search.admits({ filters[$0 &* capacity &+ row] }) else { continue }
          let vector = UnsafePointer(components) + row &* layout.lanes
          let squares = squares[row] * search.direction.square
          if let bar {
            let dot = VectorKernel.dot(vector, direction, lanes: layout.lanes)
            if Double(dot) < (bar.score - margin) * squares.squareRoot() { continue }
          }
          let candidate = ScoredVector(
            score: VectorKernel.cosine(
              dot: VectorKernel.exactDot(vector, direction, lanes: layout.lanes),
              squares: squares
            ),
            id: ids[row]
          )
          best.insert(candidate)
          bar = best.bar
        }
      }
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
