import CSQLite

/// The table of functions by which SQLite reaches a ``FaultyDisk``.
///
/// `@unchecked Sendable`: the memory is written before SQLite sees it and freed after SQLite has
/// forgotten it, and not changed in between.
final class VFSRegistration: @unchecked Sendable {
  private let vfs: UnsafeMutablePointer<sqlite3_vfs>
  private let name: UnsafeMutablePointer<CChar>

  init(name: String) {
    let text = Array(name.utf8CString)
    self.name = .allocate(capacity: text.count)
    self.name.initialize(from: text, count: text.count)
    vfs = .allocate(capacity: 1)
    vfs.initialize(to: sqlite3_vfs())
  }

  deinit {
    vfs.deallocate()
    name.deallocate()
  }

  /// Tells SQLite of the disk, which must outlive its open files: they hold on to it.
  func register(_ disk: FaultyDisk) {
    vfs.pointee.iVersion = 2
    vfs.pointee.szOsFile = Int32(MemoryLayout<OpenFile>.stride)
    vfs.pointee.mxPathname = 1024
    vfs.pointee.zName = UnsafePointer(name)
    vfs.pointee.pAppData = Unmanaged.passUnretained(disk).toOpaque()
    setFileFunctions()
    setSystemFunctions()
    sqlite3_vfs_register(vfs, 0)
  }

  func unregister() {
    sqlite3_vfs_unregister(vfs)
  }

  private func setFileFunctions() {
    vfs.pointee.xOpen = { vfs, name, file, flags, outFlags in
      guard let file, let disk = vfs?.disk else { return SQLITE_INTERNAL }
      let path = name.map { String(cString: $0) }
      switch DiskHandle.open(path, on: disk, flags: flags) {
      case .success(let handle):
        OpenFile.place(handle, at: file)
        outFlags?.pointee = flags
        return SQLITE_OK
      case .failure(let code):
        file.pointee.pMethods = nil
        return code.rawValue
      }
    }
    vfs.pointee.xDelete = { vfs, name, syncsDirectory in
      guard let disk = vfs?.disk, let name else { return SQLITE_INTERNAL }
      return disk.delete(String(cString: name), syncsDirectory: syncsDirectory != 0).rawValue
    }
    vfs.pointee.xAccess = { vfs, name, _, result in
      guard let disk = vfs?.disk, let name else { return SQLITE_INTERNAL }
      result?.pointee = disk.exists(String(cString: name)) ? 1 : 0
      return SQLITE_OK
    }
    vfs.pointee.xFullPathname = { _, name, capacity, result in
      guard let name, let result else { return SQLITE_INTERNAL }
      let text = Array(String(cString: name).utf8CString)
      guard text.count <= Int(capacity) else { return SQLITE_CANTOPEN }
      result.update(from: text, count: text.count)
      return SQLITE_OK
    }
  }

  /// What has nothing to do with files is the system's.
  private func setSystemFunctions() {
    vfs.pointee.xRandomness = { _, count, buffer in
      let system = sqlite3_vfs_find(nil)
      return system?.pointee.xRandomness(system, count, buffer) ?? 0
    }
    vfs.pointee.xSleep = { _, microseconds in
      let system = sqlite3_vfs_find(nil)
      return system?.pointee.xSleep(system, microseconds) ?? 0
    }
    vfs.pointee.xCurrentTime = { _, result in
      let system = sqlite3_vfs_find(nil)
      return system?.pointee.xCurrentTime(system, result) ?? SQLITE_ERROR
    }
    vfs.pointee.xCurrentTimeInt64 = { _, result in
      let system = sqlite3_vfs_find(nil)
      return system?.pointee.xCurrentTimeInt64(system, result) ?? SQLITE_ERROR
    }
    vfs.pointee.xGetLastError = { _, _, _ in 0 }
  }
}

extension UnsafeMutablePointer<sqlite3_vfs> {
  /// The disk whose table this is; its registration ends with it.
  fileprivate var disk: FaultyDisk? {
    pointee.pAppData.map { Unmanaged<FaultyDisk>.fromOpaque($0).takeUnretainedValue() }
  }
}

extension FaultyDisk {
  fileprivate func exists(_ name: String) -> Bool {
    withState { $0.files[name] != nil }
  }

  fileprivate func delete(_ name: String, syncsDirectory: Bool) -> DiskCode {
    withState { state in
      guard state.files[name] != nil else { return .nothingToDelete }
      if state.begin(.delete, of: name) != nil { return .deleteFailed }
      state.files[name] = nil
      if syncsDirectory { state.durableFiles = state.files }
      return .ok
    }
  }
}
