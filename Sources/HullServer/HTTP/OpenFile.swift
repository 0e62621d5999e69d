// A file whose bytes go to sockets without passing through the process.

import NIOCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Why a file cannot be sent.
package struct OpenFileError: Error, CustomStringConvertible {
  /// The file.
  package var path: String
  /// The system's number for what went wrong; 0 when it is not an ordinary file.
  package var code: CInt

  /// Whether there is no such file.
  package var isMissing: Bool { code == ENOENT }

  package var description: String {
    code == 0
      ? "\(path) is not an ordinary file"
      : "\(path) cannot be opened: \(String(cString: strerror(code)))"
  }
}

/// An ordinary file open for reading; any number of responses may be sent from it at once.
///
/// Its bytes must not change while they are sent.
package final class OpenFile: Sendable {
  /// The length in bytes when the file was opened.
  package let size: Int

  private let descriptor: CInt

  /// Opens a file.
  ///
  /// It asks the disk, so it is not for event loops.
  ///
  /// - Parameter path: The file.
  /// - Throws: ``OpenFileError``.
  package init(path: String) throws(OpenFileError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw OpenFileError(path: path, code: errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let code = errno
      close(descriptor)
      throw OpenFileError(path: path, code: code)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw OpenFileError(path: path, code: 0)
    }
    self.descriptor = descriptor
    size = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// A handle of its own on the same file, for one response; the caller closes it.
  ///
  /// - Returns: Nil when the process may not open more files.
  func makeHandle() -> NIOFileHandle? {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    return copy < 0 ? nil : NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: copy)
  }
}
