import Synchronization
import TestRandomness

/// Makes operations fail at random; the same for the same seed and order of operations.
package final class DiskWeather: Sendable {
  /// Guards the generator, which the threads that use the disk share.
  private let random: Mutex<SeededGenerator>
  /// How many of a thousand operations fail.
  private let chance = Atomic<Int>(0)

  package init(seed: UInt64) {
    random = Mutex(SeededGenerator(seed: seed))
  }

  /// Has this many of a thousand operations fail from now on; of reads, which are many to a commit, a
  /// tenth of that.
  package func set(chance: Int) {
    self.chance.store(chance, ordering: .sequentiallyConsistent)
  }

  /// For ``FaultyDisk/setFault(_:)``.
  package func fault(_ operation: DiskOperation) -> DiskFault? {
    let chance = chance.load(ordering: .sequentiallyConsistent)
    guard chance > 0 else { return nil }
    return random.withLock { random in
      let range = operation.kind == .read ? 10_000 : 1_000
      guard Int.random(in: 0..<range, using: &random) < chance else { return nil }
      let faults: [DiskFault] =
        switch operation.kind {
        case .open, .read, .truncate, .delete: [.failed]
        case .write: writeFaults(operation.bytes, using: &random)
        case .sync: [.failed, .failedSyncForgetting]
        }
      return faults.randomElement(using: &random)
    }
  }

  /// How a write may go wrong: after a few of its bytes, after any number, or when little was missing.
  private func writeFaults(_ bytes: Int, using random: inout SeededGenerator) -> [DiskFault] {
    let lengths = [0, 13, 700, Int.random(in: 0..<max(1, bytes), using: &random)]
    // The last byte, the last page, the last frame of a log.
    let ends = [1, 4_096, 4_120].map { max(0, bytes - $0) }
    let stored = (lengths + ends).filter { $0 < bytes }
    return [.failed] + stored.map { .shortWrite($0) } + stored.map { .full($0) }
  }
}
