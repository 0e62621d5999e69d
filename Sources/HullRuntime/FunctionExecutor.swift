// The threads that run functions, kept apart so that a function that never yields harms no other.

import Foundation
import Synchronization

/// A pool of threads that replaces those its jobs do not give back.
///
/// Swift's own pool has one thread per core: as many functions that loop for ever, or block, would
/// stop everything in the process, the caller's answer included. This pool watches its queue, and
/// when the oldest job has waited for a whole tick while no thread came free, adds a thread, up to
/// ``maximumThreads``. Threads above the usual number end when they have nothing to do.
///
/// A job that a thread of the pool makes ready runs next on that thread, without the queue.
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
    var workers: [ObjectIdentifier: Worker] = [:]
    var idle = 0
    /// Jobs taken so far: the watcher's sign that threads still come free.
    var taken: UInt64 = 0

    /// Takes the job that has waited longest.
    func next() -> UnownedJob? {
      guard head < jobs.count else { return nil }
      let job = jobs[head]
      head += 1
      if head == jobs.count {
        jobs.removeAll(keepingCapacity: true)
        head = 0
      }
      taken &+= 1
      return job
    }
  }
  private let state = State()

  private init(threads: Int) {
    usualThreads = threads
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    var job = UnownedJob(job)
    if let worker = Worker.current {
      // What a job makes ready runs on the same thread right after it, as a rule: to wake another
      // thread costs more than most functions.
      guard let displaced = worker.put(job) else { return }
      job = displaced
    }
    append(job)
  }

  private func append(_ job: UnownedJob) {
    condition.lock()
    state.jobs.append(job)
    if state.idle > 0 {
      condition.signal()
    } else if state.workers.count < usualThreads {
      startThread()
    }
    condition.unlock()
  }

  /// Adds a thread if none has come free since `seen`, a former result, though a job is waiting,
  /// and takes from threads that are stuck what they were to run next.
  package func relieve(since seen: UInt64) -> UInt64 {
    condition.lock()
    defer { condition.unlock() }
    for worker in state.workers.values {
      guard let job = worker.takeIfStuck() else { continue }
      state.jobs.append(job)
      condition.signal()
    }
    let isWaiting = state.head < state.jobs.count
    if isWaiting, state.idle == 0, state.taken == seen, state.workers.count < Self.maximumThreads {
      startThread()
    }
    return state.taken
  }

  /// Starts a thread; the lock is held.
  private func startThread() {
    let worker = Worker()
    state.workers[ObjectIdentifier(worker)] = worker
    let thread = Thread { [self] in work(worker) }
    thread.name = "hull-function"
    // Query code nests: keep the usual stack of a main thread rather than 512 KiB.
    thread.stackSize = 8 << 20
    thread.start()
  }

  private func work(_ worker: Worker) {
    worker.makeCurrent()
    while let job = nextShared(worker) {
      job.runSynchronously(on: asUnownedTaskExecutor())
      var streak = 0
      while let job = worker.take() {
        guard streak < Self.longestStreak else {
          append(job)
          break
        }
        streak += 1
        job.runSynchronously(on: asUnownedTaskExecutor())
      }
    }
  }

  /// How many jobs a thread runs that only it knows of before others have a turn.
  private static let longestStreak = 32

  /// Waits for a job of the queue; nil when the thread is one too many.
  private func nextShared(_ worker: Worker) -> UnownedJob? {
    condition.lock()
    defer { condition.unlock() }
    while true {
      if let job = state.next() { return job }
      if state.workers.count > usualThreads {
        state.workers[ObjectIdentifier(worker)] = nil
        return nil
      }
      state.idle += 1
      condition.wait()
      state.idle -= 1
    }
  }
}

/// A thread of the pool, and the one job that is to run on it next.
private final class Worker: Sendable {
  /// Guards the job: the thread puts and takes it, the watcher takes it from a stuck thread.
  private let state = Mutex(State())

  private struct State {
    var next: UnownedJob?
    /// Jobs put or taken so far, and how many there were at the watcher's last visit.
    var moves: UInt64 = 0
    var seen: UInt64 = 0
  }

  /// Has `job` run next.
  ///
  /// - Returns: The job that was to run next until now.
  func put(_ job: UnownedJob) -> UnownedJob? {
    state.withLock { state in
      state.moves &+= 1
      defer { state.next = job }
      return state.next
    }
  }

  /// Takes the job that is to run next.
  func take() -> UnownedJob? {
    state.withLock { state in
      state.moves &+= 1
      return state.next.take()
    }
  }

  /// Takes the job if the thread has not moved since this was last called.
  func takeIfStuck() -> UnownedJob? {
    state.withLock { state in
      defer { state.seen = state.moves }
      return state.seen == state.moves ? state.next.take() : nil
    }
  }

  /// Where a thread of the pool finds its own worker.
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    let result = pthread_key_create(&key, nil)
    precondition(result == 0, "no room for thread-local data")
    return key
  }()

  /// The worker of the calling thread; nil if the thread is none of the pool.
  static var current: Worker? {
    // Sound: only `makeCurrent` sets the pointer, to a worker that lives as long as its thread.
    pthread_getspecific(key).map { Unmanaged<Worker>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Makes this the worker of the calling thread, which keeps it alive.
  func makeCurrent() {
    pthread_setspecific(Self.key, Unmanaged.passUnretained(self).toOpaque())
  }
}
