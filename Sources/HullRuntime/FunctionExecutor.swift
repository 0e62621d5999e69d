// The threads that run functions, kept apart so that a function that never yields harms no other.

import Foundation
import HullPersistence
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

  /// Guards the queue and who waits; held for a few instructions, and never while waiting.
  private let state = Mutex(State())

  /// What a thread that has nothing of its own to do takes next.
  private enum Work {
    case job(UnownedJob)
    /// Makes a task, and thereby its first job.
    case beginning(@Sendable () -> Void)
  }

  private struct State {
    var queue: [Work] = []
    var head = 0
    var workers: [ObjectIdentifier: Worker] = [:]
    /// Threads that have nothing to do; the last one has rested shortest.
    var parked: [Worker] = []
    /// Tasks that let others go first, and `taken` as of when they began to.
    ///
    /// Resumed by whoever takes them out of here, which only one can: checking that would cost every
    /// turn of every thread.
    var deferring: [(continuation: UnsafeContinuation<Void, Never>, since: UInt64)] = []
    /// Who runs the jobs instead of the pool.
    var taker: JobTaker?
    /// What was taken so far: the watcher's sign that threads still come free.
    var taken: UInt64 = 0

    var hasWork: Bool { head < queue.count }

    /// Takes what has waited longest.
    mutating func next() -> Work? {
      guard hasWork else { return nil }
      let work = queue[head]
      // What it has captured is not to be kept until the queue is empty.
      queue[head] = .beginning({})
      head += 1
      if head == queue.count {
        queue.removeAll(keepingCapacity: true)
        head = 0
      } else if head >= 1024, head * 2 >= queue.count {
        // Under constant load the queue may never be empty.
        queue.removeFirst(head)
        head = 0
      }
      taken &+= 1
      return work
    }

    /// Takes the task that has let others go first for longest, if no job is left or it has let
    /// enough of them pass.
    mutating func nextDeferring() -> UnsafeContinuation<Void, Never>? {
      guard let first = deferring.first,
        !hasWork || taken &- first.since >= FunctionExecutor.longestDeference
      else { return nil }
      deferring.removeFirst()
      return first.continuation
    }

    /// Adds a thread, which is to be started once the lock is released.
    mutating func addWorker() -> Worker {
      let worker = Worker()
      workers[ObjectIdentifier(worker)] = worker
      return worker
    }
  }

  /// A closure that is itself an optional value is wrapped again at every access.
  private struct JobTaker {
    var take: @Sendable (UnownedJob) -> Void
  }

  /// Makes a pool.
  ///
  /// - Parameter threads: How many threads there usually are.
  init(threads: Int) {
    usualThreads = threads
  }

  /// Has jobs handed to `take` from now on, instead of to the pool's threads.
  ///
  /// For a simulation, which decides which job runs when. To be called before the first job.
  ///
  /// - Parameter take: Sees to it that the job runs, on this executor.
  package func handJobs(to take: @escaping @Sendable (UnownedJob) -> Void) {
    state.withLock { $0.taker = JobTaker(take: take) }
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    var job = UnownedJob(job)
    if let worker = Worker.current {
      // What a job makes ready runs on the same thread right after it, as a rule: to wake another
      // thread costs more than most functions.
      guard let displaced = worker.put(job) else { return }
      job = displaced
    }
    append(.job(job))
  }

  /// Has a thread of the pool make a task that runs there.
  ///
  /// What a task takes of memory then comes from the heap of the thread that runs it and returns there.
  /// Threads that free what others have allocated wait for each other: tasks that event loops made took
  /// a query over HTTP a twelfth longer.
  ///
  /// - Parameter begin: Makes the task, with this executor as its preference, and does no more. Where
  ///   jobs are handed to others it is called on the calling thread.
  package func begin(_ begin: @escaping @Sendable () -> Void) {
    append(.beginning(begin))
  }

  private func append(_ work: Work) {
    let (parked, added, taker): (Worker?, Worker?, JobTaker?) = state.withLock { state in
      if let taker = state.taker { return (nil, nil, taker) }
      state.queue.append(work)
      if let worker = state.parked.popLast() { return (worker, nil, nil) }
      return (nil, state.workers.count < usualThreads ? state.addWorker() : nil, nil)
    }
    if let taker {
      switch work {
      case .job(let job): taker.take(job)
      case .beginning(let begin): begin()
      }
    }
    parked?.wake()
    if let added { start(added) }
  }

  /// Waits until no job is queued, or until so many have been taken that it is this task's turn.
  ///
  /// For work that does better the later it begins, as writing a batch does: what others hand in
  /// until then goes with it.
  package func letOthersGoFirst() async {
    guard Worker.current != nil, state.withLock({ $0.hasWork }) else { return }
    await withUnsafeContinuation { continuation in
      let mustWait = state.withLock { state in
        if state.hasWork { state.deferring.append((continuation, state.taken)) }
        return state.hasWork
      }
      if !mustWait { continuation.resume() }
    }
  }

  /// Whether the calling thread is one of the pool and all others have nothing to do.
  ///
  /// Then it may wait for something itself, rather than have another thread do so: whatever comes
  /// meanwhile wakes the others.
  package var isOtherwiseIdle: Bool {
    guard let worker = Worker.current, !worker.hasNext else { return false }
    return state.withLock { state in
      !state.hasWork && state.deferring.isEmpty && state.parked.count == state.workers.count - 1
    }
  }

  /// Whether no thread does or has anything to do.
  var isAtRest: Bool {
    state.withLock { state in
      !state.hasWork && state.deferring.isEmpty && state.parked.count == state.workers.count
    }
  }

  /// How many queued jobs may pass a task that lets others go first.
  private static let longestDeference: UInt64 = 16

  /// Adds a thread if none has come free since `seen`, a former result, though a job is waiting,
  /// and takes from threads that are stuck what they were to run next.
  package func relieve(since seen: UInt64) -> UInt64 {
    let (parked, added, taken): ([Worker], Worker?, UInt64) = state.withLock { state in
      var woken: [Worker] = []
      for worker in state.workers.values {
        guard let job = worker.takeIfStuck() else { continue }
        state.queue.append(.job(job))
        if let worker = state.parked.popLast() { woken.append(worker) }
      }
      let isWaiting = state.hasWork || !state.deferring.isEmpty
      // Whoever lets others go first is looked at by threads that look for work, and these may all
      // have gone to rest or be stuck.
      if isWaiting, woken.isEmpty, let worker = state.parked.popLast() { woken.append(worker) }
      let isStuck =
        isWaiting && woken.isEmpty && state.taken == seen
        && state.workers.count < Self.maximumThreads
      return (woken, isStuck ? state.addWorker() : nil, state.taken)
    }
    for worker in parked { worker.wake() }
    if let added { start(added) }
    return taken
  }

  /// Ends the threads that have nothing to do, with what the allocator keeps for each of them.
  ///
  /// The next jobs start others.
  package func endIdleThreads() {
    let idle = state.withLock { state in
      defer { state.parked = [] }
      for worker in state.parked { state.workers[ObjectIdentifier(worker)] = nil }
      return state.parked
    }
    for worker in idle { worker.end() }
  }

  private func start(_ worker: Worker) {
    // Query code nests: it has the usual stack of a main thread rather than 512 KiB.
    Thread.start(named: "hull-function", stackSize: 8 << 20) { [self] in work(worker) }
  }

  private func work(_ worker: Worker) {
    worker.makeCurrent()
    defer { Allocator.giveBackEndOfHeap() }
    while true {
      switch nextTurn(of: worker) {
      case .work(.job(let job)): job.runSynchronously(on: asUnownedTaskExecutor())
      // The task's first job becomes this thread's next one.
      case .work(.beginning(let begin)): begin()
      // What it resumes becomes this thread's next job.
      case .deferring(let continuation): continuation.resume()
      case .park:
        guard worker.park() else { return }
        continue
      case .end: return
      }
      var streak = 0
      while let job = worker.take() {
        guard streak < Self.longestStreak else {
          append(.job(job))
          break
        }
        streak += 1
        job.runSynchronously(on: asUnownedTaskExecutor())
      }
    }
  }

  /// How many jobs a thread runs that only it knows of before others have a turn.
  private static let longestStreak = 32

  /// What a thread does next.
  private enum Turn {
    case work(Work)
    case deferring(UnsafeContinuation<Void, Never>)
    /// Wait to be woken.
    case park
    /// The thread is one too many.
    case end
  }

  private func nextTurn(of worker: Worker) -> Turn {
    state.withLock { state in
      if let continuation = state.nextDeferring() { return .deferring(continuation) }
      if let work = state.next() { return .work(work) }
      if state.workers.count > usualThreads {
        state.workers[ObjectIdentifier(worker)] = nil
        return .end
      }
      state.parked.append(worker)
      return .park
    }
  }
}

/// A thread of the pool, and the one job that is to run on it next.
private final class Worker: Sendable {
  /// Guards the job: the thread puts and takes it, the watcher takes it from a stuck thread.
  private let state = Mutex(State())
  /// Signalled once for each time the thread is taken from those that are parked.
  private let wakeups = DispatchSemaphore(value: 0)

  private struct State {
    var next: UnownedJob?
    /// Whether the thread is to end.
    var isEnded = false
    /// Jobs put or taken so far, and how many there were at the watcher's last visit.
    var moves: UInt64 = 0
    var seen: UInt64 = 0
  }

  /// Waits for ``wake()`` or ``end()``, which may have come already.
  ///
  /// - Returns: Whether the thread is to go on.
  func park() -> Bool {
    wakeups.wait()
    return !state.withLock { $0.isEnded }
  }

  /// Has the thread, which is parked, end.
  func end() {
    state.withLock { $0.isEnded = true }
    wakeups.signal()
  }

  /// Has the thread look for work again.
  func wake() { wakeups.signal() }

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

  /// Whether there is a job to run next.
  var hasNext: Bool { state.withLock { $0.next != nil } }

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
