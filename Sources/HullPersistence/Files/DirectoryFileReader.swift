#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A file of a ``DirectoryFileStore`` open for reading.
final class DirectoryFileReader: FileReader {
  let size: Int

  private let path: String
  private let descriptor: CInt
  private let threads: DiskThreads

  /// Opens the file; on a thread for the disk.
  ///
  /// - Returns: `nil` if there is none.
  init?(path: String, threads: DiskThreads) throws(PersistenceError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw PersistenceError(systemError: errno, "open", path)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let number = errno
      close(descriptor)
      throw PersistenceError(systemError: number, "read", path)
    }
    self.path = path
    self.descriptor = descriptor
    self.threads = threads
    size = Int(status.st_size)
  }

  deinit { close(descriptor) }

  func read(from offset: Int, count: Int) async throws -> [UInt8] {
    try await threads.run {
      var failure: CInt = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        while filled < count {
          let rest = UnsafeMutableBufferPointer(rebasing: buffer[filled...])
          let read = pread(self.descriptor, rest.baseAddress, rest.count, off_t(offset + filled))
          if read > 0 {
            filled += read
          } else if read == 0 {
            return
          } else if errno != EINTR {
            failure = errno
            return
          }
        }
      }
      if failure != 0 { throw PersistenceError(systemError: failure, "read", self.path) }
      return bytes
    }
  }
}
