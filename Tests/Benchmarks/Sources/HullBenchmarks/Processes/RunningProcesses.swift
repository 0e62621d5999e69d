// What must not outlive a run that is interrupted.

import Dispatch
import Foundation
import Synchronization

/// The servers that run now.
enum RunningProcesses {
  /// The lock is between the rows and the handler of signals.
  private static let identifiers = Mutex<Set<Int32>>([])

  static func add(_ identifier: Int32) { _ = identifiers.withLock { $0.insert(identifier) } }

  static func remove(_ identifier: Int32) { _ = identifiers.withLock { $0.remove(identifier) } }

  /// Ends this program when it is told to, and whatever it has started first.
  ///
  /// - Parameter last: What else to do.
  /// - Returns: What hears the signals, as long as it is kept.
  static func endWithThisProgram(
    _ last: @escaping @Sendable () -> Void
  ) -> [any DispatchSourceSignal] {
    [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        for identifier in identifiers.withLock({ $0 }) { kill(identifier, SIGKILL) }
        last()
        exit(1)
      }
      source.resume()
      return source
    }
  }
}
