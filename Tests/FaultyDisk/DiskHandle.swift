import CSQLite

/// An open file, as SQLite's calls on it.
///
/// `@unchecked Sendable`: what changes is touched only while the disk's state is locked.
final class DiskHandle: @unchecked Sendable {
  private let disk: FaultyDisk
  private let name: String
  private let file: DiskFile
  private let isDeletedOnClose: Bool
  /// Set for a new log until its first sync, which also syncs the directory, as SQLite's own does.
  private var needsDirectorySync: Bool
  /// The losses it has reported, or that others had before it was opened.
  private var knownLosses: Int
  private var sharedMemory: SharedMemory?
  private var heldLocks = SharedMemory.HeldLocks()

  private var id: ObjectIdentifier { ObjectIdentifier(self) }

  private init(disk: FaultyDisk, name: String, file: DiskFile, flags: Int32, isNew: Bool) {
    self.disk = disk
    self.name = name
    self.file = file
    knownLosses = file.losses
    isDeletedOnClose = flags & SQLITE_OPEN_DELETEONCLOSE != 0
    needsDirectorySync = isNew && flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL) != 0
  }

  /// Opens a file, which without a name is one of its own.
  static func open(_ name: String?, on disk: FaultyDisk, flags: Int32) -> Result<
    DiskHandle, DiskCode
  > {
    disk.withState { state in
      guard let name else {
        let file = DiskFile()
        return .success(DiskHandle(disk: disk, name: "", file: file, flags: flags, isNew: false))
      }
      if let file = state.files[name] {
        if state.isCrashed { return .failure(.cannotOpen) }
        return .success(DiskHandle(disk: disk, name: name, file: file, flags: flags, isNew: false))
      }
      guard flags & SQLITE_OPEN_CREATE != 0 else { return .failure(.cannotOpen) }
      switch state.begin(.open, of: name) {
      case nil: break
      case .full: return .failure(.full)
      default: return .failure(.cannotOpen)
      }
      let file = DiskFile()
      state.files[name] = file
      return .success(DiskHandle(disk: disk, name: name, file: file, flags: flags, isNew: true))
    }
  }

  var isPowersafe: Bool { disk.isPowersafe }

  func close() {
    disk.withState { state in
      file.unlock(id, to: .none)
      unmap()
      if isDeletedOnClose, !state.isCrashed { state.files[name] = nil }
    }
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) -> DiskCode {
    disk.withState { state in
      if state.begin(.read, of: name) != nil { return .readFailed }
      let available = max(0, min(buffer.count, file.content.current.count - offset))
      if available > 0 {
        file.content.current.withUnsafeBytes { bytes in
          buffer.copyMemory(
            from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + available])
          )
        }
      }
      guard available < buffer.count else { return .ok }
      // SQLite wants the rest to be zero.
      UnsafeMutableRawBufferPointer(rebasing: buffer[available...])
        .initializeMemory(as: UInt8.self, repeating: 0)
      return .shortRead
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> DiskCode {
    disk.withState { state in
      let isBlank = bytes.allSatisfy { $0 == 0 }
      switch state.begin(.write, of: name, bytes: bytes.count, isBlank: isBlank) {
      case nil: break
      case .full(let count):
        store(bytes.prefix(count), at: offset)
        return .full
      case .shortWrite(let count):
        store(bytes.prefix(count), at: offset)
        return .writeFailed
      case .failed, .failedSyncForgetting, .crash: return .writeFailed
      }
      let room = state.room(for: bytes.count, at: offset, in: file)
      store(bytes.prefix(room), at: offset)
      return room < bytes.count ? .full : .ok
    }
  }

  private func store(_ bytes: Slice<UnsafeRawBufferPointer>, at offset: Int) {
    if !bytes.isEmpty { file.content.write(UnsafeRawBufferPointer(rebasing: bytes), at: offset) }
  }

  func truncate(to size: Int) -> DiskCode {
    disk.withState { state in
      if state.begin(.truncate, of: name) != nil { return .truncateFailed }
      file.content.truncate(to: size)
      return .ok
    }
  }

  func sync() -> DiskCode {
    disk.withState { state in
      switch state.begin(.sync, of: name) {
      case nil: break
      case .failedSyncForgetting:
        file.content.forgetUnsynced()
        file.losses += 1
        knownLosses = file.losses
        return .syncFailed
      default: return .syncFailed
      }
      // Linux tells every handle once, whichever's sync it was that failed.
      if knownLosses < file.losses {
        knownLosses = file.losses
        return .syncFailed
      }
      file.content.sync()
      if needsDirectorySync { state.durableFiles = state.files }
      needsDirectorySync = false
      return .ok
    }
  }

  var size: Int { disk.withState { _ in file.content.current.count } }

  func lock(_ level: Int32) -> DiskCode {
    disk.withState { state in
      if state.isCrashed { return .lockFailed }
      return file.lock(id, FileLockLevel(rawValue: level) ?? .exclusive) ? .ok : .busy
    }
  }

  func unlock(to level: Int32) {
    disk.withState { _ in file.unlock(id, to: FileLockLevel(rawValue: level) ?? .none) }
  }

  /// Whether anyone is about to write.
  var isReserved: Bool {
    disk.withState { _ in file.locks.values.contains { $0 >= .reserved } }
  }
}

/// The memory connections share.
extension DiskHandle {
  /// The address of a region, nil if there is none; an address, because pointers may not cross locks.
  func map(_ region: Int, bytes: Int, extending: Bool) -> Result<UInt?, DiskCode> {
    disk.withState { state in
      if state.isCrashed { return .failure(.mapFailed) }
      let memory = sharedMemory ?? file.sharedMemory ?? SharedMemory()
      sharedMemory = memory
      file.sharedMemory = memory
      file.mappings.insert(id)
      let pointer = memory.region(region, bytes: bytes, extending: extending)
      return .success(pointer.map { UInt(bitPattern: $0) })
    }
  }

  func lockShared(_ slots: Range<Int>, _ flags: Int32) -> DiskCode {
    disk.withState { state in
      if state.isCrashed, flags & SQLITE_SHM_UNLOCK == 0 { return .mapFailed }
      guard let sharedMemory else { return .mapFailed }
      return sharedMemory.lock(slots, flags, held: &heldLocks) ? .ok : .busy
    }
  }

  /// Orders what was written to the memory before what is read from it after.
  func barrier() {
    disk.withState { _ in }
  }

  func unmapShared() {
    disk.withState { _ in unmap() }
  }

  /// Gives up this handle's part of the memory, which goes with the last.
  private func unmap() {
    guard let memory = sharedMemory else { return }
    _ = memory.lock(0..<Int(SQLITE_SHM_NLOCK), SQLITE_SHM_UNLOCK, held: &heldLocks)
    sharedMemory = nil
    file.mappings.remove(id)
    if file.mappings.isEmpty { file.sharedMemory = nil }
  }
}
