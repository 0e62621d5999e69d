/// A file of a ``FaultyDisk``, with the locks on it and the memory its connections share.
///
/// `@unchecked Sendable`: everything in it is touched only while the disk's state is locked.
final class DiskFile: @unchecked Sendable {
  var content: DiskContent
  /// SQLite's lock of each open handle; those without one are absent.
  var locks: [ObjectIdentifier: FileLockLevel] = [:]
  /// The index of the write-ahead log; there while a handle has it mapped.
  var sharedMemory: SharedMemory?
  /// How many syncs have failed and forgotten what was written, by any handle.
  var losses = 0
  /// The handles that have it mapped.
  var mappings: Set<ObjectIdentifier> = []

  init(_ content: DiskContent = DiskContent()) {
    self.content = content
  }

  /// Raises the lock of a handle.
  ///
  /// - Returns: Whether it was to be had. One that waits for readers to go keeps new ones away.
  func lock(_ handle: ObjectIdentifier, _ level: FileLockLevel) -> Bool {
    let own = locks[handle] ?? .none
    guard level > own else { return true }
    let highest = locks.filter { $0.key != handle }.values.max() ?? .none
    switch level {
    case .none: return true
    case .shared:
      guard highest < .pending else { return false }
    case .reserved:
      guard highest < .reserved else { return false }
    case .pending, .exclusive:
      guard highest < .reserved else { return false }
      guard highest == .none else {
        locks[handle] = .pending
        return false
      }
    }
    locks[handle] = level
    return true
  }

  /// Lowers the lock of a handle.
  func unlock(_ handle: ObjectIdentifier, to level: FileLockLevel) {
    if level < locks[handle] ?? .none { locks[handle] = level == .none ? nil : level }
  }
}

/// SQLite's locks on a file; the numbers are its own.
enum FileLockLevel: Int32, Comparable {
  case none, shared, reserved, pending, exclusive

  static func < (left: FileLockLevel, right: FileLockLevel) -> Bool {
    left.rawValue < right.rawValue
  }
}
