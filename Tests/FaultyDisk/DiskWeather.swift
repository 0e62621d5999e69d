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

  /// Has this many of a thousand operations fail from now on.
  package func set(chance: Int) {
    self.chance.store(chance, ordering: .sequentiallyConsistent)
  }

  /// For ``FaultyDisk/setFault(_:)``.
  package func fault(_ operation: DiskOperation) -> DiskFault? {
    let chance = chance.load(ordering: .sequentiallyConsistent)
    guard chance > 0 else { return nil }
    return random.withLock { random in
      guard Int.random(in: 0..<1000, using: &random) < chance else { return nil }
      let faults: [DiskFault] =
        switch operation.kind {
        case .open, .read, .truncate, .delete: [.failed]
        case .write: [.failed, .shortWrite(13), .shortWrite(700), .full(0), .full(100)]
        case .sync: [.failed, .failedSyncForgetting]
        }
      return faults.randomElement(using: &random)
    }
  }
}
