import HullValues

/// Documents of a page, whose bodies share arrays of a few KiB.
///
/// To allocate and free an array for every short body takes longer than to read it. The arrays are
/// short so that a document someone keeps does not keep a whole page.
struct PackedDocuments {
  private struct Place {
    var id: DocumentID
    var creationTime: Double
    /// Which array the body is in, and where it ends there; it begins where the one before ends.
    var array: Int
    var end: Int
  }

  /// The array bodies share; one that does not fit into an empty one has it to itself.
  private static let arrayBytes = 8 << 10

  /// The bytes of all bodies.
  private(set) var bytes = 0
  /// How many documents there are.
  var count: Int { places.count }

  private let limit: Int
  private var places: [Place] = []
  /// The arrays that are full, and the one that is being filled.
  private var full: [[UInt8]] = []
  private var text: [UInt8] = []

  /// Makes an empty page.
  ///
  /// - Parameter limit: How many documents there may be.
  init(expecting limit: Int) {
    self.limit = limit
    places.reserveCapacity(min(limit, 256))
  }

  /// Adds a document; its body is copied.
  mutating func append(_ id: DocumentID, creationTime: Double, body: UnsafeBufferPointer<UInt8>) {
    if text.count + body.count > Self.arrayBytes, !text.isEmpty {
      full.append(text)
      text = []
    }
    if text.isEmpty {
      let likely = body.count * min(max(limit - count, 1), Self.arrayBytes)
      text.reserveCapacity(max(body.count, min(likely, Self.arrayBytes)))
    }
    text.append(contentsOf: body)
    bytes += body.count
    places.append(
      Place(id: id, creationTime: creationTime, array: full.count, end: text.count)
    )
  }

  /// All documents, in order.
  consuming func finish() -> [EncodedDocument] {
    full.append(text)
    var (array, start) = (0, 0)
    return places.map { place in
      if place.array != array { (array, start) = (place.array, 0) }
      defer { start = place.end }
      return EncodedDocument(
        id: place.id,
        creationTime: place.creationTime,
        json: EncodedValue(canonical: full[array], in: start..<place.end)
      )
    }
  }
}
