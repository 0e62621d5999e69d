#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension PersistenceError {
  /// A key that was to name a new file and names one already.
  static func fileExists(_ key: FileKey, _ path: String? = nil) -> PersistenceError {
    PersistenceError(
      code: .inconsistentWrite,
      message: "The file \(key) exists already: its key should have been drawn at random.",
      path: path
    )
  }

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
