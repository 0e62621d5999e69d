/// The bytes of a file: as programs see them, and as they are after a power failure.
struct DiskContent {
  private enum Change {
    case write(offset: Int, bytes: [UInt8])
    case truncate(Int)
  }

  /// What a disk writes whole or not at all.
  static let sectorBytes = 512

  /// What programs read.
  private(set) var current: [UInt8] = []
  /// What has been synced.
  private var durable: [UInt8] = []
  /// What has not, oldest first.
  private var unsynced: [Change] = []

  init(_ bytes: [UInt8] = []) {
    current = bytes
    durable = bytes
  }

  mutating func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
    let change = Change.write(offset: offset, bytes: Array(bytes))
    Self.apply(change, to: &current)
    unsynced.append(change)
  }

  mutating func truncate(to size: Int) {
    Self.apply(.truncate(size), to: &current)
    unsynced.append(.truncate(size))
  }

  mutating func sync() {
    for change in unsynced { Self.apply(change, to: &durable) }
    unsynced = []
  }

  /// Fails to sync, so that what was not synced stays readable but is no longer on its way.
  mutating func forgetUnsynced() {
    unsynced = []
  }

  /// What is left when the power fails.
  func afterCrash(
    _ loss: DiskLoss,
    using random: inout some RandomNumberGenerator
  ) -> [UInt8] {
    var bytes = durable
    switch loss {
    case .everything: break
    case .nothing:
      for change in unsynced { Self.apply(change, to: &bytes) }
    case .tail:
      let kept = Int.random(in: 0...unsynced.count, using: &random)
      for change in unsynced.prefix(kept) { Self.apply(change, to: &bytes) }
      if kept < unsynced.count { Self.tear(unsynced[kept], into: &bytes, using: &random) }
    case .anything:
      for change in unsynced {
        switch Int.random(in: 0..<3, using: &random) {
        case 0: Self.apply(change, to: &bytes)
        case 1: Self.tear(change, into: &bytes, using: &random)
        default: break
        }
      }
    }
    return bytes
  }

  private static func apply(_ change: Change, to bytes: inout [UInt8]) {
    switch change {
    case .write(let offset, let written):
      let end = offset + written.count
      if bytes.count < end { bytes.append(contentsOf: repeatElement(0, count: end - bytes.count)) }
      bytes.replaceSubrange(offset..<end, with: written)
    case .truncate(let size):
      if bytes.count > size {
        bytes.removeSubrange(size...)
      } else {
        bytes.append(contentsOf: repeatElement(0, count: size - bytes.count))
      }
    }
  }

  /// Applies some of the sectors of a write, or a truncation or not.
  private static func tear(
    _ change: Change,
    into bytes: inout [UInt8],
    using random: inout some RandomNumberGenerator
  ) {
    guard case .write(let offset, let written) = change else {
      if Bool.random(using: &random) { apply(change, to: &bytes) }
      return
    }
    // A file may have grown for a write of which nothing arrived.
    let end = offset + written.count
    if end > bytes.count, Bool.random(using: &random) {
      let garbage = UInt8.random(in: 0...255, using: &random)
      bytes.append(contentsOf: repeatElement(garbage, count: end - bytes.count))
    }
    var start = offset
    while start < end {
      let next = min(end, (start / sectorBytes + 1) * sectorBytes)
      if Bool.random(using: &random) {
        let sector = Array(written[(start - offset)..<(next - offset)])
        apply(.write(offset: start, bytes: sector), to: &bytes)
      }
      start = next
    }
  }
}
