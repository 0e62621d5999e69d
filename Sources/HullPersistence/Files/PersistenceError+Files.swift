#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension PersistenceError {
  /// What the system says of a file or directory.
  ///
  /// - Parameters:
  ///   - number: The system's number for what went wrong.
  ///   - action: What was tried: `write`.
  ///   - path: The file or directory.
  init(systemError number: CInt, _ action: String, _ path: String) {
    let code: Code =
      switch number {
      case ENOSPC, EDQUOT, EFBIG: .diskFull
      case EACCES, EPERM, EROFS, ENOENT, ENOTDIR: .notWritable
      default: .inputOutput
      }
    self.init(
      code: code,
      message: "Cannot \(action) \(path): \(String(cString: strerror(number))).",
      path: path
    )
  }
}
