// What of a backend's data outlives it.

import HullDatabase
import HullPersistence
import HullValues

/// A disk: what has been written to it is there after a crash.
///
/// It knows nothing of SQLite and keeps the contract of ``Persistence`` on commits: each batch is
/// written as a whole or not at all.
final class SimulatedDisk {
  /// What is on it.
  let durable: InMemoryPersistence
  /// Every commit on it since the simulation began, in the order they were written.
  private(set) var commits: [CommitRecord] = []
  private let start: Timestamp
  private let wasWritten: (CommitRecord) -> Void

  /// - Parameters:
  ///   - template: What is on the disk at first.
  ///   - wasWritten: Told of every commit that is on the disk from then on.
  init(template: InMemoryPersistence, wasWritten: @escaping (CommitRecord) -> Void) {
    durable = InMemoryPersistence(copying: template)
    start = template.lastTimestamp
    self.wasWritten = wasWritten
  }

  /// Writes a batch, with which the store must agree.
  func write(_ batch: [CommitRecord]) async throws {
    var last = commits.last?.timestamp ?? start
    for record in batch {
      if record.timestamp <= last {
        throw Violation("a commit at \(record.timestamp) follows one at \(last)")
      }
      last = record.timestamp
    }
    do {
      try await durable.append(batch)
    } catch {
      throw Violation("the store refuses a batch: \(error)")
    }
    commits += batch
    for record in batch { wasWritten(record) }
  }
}

/// Something that must never be.
struct Violation: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
