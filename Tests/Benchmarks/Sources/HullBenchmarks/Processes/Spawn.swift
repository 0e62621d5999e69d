// Runs a program to its end, by `posix_spawn`.

import BenchmarkSupport
import Foundation

/// What `Process` of Foundation does, which crashes now and then in a process that has more than 1 024
/// files open: one that is a thousand clients.
enum Spawn {
  /// Runs a program and waits for it.
  ///
  /// - Parameters:
  ///   - words: The path of the program and its arguments.
  ///   - output: The descriptor that becomes its standard output.
  ///   - errors: The descriptor that becomes its standard error.
  /// - Returns: Its exit status; the negative number of the signal that ended it.
  /// - Throws: A ``BenchmarkFailure`` if it cannot be started.
  static func run(_ words: [String], output: Int32, errors: Int32) throws -> Int32 {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #else
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
    // The program gets no other descriptor: sockets it had would not close with those of this process.
    #if canImport(Darwin)
      posix_spawn_file_actions_addinherit_np(&actions, STDIN_FILENO)
      posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_CLOEXEC_DEFAULT))
    #else
      // Sound: it has this type wherever glibc has it (2.34). Swift's module of glibc leaves it out.
      typealias CloseFrom =
        @convention(c) (
          UnsafeMutablePointer<posix_spawn_file_actions_t>, CInt
        ) -> CInt
      guard let function = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else {
        throw BenchmarkFailure("the C library is older than glibc 2.34")
      }
      _ = unsafeBitCast(function, to: CloseFrom.self)(&actions, STDERR_FILENO + 1)
    #endif

    var arguments = words.map { strdup($0) }
    defer { arguments.forEach { free($0) } }
    arguments.append(nil)
    var program: pid_t = 0
    let failure = posix_spawn(&program, words[0], &actions, &attributes, arguments, environ)
    guard failure == 0 else {
      throw BenchmarkFailure("cannot run \(words[0]): \(String(cString: strerror(failure)))")
    }
    var status: Int32 = 0
    while waitpid(program, &status, 0) < 0 {
      guard errno == EINTR else { throw BenchmarkFailure("\(words[0]) is not waited for") }
    }
    // As the macros WIFSIGNALED, WTERMSIG and WEXITSTATUS have it.
    let signal = status & 0x7F
    return signal == 0 ? status >> 8 & 0xFF : -signal
  }
}
