// The one thread everything runs on, and how all of Swift's concurrency is brought there.

import Foundation
import HullRuntime

/// Takes every job of the process, from Swift's own pool and from that for functions, so that a
/// simulation decides which of them runs next.
///
/// `@unchecked Sendable`: it is used on the main thread only, which every job is checked to come from.
final class SimulatedThread: TaskExecutor, @unchecked Sendable {
  static let shared = SimulatedThread()

  /// A job that can run.
  struct Job {
    fileprivate var job: UnownedJob
    fileprivate var isFunctions: Bool
  }

  /// Told of every job that can run.
  private var receive: (Job) -> Void = { _ in preconditionFailure("no simulation is running") }

  private init() {}

  /// Has every job that becomes ready from now on handed to `receive`.
  func deliver(to receive: @escaping (Job) -> Void) { self.receive = receive }

  func enqueue(_ job: consuming ExecutorJob) { take(UnownedJob(job), isFunctions: false) }

  private func take(_ job: UnownedJob, isFunctions: Bool) {
    precondition(Thread.isMainThread, "something runs beside the simulation")
    receive(Job(job: job, isFunctions: isFunctions))
  }

  /// Runs a job until it waits for something or ends.
  func run(_ job: Job) {
    if job.isFunctions {
      job.job.runSynchronously(on: FunctionExecutor.shared.asUnownedTaskExecutor())
    } else {
      job.job.runSynchronously(on: asUnownedTaskExecutor())
    }
  }

  /// Takes over both pools, before the first task.
  static func takeOver() {
    FunctionExecutor.shared.handJobs { shared.take($0, isFunctions: true) }
    replaceGlobalEnqueue { job, _ in SimulatedThread.shared.take(job, isFunctions: false) }
  }

  /// What the runtime calls for each job of its global pool; see `swift_task_enqueueGlobal_hook` in
  /// the runtime's `Concurrency.h`.
  private typealias EnqueueHook =
    @convention(thin) (
      UnownedJob, @convention(thin) (UnownedJob) -> Void
    ) -> Void

  private static func replaceGlobalEnqueue(_ hook: EnqueueHook) {
    // Sound: the runtime exports this variable for this purpose, with this type, and nothing has read
    // it yet, since the process has one thread.
    guard let variable = dlsym(dlopen(nil, RTLD_NOW), "swift_task_enqueueGlobal_hook") else {
      preconditionFailure("this Swift runtime has no hook for its global executor")
    }
    variable.assumingMemoryBound(to: UnsafeRawPointer?.self).pointee = unsafeBitCast(
      hook,
      to: UnsafeRawPointer.self
    )
  }
}
