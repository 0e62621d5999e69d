internal import Crypto
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A file of a ``DirectoryFileStore`` while it is written; gone with the last reference unless it was
/// published.
final class DirectoryFileWriter: FileWriter {
  private struct State {
    /// The open file; nil once it was published or given up.
    var descriptor: CInt?
    var hash = SHA256()
    var size = 0
  }

  private let path: String
  private let store: DirectoryFileStore
  /// Protects the file, which the threads for the disk work on one after the other.
  private let state: Mutex<State>

  /// Creates the file; on a thread for the disk.
  init(path: String, store: DirectoryFileStore) throws(PersistenceError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw PersistenceError(systemError: errno, "create", path) }
    self.path = path
    self.store = store
    state = Mutex(State(descriptor: descriptor))
  }

  deinit { giveUp() }

  func write(_ bytes: [UInt8]) async throws {
    try await store.onDisk {
      try self.store.fault?(.write)
      try self.state.withLock { state throws(PersistenceError) in
        guard let descriptor = state.descriptor else { throw .closed(path: self.path) }
        try Self.write(bytes, to: descriptor, self.path)
        state.hash.update(data: bytes)
        state.size += bytes.count
      }
    }
  }

  private static func write(
    _ bytes: [UInt8],
    to descriptor: CInt,
    _ path: String
  ) throws(PersistenceError) {
    var failure: CInt = 0
    bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let count = systemWrite(descriptor, UnsafeRawBufferPointer(rebasing: rest))
        if count > 0 {
          rest = rest.dropFirst(count)
        } else if errno != EINTR {
          failure = errno
          return
        }
      }
    }
    if failure != 0 { throw PersistenceError(systemError: failure, "write", path) }
  }

  func summary() async -> FileSummary {
    state.withLock { state in
      FileSummary(size: state.size, sha256: Array(state.hash.finalize()))
    }
  }

  func publish(as key: FileKey) async throws {
    try await store.onDisk {
      guard let descriptor = self.state.withLock({ $0.descriptor }) else {
        throw PersistenceError.closed(path: self.path)
      }
      try self.store.sync(descriptor, self.path)
      try self.store.publish(self.path, as: key)
      self.state.withLock { $0.descriptor = nil }
      close(descriptor)
    }
  }

  func discard() async {
    _ = try? await store.onDisk { self.giveUp() }
  }

  /// Closes and removes the file, unless that has been done or it was published.
  private func giveUp() {
    guard let descriptor = state.withLock({ $0.descriptor.take() }) else { return }
    close(descriptor)
    unlink(path)
  }
}

/// The system's `write`, which has the name of a method here.
private func systemWrite(_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}
