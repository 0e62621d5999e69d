import Dispatch
import Foundation
import Synchronization
import Testing

@testable import HullRuntime

@Suite struct FunctionExecutorTests {
  @Test func `a job that a stuck thread made ready runs on another thread`() async {
    await withCheckedContinuation { (ended: CheckedContinuation<Void, Never>) in
      Task(executorPreference: FunctionExecutor.shared) {
        Self.blockUntilAnotherJobRuns()
        ended.resume()
      }
    }
  }

  @Test func `jobs that make each other ready leave others their turn`() async {
    await withCheckedContinuation { (ended: CheckedContinuation<Void, Never>) in
      let stop = Stop()
      for _ in 0..<512 {
        Task(executorPreference: FunctionExecutor.shared) {
          while !stop.isSet { await Task.yield() }
        }
      }
      Task(executorPreference: FunctionExecutor.shared) {
        stop.set()
        ended.resume()
      }
    }
  }

  @Test func `who lets others go first has a turn though others always wait`() async {
    let stop = Stop()
    for _ in 0..<512 {
      Task(executorPreference: FunctionExecutor.shared) {
        while !stop.isSet { await Task.yield() }
      }
    }
    await withCheckedContinuation { (ended: CheckedContinuation<Void, Never>) in
      Task(executorPreference: FunctionExecutor.shared) {
        await FunctionExecutor.shared.letOthersGoFirst()
        stop.set()
        ended.resume()
      }
    }
  }

  @Test func `letting others go first takes no waiting elsewhere`() async {
    await FunctionExecutor.shared.letOthersGoFirst()
  }

  @Test func `nobody is alone outside the pool, nor with another job to run`() async {
    #expect(!FunctionExecutor.shared.isOtherwiseIdle)
    let isIdle = await withCheckedContinuation { (ended: CheckedContinuation<Bool, Never>) in
      Task(executorPreference: FunctionExecutor.shared) {
        await withCheckedContinuation { (other: CheckedContinuation<Void, Never>) in
          Task(executorPreference: FunctionExecutor.shared) { other.resume() }
          ended.resume(returning: FunctionExecutor.shared.isOtherwiseIdle)
        }
      }
    }
    #expect(!isIdle)
  }

  @Test func `a task runs on the thread of the pool that made it`() async {
    let executor = FunctionExecutor(threads: 2)
    for _ in 0..<100 {
      let (maker, runner) = await withCheckedContinuation {
        (ended: CheckedContinuation<(ObjectIdentifier, ObjectIdentifier), Never>) in
        executor.begin {
          let maker = Self.currentThread
          Task(executorPreference: executor) {
            ended.resume(returning: (maker, Self.currentThread))
          }
        }
      }
      #expect(maker == runner)
    }
  }

  private static var currentThread: ObjectIdentifier { ObjectIdentifier(Thread.current) }

  @Test func `jobs go on though idle threads are ended all the time`() async {
    for _ in 0..<200 {
      await withCheckedContinuation { (ended: CheckedContinuation<Void, Never>) in
        Task(executorPreference: FunctionExecutor.shared) {
          await Task.yield()
          ended.resume()
        }
        FunctionExecutor.shared.endIdleThreads()
      }
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func `threads that are never given back are replaced for as long as they are missed`() async {
    let executor = FunctionExecutor(threads: 2)
    // Goes to rest at once when there is nothing to look at.
    let monitor = DeadlineMonitor(executor: executor, idleRounds: 0)
    let stop = Stop()
    defer { stop.set() }
    for _ in 0..<2 {
      await withCheckedContinuation { (begun: CheckedContinuation<Void, Never>) in
        Task(executorPreference: executor) {
          begun.resume()
          while !stop.isSet {}
        }
      }
    }
    // Functions that were given up: nobody looks at them any more.
    let function = Function()
    monitor.watch(function)
    monitor.forget(function)
    for _ in 0..<5 {
      await Task(executorPreference: executor) {}.value
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func `who lets others go first has a turn when those are stuck and the other threads at rest`()
    async
  {
    let executor = FunctionExecutor(threads: 3)
    let monitor = DeadlineMonitor(executor: executor)
    let function = Function()
    monitor.watch(function)
    defer { monitor.forget(function) }
    for _ in 0..<100 {
      let stop = Stop()
      await withCheckedContinuation { (ended: CheckedContinuation<Void, Never>) in
        Task(executorPreference: executor) {
          // The first goes to the queue, the second one stays with this thread.
          for _ in 0..<2 { Task(executorPreference: executor) { while !stop.isSet {} } }
          await executor.letOthersGoFirst()
          stop.set()
          ended.resume()
        }
      }
    }
  }

  /// Something to look at.
  private final class Function: Deadlined {
    func checkDeadline() {}
  }

  /// Holds its thread until a job that only this thread knows of has run.
  private static func blockUntilAnotherJobRuns() {
    let done = DispatchSemaphore(value: 0)
    Task(executorPreference: FunctionExecutor.shared) { done.signal() }
    var seen: UInt64 = 0
    // What the monitor of deadlines does a hundred times a second while functions run.
    while done.wait(timeout: .now()) == .timedOut {
      seen = FunctionExecutor.shared.relieve(since: seen)
    }
  }
}

/// A signal to end.
private final class Stop: Sendable {
  private let flag = Atomic(false)

  var isSet: Bool { flag.load(ordering: .relaxed) }

  func set() { flag.store(true, ordering: .relaxed) }
}
