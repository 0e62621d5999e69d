internal import HullValues

/// The vectors of one table at one moment: what searches scan.
///
/// To copy it copies references; whoever changes the original meanwhile copies what the change is in
/// (a list of segments, a few words of bits), and never vectors.
struct VectorRows: Sendable {
  let layout: VectorLayout
  /// The segments by ascending number.
  fileprivate(set) var segments: [VectorSegment] = []
  /// How many vectors there are.
  fileprivate(set) var count = 0

  /// The bytes a scan reads.
  var scannedBytes: Int { count * layout.lanes * MemoryLayout<VectorLanes>.stride }
}

/// The vectors of one table and where each document's is: what commits change.
///
/// Vectors are appended to the last segment. One that is replaced or deleted leaves a hole; when half
/// of a segment are holes, the rest moves to the last segment, so that at least half of all memory
/// holds vectors and each change costs a constant number of moves.
struct VectorTable: Sendable {
  private(set) var rows: VectorRows
  private var places: [InternalID: Place] = [:]
  private var nextSerial = 0
  /// Bytes of the segments.
  private var segmentBytes = 0

  private struct Place {
    var serial: Int
    var row: Int
  }

  /// A segment grows no larger than this: what a scan reads between two pauses, and what moves at
  /// once.
  private static let largestSegmentBytes = 1 << 20
  /// Bytes of one entry of the table of places, which is at worst a little more than a third full.
  private static let placeBytes = 96

  init(_ layout: VectorLayout) {
    rows = VectorRows(layout: layout)
  }

  /// How much memory it takes.
  var bytes: Int { segmentBytes + places.count * Self.placeBytes }

  /// How much memory one vector takes.
  static func bytes(of layout: VectorLayout) -> Int { layout.rowBytes + placeBytes }

  /// Says what the vector of a document is from now on.
  ///
  /// - Parameters:
  ///   - id: The document.
  ///   - content: Its vector and filters; nil if it has none any more.
  /// - Complexity: O(log segments + dimensions), amortised.
  mutating func set(_ id: InternalID, to content: VectorRow?) {
    if let place = places[id] {
      let segment = position(of: place.serial)
      if let content, rows.segments[segment].block.holds(place.row, content) { return }
      places[id] = nil
      rows.count -= 1
      rows.segments[segment].remove(place.row)
      compact(segment)
    }
    guard let content else { return }
    rows.count += 1
    append(id) { block, row in block.write(row, id, content) }
  }

  private mutating func append(_ id: InternalID, _ write: (VectorBlock, Int) -> Void) {
    if rows.segments.last?.isFull ?? true { addSegment() }
    let last = rows.segments.count - 1
    let row = rows.segments[last].append(write)
    places[id] = Place(serial: rows.segments[last].serial, row: row)
  }

  private mutating func addSegment() {
    // Small tables take little memory: each segment has room for as many rows as there are.
    let largest = max(1, Self.largestSegmentBytes / rows.layout.rowBytes)
    let segment = VectorSegment(
      serial: nextSerial,
      layout: rows.layout,
      capacity: min(max(rows.count, 16), largest)
    )
    nextSerial += 1
    segmentBytes += segment.bytes
    rows.segments.append(segment)
    // The one before was the last until now and may be mostly holes.
    if rows.segments.count > 1 { compact(rows.segments.count - 2) }
  }

  /// Moves what is left in a segment to the last one, if that is at most half of it.
  private mutating func compact(_ position: Int) {
    guard position < rows.segments.count - 1 else { return }
    let segment = rows.segments[position]
    guard segment.liveCount <= segment.block.capacity / 2 else { return }
    rows.segments.remove(at: position)
    segmentBytes -= segment.bytes
    for row in segment.liveRows {
      append(segment.block.id(row)) { block, copy in
        block.write(copy, copyOf: row, in: segment.block)
      }
    }
  }

  private func position(of serial: Int) -> Int {
    rows.segments.partitioningIndex { $0.serial >= serial }
  }
}
