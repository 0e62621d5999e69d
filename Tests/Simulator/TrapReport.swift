// Which seed was running when the process traps.

import Foundation

/// Says, before a trap ends the process, which seed led to it.
enum TrapReport {
  /// The seed that runs.
  ///
  /// Written by the one thread there is, read by a signal handler on it.
  nonisolated(unsafe) static var seed: UInt64 = 0

  /// What the command that repeats a seed takes besides it; ends with a zero.
  ///
  /// Sound: written once, before the handlers that read it are installed, and never freed.
  nonisolated(unsafe) private static var options: UnsafeMutablePointer<CChar>?

  /// Has the signals of traps report the seed first.
  ///
  /// - Parameter options: What the command that repeats a seed takes besides it.
  static func install(options: String) {
    Self.options = strdup(options)
    for trap in [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE] {
      signal(trap) { number in
        TrapReport.write()
        signal(number, SIG_DFL)
        raise(number)
      }
    }
  }

  /// Prints with nothing that allocates, as a signal handler must.
  private static func write() {
    write("trapped in seed ")
    writeSeed()
    write("\nagain: swift run HullSimulator --seed ")
    writeSeed()
    if let options { _ = Glibc.write(2, options, strlen(options)) }
    write("\n")
  }

  private static func write(_ text: StaticString) {
    _ = Glibc.write(2, text.utf8Start, text.utf8CodeUnitCount)
  }

  private static func writeSeed() {
    var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
    withUnsafeMutableBytes(of: &digits) { buffer in
      var rest = seed
      var position = buffer.count
      repeat {
        position -= 1
        buffer[position] = UInt8(ascii: "0") + UInt8(rest % 10)
        rest /= 10
      } while rest > 0
      _ = Glibc.write(2, buffer.baseAddress.map { $0 + position }, buffer.count - position)
    }
  }
}
