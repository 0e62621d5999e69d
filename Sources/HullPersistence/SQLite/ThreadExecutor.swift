import Dispatch
import Foundation
import Synchronization

/// A thread of its own for an actor that blocks: SQLite waiting for the disk must not occupy a
/// thread of the cooperative pool, which has only as many as there are cores.
final class ThreadExecutor: SerialExecutor {
  private struct State {
    var jobs: [UnownedJob] = []
    var isStopped = false
  }

  /// Guards the queue between those who enqueue and the thread that runs it.
  private let state = Mutex(State())
  /// Counts enqueued jobs, so that the thread sleeps while there are none.
  private let wakeups = DispatchSemaphore(value: 0)

  /// Starts the thread, which holds the executor alive until ``stop()``.
  init(name: String) {
    let thread = Thread { [self] in run() }
    thread.name = name
    thread.start()
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    state.withLock { $0.jobs.append(job) }
    wakeups.signal()
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
      let (jobs, isStopped) = state.withLock { state in
        defer { state.jobs.removeAll() }
        return (state.jobs, state.isStopped)
      }
      for job in jobs {
        job.runSynchronously(on: asUnownedSerialExecutor())
      }
      if isStopped && jobs.isEmpty { return }
      // A job that was the owner's last one has stopped us meanwhile: look once more.
      if isStopped { wakeups.signal() }
    }
  }
}
