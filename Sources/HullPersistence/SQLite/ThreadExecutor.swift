import Dispatch
import Foundation
import Synchronization

/// A thread of its own for an actor that blocks: SQLite waiting for the disk must not occupy a
/// thread of the cooperative pool, which has only as many as there are cores.
///
/// A thread that may be blocked can do the actor's work itself while the actor has none: see
/// ``onThisThread(_:)``.
final class ThreadExecutor: SerialExecutor {
  private struct State {
    var jobs: [UnownedJob] = []
    /// Who does the actor's work at the moment; nil: nobody.
    var user: pthread_t?
    var isStopped = false
  }

  /// Guards the queue between those who enqueue and the thread that runs it, and who that is.
  private let state = Mutex(State())
  /// Counts enqueued jobs, so that the thread sleeps while there are none.
  private let wakeups = DispatchSemaphore(value: 0)

  /// Starts the thread, which holds the executor alive until ``stop()``.
  init(name: String) {
    Thread.start(named: name) { [self] in run() }
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let isFree = state.withLock { state in
      state.jobs.append(job)
      return state.user == nil
    }
    // Whoever does the actor's work looks into the queue afterwards.
    if isFree { wakeups.signal() }
  }

  /// Does work of the actor on the calling thread, if nobody is doing any and none is waiting.
  ///
  /// - Parameter body: The work; it may call the actor's methods within `assumeIsolated`.
  /// - Returns: What `body` returns; nil if the actor has work.
  func onThisThread<Value>(_ body: () -> Value) -> Value? {
    let isFree = state.withLock { state in
      guard state.user == nil, state.jobs.isEmpty, !state.isStopped else { return false }
      state.user = pthread_self()
      return true
    }
    guard isFree else { return nil }
    defer {
      let hasWork = state.withLock { state in
        state.user = nil
        return !state.jobs.isEmpty || state.isStopped
      }
      if hasWork { wakeups.signal() }
    }
    return body()
  }

  /// Asked whether the calling thread does the actor's work where the language cannot tell.
  func checkIsolated() {
    let isUser = state.withLock { $0.user.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
    precondition(isUser, "this thread does not do the actor's work")
  }

  /// Ends the thread once it has run what is enqueued; for the owner's `deinit`, after which
  /// nothing can be enqueued any more.
  func stop() {
    state.withLock { $0.isStopped = true }
    wakeups.signal()
  }

  private func run() {
    while true {
      wakeups.wait()
      while let jobs = takeJobs() {
        for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
        state.withLock { $0.user = nil }
      }
      if state.withLock({ $0.isStopped && $0.jobs.isEmpty }) { return }
    }
  }

  /// Takes what is enqueued, to do it on this thread.
  ///
  /// - Returns: The jobs; nil if there are none or another thread does the actor's work, which wakes
  ///   this one afterwards.
  private func takeJobs() -> [UnownedJob]? {
    state.withLock { state in
      if state.jobs.isEmpty || state.user != nil { return nil }
      state.user = pthread_self()
      defer { state.jobs.removeAll(keepingCapacity: true) }
      return state.jobs
    }
  }
}
