// How many files and sockets the process may have open.

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The system's bound on the open files of this process.
enum OpenFileLimit {
  /// Raises the bound as far as the process may: each connection is a file, and the usual bound is
  /// there for programs that look at all their files in a loop.
  ///
  /// - Returns: How many may be open; nil if the system does not say.
  @discardableResult
  static func raise() -> Int? {
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0 else { return nil }
    var raised = limit
    // Darwin refuses more than this, whatever it says itself.
    raised.rlim_cur = min(limit.rlim_max, most)
    if raised.rlim_cur > limit.rlim_cur, setrlimit(resource, &raised) == 0 { limit = raised }
    return Int(clamping: limit.rlim_cur)
  }

  #if canImport(Darwin)
    private static let resource = RLIMIT_NOFILE
    private static let most = rlim_t(OPEN_MAX)
  #elseif canImport(Musl)
    private static let resource = RLIMIT_NOFILE
    private static let most = rlim_t(1 << 20)
  #else
    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    private static let most = rlim_t(1 << 20)
  #endif
}
