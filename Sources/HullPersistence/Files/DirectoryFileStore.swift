// Stored files as files of the system.

import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A ``FileStore`` in a directory of its own.
///
/// A file is written below `incoming` under a name of its own, synced, and renamed into `files`, where
/// its name is its key. So whatever is in `files` is whole, and whatever is in `incoming` when the store
/// is opened was never finished. Only the process that holds the lock of the database may open it.
package final class DirectoryFileStore: FileStore {
  /// When a file counts as written.
  ///
  /// ``Durability/off`` never waits for the disk; the others both do, because the row that names the
  /// file may reach the disk at any moment after its commit.
  private let durability: Durability
  private let threads: DiskThreads
  private let random: any RandomSource
  let fault: (@Sendable (FileStoreStep) throws -> Void)?

  private let filesPath: String
  private let incomingPath: String

  private init(path: String, options: FileStoreOptions, random: any RandomSource) {
    durability = options.durability
    fault = options.fault
    self.random = random
    threads = DiskThreads(count: options.threads, name: "hull files")
    filesPath = path + "/files"
    incomingPath = path + "/incoming"
  }

  /// Opens a directory, which is made if it is not there, and removes what was never finished.
  ///
  /// - Parameters:
  ///   - path: The directory.
  ///   - options: How to use it.
  ///   - random: Where the names of files come from that are being written.
  /// - Returns: The store.
  /// - Throws: ``PersistenceError``.
  package static func open(
    path: String,
    options: FileStoreOptions = FileStoreOptions(),
    random: any RandomSource = SystemRandomSource()
  ) async throws -> DirectoryFileStore {
    let store = DirectoryFileStore(path: path, options: options, random: random)
    try await store.threads.run { try store.prepare(path) }
    return store
  }

  private func prepare(_ path: String) throws(PersistenceError) {
    for directory in [path, filesPath, incomingPath] {
      guard mkdir(directory, 0o700) == 0 || errno == EEXIST else {
        throw PersistenceError(systemError: errno, "create", directory)
      }
    }
    try syncDirectory(path)
    for name in try Self.names(in: incomingPath) where FileKey(name) != nil {
      guard unlink(incomingPath + "/" + name) == 0 || errno == ENOENT else {
        throw PersistenceError(systemError: errno, "remove", incomingPath + "/" + name)
      }
    }
  }

  func path(of key: FileKey) -> String { "\(filesPath)/\(key)" }

  package func begin() async throws -> any FileWriter {
    let path = "\(incomingPath)/\(FileKey(from: random))"
    return try await threads.run {
      try self.fault?(.create)
      return try DirectoryFileWriter(path: path, store: self)
    }
  }

  package func contents(of key: FileKey) -> FileContents? { .file(path: path(of: key)) }

  package func open(_ key: FileKey) async throws -> (any FileReader)? {
    let path = path(of: key)
    return try await threads.run { try DirectoryFileReader(path: path, threads: self.threads) }
  }

  package func remove(_ key: FileKey) async throws {
    let path = path(of: key)
    try await threads.run {
      try self.fault?(.remove)
      guard unlink(path) == 0 || errno == ENOENT else {
        throw PersistenceError(systemError: errno, "remove", path)
      }
    }
  }

  package func keys() async throws -> Set<FileKey> {
    try await threads.run { Set(try Self.names(in: self.filesPath).compactMap(FileKey.init)) }
  }

  /// Runs work that waits for the disk.
  func onDisk<Value: Sendable>(_ work: @Sendable () throws -> Value) async throws -> Value {
    try await threads.run(work)
  }

  // MARK: Steps of writing, on the threads for the disk

  /// Makes the bytes of a file survive a power failure.
  func sync(_ descriptor: CInt, _ path: String) throws {
    try fault?(.sync)
    if durability == .off { return }
    #if canImport(Darwin)
      // Plain fsync does not reach the disk there.
      let result = durability == .full ? fcntl(descriptor, F_FULLFSYNC) : fsync(descriptor)
    #else
      let result = fsync(descriptor)
    #endif
    guard result == 0 else { throw PersistenceError(systemError: errno, "sync", path) }
  }

  /// Gives a finished file its key.
  func publish(_ incoming: String, as key: FileKey) throws {
    let path = path(of: key)
    // Nobody else publishes here, and keys are random: this only happens if randomness is broken.
    guard access(path, F_OK) != 0 else { throw PersistenceError.fileExists(key, path) }
    try fault?(.rename)
    guard rename(incoming, path) == 0 else {
      throw PersistenceError(systemError: errno, "rename", incoming)
    }
    do {
      try fault?(.syncDirectory)
      try syncDirectory(filesPath)
    } catch {
      unlink(path)
      throw error
    }
  }

  /// Makes the names in a directory survive a power failure.
  private func syncDirectory(_ path: String) throws(PersistenceError) {
    if durability == .off { return }
    let descriptor = Self.openDirectory(path)
    guard descriptor >= 0 else { throw PersistenceError(systemError: errno, "open", path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw PersistenceError(systemError: errno, "sync", path) }
  }

  private static func openDirectory(_ path: String) -> CInt {
    #if canImport(Glibc)
      Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    #elseif canImport(Musl)
      Musl.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    #else
      Darwin.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    #endif
  }

  private static func names(in path: String) throws(PersistenceError) -> [String] {
    guard let directory = opendir(path) else {
      throw PersistenceError(systemError: errno, "list", path)
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      // The name is an array of bytes in the structure, ended by a zero.
      names.append(
        withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
          String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
      )
    }
    return names
  }
}
