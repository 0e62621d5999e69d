// Threads that the system's tools can tell apart.

package import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension Thread {
  /// Starts a thread under a name that the system is told, too.
  ///
  /// Foundation on Linux keeps the name of a thread to itself: `top -H` and profilers show the name of
  /// the thread that happened to start it.
  ///
  /// - Parameters:
  ///   - name: The name; Linux keeps the first 15 bytes.
  ///   - stackSize: The size of its stack in bytes; nil for Foundation's.
  ///   - body: What it does.
  package static func start(
    named name: String,
    stackSize: Int? = nil,
    _ body: @escaping @Sendable () -> Void
  ) {
    let thread = Thread {
      #if os(Linux)
        // Swift's module of glibc has no `pthread_setname_np`. Where there is no /proc, nothing is told.
        if let file = fopen("/proc/thread-self/comm", "w") {
          fputs(name, file)
          fclose(file)
        }
      #endif
      body()
    }
    thread.name = name
    if let stackSize { thread.stackSize = stackSize }
    thread.start()
  }
}
