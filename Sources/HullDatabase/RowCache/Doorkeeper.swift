internal import HullPersistence
internal import HullValues

/// Tells what was asked for before, of the last so many things.
///
/// To keep what is asked for only once costs more than it brings, so a cache takes in what comes a
/// second time (TinyLFU calls the same a doorkeeper). It remembers a bit for each hash: about 8 000
/// to 16 000 things, in 16 KiB, and takes up to one in five that it never saw for one that it did.
struct Doorkeeper {
  private static let words = 1024
  private static let capacity = words * UInt64.bitWidth / 8
  /// The bits of what came lately and of what came before that; empty until there is something.
  private var recent: [UInt64] = []
  private var earlier: [UInt64] = []
  /// How many bits were set in `recent`.
  private var count = 0

  /// Whether a document was asked for before; remembers it.
  mutating func hasSeen(_ id: DocumentID) -> Bool {
    var hash = Hash()
    hash.add(id.internalID.high)
    hash.add(id.internalID.low)
    return hasSeen(hash)
  }

  /// Whether a scan began at this place before; remembers it.
  ///
  /// - Parameters:
  ///   - source: The index.
  ///   - bound: The first key, or the one the last is below; nil for none.
  ///   - order: From which of them on.
  /// - Returns: Whether it did; wrongly yes now and then.
  mutating func hasSeen(_ source: ScanSource, from bound: IndexKey?, order: Order) -> Bool {
    var hash = Hash()
    switch source {
    case .index(let index): hash.add(UInt64(bitPattern: index.rawValue) << 2)
    case .byID(let table): hash.add(UInt64(table.rawValue) << 2 | 1)
    }
    hash.add(order == .ascending ? 0 : 1)
    if let bound { hash.add(bound.bytes) }
    return hasSeen(hash)
  }

  private mutating func hasSeen(_ hash: Hash) -> Bool {
    if count == Self.capacity { (earlier, recent, count) = (recent, [], 0) }
    if recent.isEmpty { recent = Array(repeating: 0, count: Self.words) }
    let place = Int(truncatingIfNeeded: hash.value >> 48)
    let (word, bit) = (place / UInt64.bitWidth, UInt64(1) << UInt64(place % UInt64.bitWidth))
    if recent[word] & bit != 0 { return true }
    recent[word] |= bit
    count += 1
    return !earlier.isEmpty && earlier[word] & bit != 0
  }

  /// A hash that is the same in every process, unlike the standard library's.
  ///
  /// So what is kept is the same, too, when a simulation is repeated. Who makes things collide gains
  /// nothing by it.
  private struct Hash {
    private(set) var value: UInt64 = 0

    mutating func add(_ word: UInt64) {
      value = (value ^ word) &* 0x9E37_79B9_7F4A_7C15
      value ^= value >> 29
      value = value &* 0xBF58_476D_1CE4_E5B9
    }

    mutating func add(_ bytes: [UInt8]) {
      add(UInt64(bytes.count))
      bytes.withUnsafeBytes { bytes in
        var position = 0
        while position + 8 <= bytes.count {
          add(bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
          position += 8
        }
        var rest: UInt64 = 0
        for byte in bytes[position...] { rest = rest << 8 | UInt64(byte) }
        add(rest)
      }
    }
  }
}
