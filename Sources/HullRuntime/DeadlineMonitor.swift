// Ends functions that run too long, from a thread of its own.

import Foundation
import HullPersistence
import Synchronization

/// Something with a time limit that is looked at from outside.
protocol Deadlined: AnyObject, Sendable {
  /// Ends it if it is over its limit. Called every few milliseconds, must not block.
  func checkDeadline()
}

/// Looks at every running function a hundred times a second.
///
/// Its own thread, because what it guards against is functions that occupy all other threads. It
/// sleeps while nothing runs, functions included that have been given up and still occupy their
/// threads, and starts with the first function of the process.
final class DeadlineMonitor: Sendable {
  /// The monitor of this process, shared by all backends as their threads are.
  static let shared = DeadlineMonitor(executor: .shared)

  /// Whose threads it watches.
  private let executor: FunctionExecutor

  /// How often the running functions are looked at, in seconds.
  static let interval = 0.01

  /// Rounds without a running function before the thread sleeps; below that, registering costs
  /// no wake-up.
  private let idleRounds: Int

  /// Guards the set of running functions; held only to add, remove or copy.
  private let watched = Mutex(Watched())

  private struct Watched {
    var functions: [ObjectIdentifier: any Deadlined] = [:]
    var isAsleep = false
    var isStarted = false
  }

  /// Wakes the sleeping thread.
  private let wake = DispatchSemaphore(value: 0)

  /// Makes a monitor, whose thread begins with the first function.
  ///
  /// - Parameters:
  ///   - executor: Where functions run.
  ///   - idleRounds: For how many rounds it looks on when nothing runs.
  init(executor: FunctionExecutor, idleRounds: Int = 100) {
    self.executor = executor
    self.idleRounds = idleRounds
  }

  /// Begins to look at `function`, and keeps it alive, until ``forget(_:)``.
  func watch(_ function: any Deadlined) {
    let (mustStart, mustWake) = watched.withLock { watched in
      watched.functions[ObjectIdentifier(function)] = function
      defer {
        watched.isStarted = true
        watched.isAsleep = false
      }
      return (!watched.isStarted, watched.isAsleep)
    }
    if mustStart { Thread.start(named: "hull-deadlines") { [self] in run() } }
    if mustWake { wake.signal() }
  }

  /// Stops looking at `function`.
  func forget(_ function: any Deadlined) {
    // The reference goes outside the lock: releasing it may run arbitrary deinitialisers.
    let removed = watched.withLock { $0.functions.removeValue(forKey: ObjectIdentifier(function)) }
    withExtendedLifetime(removed) {}
  }

  private func run() {
    var idle = 0
    var seen: UInt64 = 0
    while true {
      Thread.sleep(forTimeInterval: Self.interval)
      seen = executor.relieve(since: seen)
      let functions = watched.withLock { Array($0.functions.values) }
      for function in functions { function.checkDeadline() }
      // Were a thread to get stuck while this one sleeps, it would be in a function, which wakes it.
      idle = functions.isEmpty && executor.isAtRest ? idle + 1 : 0
      guard idle > idleRounds else { continue }
      let mustSleep = watched.withLock { watched in
        watched.isAsleep = watched.functions.isEmpty
        return watched.isAsleep
      }
      if mustSleep { wake.wait() }
      idle = 0
    }
  }
}
