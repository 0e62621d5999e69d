// The threads that run functions, kept apart so that a function that never yields harms no other.

import Foundation
import Synchronization

/// A pool of threads that replaces those its jobs do not give back.
///
/// Swift's own pool has one thread per core: as many functions that loop for ever, or block, would
/// stop everything in the process, the caller's answer included. This pool watches its queue, and
/// when the oldest job has waited for a whole tick while no thread came free, adds a thread, up to
/// ``maximumThreads``. Threads above the usual number end when they have nothing to do.
package final class FunctionExecutor: TaskExecutor {
  /// The pool of this process: like Swift's own, it is shared by all backends.
  package static let shared = FunctionExecutor(
    threads: max(2, ProcessInfo.processInfo.activeProcessorCount)
  )

  /// The most threads there may be, stuck ones included.
  package static let maximumThreads = 256

  private let usualThreads: Int

  /// Guards the queue and the counters; a condition rather than a `Mutex` because threads wait on it.
  private let condition = NSCondition()

  /// Everything ``condition`` guards.
  ///
  /// Unchecked because the compiler cannot see it: each access below happens with the lock held.
  private final class State: @unchecked Sendable {
    var jobs: [UnownedJob] = []
    var head = 0
    var threads = 0
    var idle = 0
    /// Jobs taken so far: the watcher's sign that threads still come free.
    var taken: UInt64 = 0
  }
  private let state = State()

  private init(threads: Int) {
    usualThreads = threads
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    condition.lock()
    state.jobs.append(job)
    if state.idle > 0 {
      condition.signal()
    } else if state.threads < usualThreads {
      startThread()
    }
    condition.unlock()
  }

  /// Adds a thread if none has come free since `seen`, a former result, though a job is waiting.
  package func relieve(since seen: UInt64) -> UInt64 {
    condition.lock()
    defer { condition.unlock() }
    let isWaiting = state.head < state.jobs.count
    if isWaiting, state.idle == 0, state.taken == seen, state.threads < Self.maximumThreads {
      startThread()
    }
    return state.taken
  }

  /// Starts a thread; the lock is held.
  private func startThread() {
    state.threads += 1
    let thread = Thread { [self] in work() }
    thread.name = "hull-function"
    // Query code nests: keep the usual stack of a main thread rather than 512 KiB.
    thread.stackSize = 8 << 20
    thread.start()
  }

  private func work() {
    condition.lock()
    while true {
      while state.head == state.jobs.count {
        if state.threads > usualThreads {
          state.threads -= 1
          condition.unlock()
          return
        }
        state.idle += 1
        condition.wait()
        state.idle -= 1
      }
      let job = state.jobs[state.head]
      state.head += 1
      if state.head == state.jobs.count {
        state.jobs.removeAll(keepingCapacity: true)
        state.head = 0
      }
      state.taken &+= 1
      condition.unlock()
      job.runSynchronously(on: asUnownedTaskExecutor())
      condition.lock()
    }
  }
}
