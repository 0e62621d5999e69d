import CSQLite
import Foundation
import Synchronization
import TestRandomness

/// A disk in memory for SQLite, which fails as it is told to and knows what a power failure leaves.
///
/// It is a VFS of its own: stores opened with its ``name`` keep their files here. What was synced is
/// kept apart from what was only written. Locks and the memory that connections share work within
/// the process.
package final class FaultyDisk: Sendable {
  /// The name to open SQLite files with.
  package let name: String
  /// Whether a write leaves the rest of its sectors alone even if it is torn, as SQLite takes for
  /// granted of the system's disks.
  let isPowersafe: Bool
  /// Whether threads give way to others before some of their operations.
  private let isUneven: Bool
  /// Guards all files, their locks, and what is to go wrong.
  private let state: Mutex<State>
  /// What SQLite knows of this disk; registered until the disk goes.
  private let registration: VFSRegistration

  struct State {
    /// The directory as programs see it, by path.
    var files: [String: DiskFile] = [:]
    /// The directory as it is after a power failure.
    var durableFiles: [String: DiskFile] = [:]
    var operations = 0
    var isCrashed = false
    var capacity: Int?
    var fault: (@Sendable (DiskOperation) -> DiskFault?)?
    var faults: [DiskOperation] = []
  }

  /// Counts disks, whose names must differ.
  private static let count = Atomic<Int>(0)

  /// An empty disk.
  ///
  /// - Parameters:
  ///   - isPowersafe: Whether it says of itself that a write leaves the rest of its sectors alone; it
  ///     does in any case.
  ///   - isUneven: Whether threads give way to others before some of their operations, so that these
  ///     meet in more orders than they would by themselves.
  package convenience init(isPowersafe: Bool = true, isUneven: Bool = false) {
    self.init(State(), isPowersafe: isPowersafe, isUneven: isUneven)
  }

  private init(_ initial: sending State, isPowersafe: Bool, isUneven: Bool = false) {
    self.isPowersafe = isPowersafe
    self.isUneven = isUneven
    name = "faulty-disk-\(Self.count.add(1, ordering: .relaxed).newValue)"
    state = Mutex(initial)
    registration = VFSRegistration(name: name)
    registration.register(self)
  }

  deinit {
    registration.unregister()
  }

  /// Decides before every operation whether it goes wrong.
  ///
  /// It is called on the threads that use the disk, one at a time, and must not use the disk itself.
  package func setFault(_ fault: (@Sendable (DiskOperation) -> DiskFault?)?) {
    state.withLock { $0.fault = fault }
  }

  /// Sets how many bytes all files may have together; nil for any number.
  package func setCapacity(_ bytes: Int?) {
    state.withLock { $0.capacity = bytes }
  }

  /// Bytes of all files.
  package var usedBytes: Int { state.withLock { $0.usedBytes } }

  /// Operations so far that were not reads.
  package var operations: Int { state.withLock { $0.operations } }

  /// The operations that went wrong as they were told to.
  package var faults: [DiskOperation] { state.withLock { $0.faults } }

  /// Whether the power has failed.
  package var isCrashed: Bool { state.withLock { $0.isCrashed } }

  /// Makes the power fail now.
  package func crash() {
    state.withLock { $0.isCrashed = true }
  }

  /// The disk as it would be found if the power failed now, or when it did.
  ///
  /// - Parameters:
  ///   - loss: What becomes of writes that were not synced.
  ///   - seed: Chooses among the possible outcomes.
  /// - Returns: Another disk with the same paths, on which everything works.
  package func afterCrash(_ loss: DiskLoss, seed: UInt64) -> FaultyDisk {
    var random = SeededGenerator(seed: seed)
    return state.withLock { state in
      var left = State()
      let names = Set(state.files.keys).union(state.durableFiles.keys).sorted()
      for name in names {
        let isNew: Bool =
          switch loss {
          case .everything: false
          case .nothing: true
          case .tail, .anything: Bool.random(using: &random)
          }
        guard let file = isNew ? state.files[name] : state.durableFiles[name] else { continue }
        left.files[name] = DiskFile(DiskContent(file.content.afterCrash(loss, using: &random)))
      }
      left.durableFiles = left.files
      return FaultyDisk(left, isPowersafe: isPowersafe)
    }
  }

  func withState<Value: Sendable>(_ body: (inout State) -> Value) -> Value {
    if isUneven, Int.random(in: 0..<5) == 0 {
      for _ in 0..<Int.random(in: 0..<100) { sched_yield() }
    }
    return state.withLock { body(&$0) }
  }
}

extension FaultyDisk.State {
  var usedBytes: Int { files.values.reduce(0) { $0 + $1.content.current.count } }

  /// Counts an operation and says how it goes wrong, if it does.
  mutating func begin(
    _ kind: DiskOperation.Kind,
    of file: String,
    bytes: Int = 0,
    isBlank: Bool = false
  ) -> DiskFault? {
    if isCrashed { return .failed }
    var operation = DiskOperation(number: operations, kind: kind, file: file)
    (operation.bytes, operation.isBlank) = (bytes, isBlank)
    if kind != .read { operations += 1 }
    guard let fault = fault?(operation) else { return nil }
    faults.append(operation)
    if fault == .crash {
      isCrashed = true
      return .failed
    }
    return fault
  }

  /// How many bytes of a write there is room for.
  func room(for count: Int, at offset: Int, in file: DiskFile) -> Int {
    guard let capacity else { return count }
    let growth = max(0, offset + count - file.content.current.count)
    return max(0, count - max(0, growth - max(0, capacity - usedBytes)))
  }
}
