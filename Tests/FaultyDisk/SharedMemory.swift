import CSQLite

/// The index of a write-ahead log, which the connections of a process share, and its locks.
///
/// `@unchecked Sendable`: the regions are memory whose use SQLite's own locks and barriers order;
/// everything else is touched only while the disk's state is locked. Every handle that has the
/// memory mapped holds this object, so a region lives as long as a connection may look at it.
final class SharedMemory: @unchecked Sendable {
  private var regions: [UnsafeMutableRawPointer] = []
  private var shared = [Int](repeating: 0, count: Int(SQLITE_SHM_NLOCK))
  private var isExclusive = [Bool](repeating: false, count: Int(SQLITE_SHM_NLOCK))

  deinit {
    for region in regions { region.deallocate() }
  }

  /// The n-th region; nil if there is none yet and it is not to be made.
  func region(_ n: Int, bytes: Int, extending: Bool) -> UnsafeMutableRawPointer? {
    while regions.count <= n {
      guard extending else { return nil }
      let region = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 4096)
      region.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
      regions.append(region)
    }
    return regions[n]
  }

  /// Takes or gives up locks for a handle that holds those in `held`.
  ///
  /// - Returns: Whether they were to be had.
  func lock(_ slots: Range<Int>, _ flags: Int32, held: inout HeldLocks) -> Bool {
    if flags & SQLITE_SHM_UNLOCK != 0 {
      for slot in slots {
        if held.exclusive.remove(slot) != nil { isExclusive[slot] = false }
        if held.shared.remove(slot) != nil { shared[slot] -= 1 }
      }
      return true
    }
    if flags & SQLITE_SHM_SHARED != 0 {
      for slot in slots where isExclusive[slot] && !held.exclusive.contains(slot) { return false }
      for slot in slots where held.shared.insert(slot).inserted { shared[slot] += 1 }
      return true
    }
    for slot in slots {
      let others = shared[slot] - (held.shared.contains(slot) ? 1 : 0)
      if others > 0 || isExclusive[slot] && !held.exclusive.contains(slot) { return false }
    }
    for slot in slots {
      isExclusive[slot] = true
      held.exclusive.insert(slot)
    }
    return true
  }

  /// The locks of one handle, by slot.
  struct HeldLocks {
    var shared: Set<Int> = []
    var exclusive: Set<Int> = []
  }
}
