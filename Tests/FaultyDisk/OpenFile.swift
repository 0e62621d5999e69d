import CSQLite

/// What lies in the memory SQLite allots to an open file: its own part, then ours.
struct OpenFile {
  private var base = sqlite3_file()
  /// Retained while the file is open.
  private var handle: Unmanaged<DiskHandle>?

  static func place(_ handle: DiskHandle, at file: UnsafeMutablePointer<sqlite3_file>) {
    UnsafeMutableRawPointer(file).initializeMemory(as: OpenFile.self, to: OpenFile(handle))
  }

  private init(_ handle: DiskHandle) {
    self.handle = Unmanaged.passRetained(handle)
    base.pMethods = Self.methods
  }

  /// The handle of an open file.
  private static func handle(_ file: UnsafeMutablePointer<sqlite3_file>?) -> DiskHandle? {
    guard let file else { return nil }
    return UnsafeMutableRawPointer(file).load(as: OpenFile.self).handle?.takeUnretainedValue()
  }

  /// The functions of every open file.
  ///
  /// `nonisolated(unsafe)`: written once, before SQLite sees it, and never freed.
  private nonisolated(unsafe) static let methods: UnsafePointer<sqlite3_io_methods> = {
    let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
    methods.initialize(to: sqlite3_io_methods())
    // The second version: with shared memory, without mapped files.
    methods.pointee.iVersion = 2
    setContentMethods(&methods.pointee)
    setLockMethods(&methods.pointee)
    setSharedMemoryMethods(&methods.pointee)
    return UnsafePointer(methods)
  }()

  private static func setContentMethods(_ methods: inout sqlite3_io_methods) {
    methods.xClose = { file in
      guard let file else { return SQLITE_INTERNAL }
      OpenFile.handle(file)?.close()
      UnsafeMutableRawPointer(file).load(as: OpenFile.self).handle?.release()
      file.pointee.pMethods = nil
      return SQLITE_OK
    }
    methods.xRead = { file, buffer, count, offset in
      guard let handle = OpenFile.handle(file) else { return SQLITE_INTERNAL }
      let buffer = UnsafeMutableRawBufferPointer(start: buffer, count: Int(count))
      return handle.read(into: buffer, at: Int(offset)).rawValue
    }
    methods.xWrite = { file, bytes, count, offset in
      guard let handle = OpenFile.handle(file) else { return SQLITE_INTERNAL }
      let bytes = UnsafeRawBufferPointer(start: bytes, count: Int(count))
      return handle.write(bytes, at: Int(offset)).rawValue
    }
    methods.xTruncate = { file, size in
      OpenFile.handle(file)?.truncate(to: Int(size)).rawValue ?? SQLITE_INTERNAL
    }
    methods.xSync = { file, _ in OpenFile.handle(file)?.sync().rawValue ?? SQLITE_INTERNAL }
    methods.xFileSize = { file, result in
      guard let handle = OpenFile.handle(file) else { return SQLITE_INTERNAL }
      result?.pointee = sqlite3_int64(handle.size)
      return SQLITE_OK
    }
    methods.xFileControl = { _, _, _ in SQLITE_NOTFOUND }
    methods.xSectorSize = { _ in Int32(DiskContent.sectorBytes) }
    methods.xDeviceCharacteristics = { file in
      OpenFile.handle(file)?.isPowersafe == true ? SQLITE_IOCAP_POWERSAFE_OVERWRITE : 0
    }
  }

  private static func setLockMethods(_ methods: inout sqlite3_io_methods) {
    methods.xLock = { file, level in
      OpenFile.handle(file)?.lock(level).rawValue ?? SQLITE_INTERNAL
    }
    methods.xUnlock = { file, level in
      OpenFile.handle(file)?.unlock(to: level)
      return SQLITE_OK
    }
    methods.xCheckReservedLock = { file, result in
      result?.pointee = OpenFile.handle(file)?.isReserved == true ? 1 : 0
      return SQLITE_OK
    }
  }

  private static func setSharedMemoryMethods(_ methods: inout sqlite3_io_methods) {
    methods.xShmMap = { file, region, bytes, extends, result in
      guard let handle = OpenFile.handle(file) else { return SQLITE_INTERNAL }
      switch handle.map(Int(region), bytes: Int(bytes), extending: extends != 0) {
      case .success(let address):
        result?.pointee = address.flatMap { UnsafeMutableRawPointer(bitPattern: $0) }
        return SQLITE_OK
      case .failure(let code):
        result?.pointee = nil
        return code.rawValue
      }
    }
    methods.xShmLock = { file, offset, count, flags in
      guard let handle = OpenFile.handle(file) else { return SQLITE_INTERNAL }
      return handle.lockShared(Int(offset)..<Int(offset + count), flags).rawValue
    }
    methods.xShmBarrier = { file in OpenFile.handle(file)?.barrier() }
    methods.xShmUnmap = { file, _ in
      OpenFile.handle(file)?.unmapShared()
      return SQLITE_OK
    }
  }
}
