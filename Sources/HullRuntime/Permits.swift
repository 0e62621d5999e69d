// How many functions of one kind run at a time.

import Hull
import Synchronization

/// Places for running functions of one kind; those who find none wait, most for a bounded time.
///
/// There are two queues, each in the order of arrival, of which each in turn gets the next place: of
/// those who wait for a bounded time, and of those who wait as long as it takes. However many of the
/// latter there are, they do not make the others late. A place passes straight from one function to the
/// next.
final class Permits: Sendable {
  /// Guards the free places and the queues; held only to look at and change them.
  private let state: Mutex<State>
  private let count: Int
  private let kind: FunctionKind
  private let patience: Duration

  private struct State {
    var free: Int
    var waiting = Queue()
    var patient = Queue()
    /// Whether one who waits as long as it takes got the last place.
    var patientWasLast = false

    /// Takes who is next.
    mutating func next() -> Waiter? {
      patientWasLast.toggle()
      return patientWasLast
        ? patient.popFirst() ?? waiting.popFirst()
        : waiting.popFirst() ?? patient.popFirst()
    }
  }

  /// Those who wait, in the order of their arrival.
  private struct Queue {
    private var waiters: [Waiter] = []
    /// How many at the front have gone.
    private var gone = 0

    mutating func append(_ waiter: Waiter) { waiters.append(waiter) }

    mutating func popFirst() -> Waiter? {
      guard gone < waiters.count else { return nil }
      let first = waiters[gone]
      gone += 1
      if gone == waiters.count {
        waiters.removeAll(keepingCapacity: false)
        gone = 0
      } else if gone >= 64, gone * 2 >= waiters.count {
        waiters.removeFirst(gone)
        gone = 0
      }
      return first
    }

    /// Removes one; false if it has gone.
    mutating func remove(_ waiter: Waiter) -> Bool {
      guard let position = waiters[gone...].firstIndex(where: { $0 === waiter }) else {
        return false
      }
      waiters.remove(at: position)
      return true
    }
  }

  /// One who waits, looked at by the monitor until it is admitted or late.
  private final class Waiter: Deadlined {
    let continuation: CheckedContinuation<Bool, Never>
    let deadline: ContinuousClock.Instant
    let permits: Permits

    init(
      _ continuation: CheckedContinuation<Bool, Never>,
      until deadline: ContinuousClock.Instant,
      for permits: Permits
    ) {
      self.continuation = continuation
      self.deadline = deadline
      self.permits = permits
    }

    func checkDeadline() {
      if deadline <= .now { permits.giveUp(self) }
    }
  }

  /// - Parameters:
  ///   - count: How many functions may run at a time.
  ///   - kind: The kind of function, for the text of the refusal.
  ///   - patience: How long one waits at most.
  init(count: Int, kind: FunctionKind, patience: Duration) {
    self.count = count
    self.kind = kind
    self.patience = patience
    state = Mutex(State(free: count))
  }

  /// Takes a place if one is free.
  func tryAcquire() -> Bool {
    state.withLock { state in
      guard state.free > 0 else { return false }
      state.free -= 1
      return true
    }
  }

  /// Waits for a place.
  ///
  /// - Parameter patiently: Whether to wait as long as it takes.
  /// - Throws: ``BackendError`` `TooManyConcurrentRequests` when none came free in time.
  func acquire(patiently: Bool) async throws(BackendError) {
    if tryAcquire() { return }
    let deadline = ContinuousClock.now + patience
    let isAdmitted = await withCheckedContinuation { continuation in
      let waiter = Waiter(continuation, until: deadline, for: self)
      let mustWait = state.withLock { state in
        guard state.free == 0 else {
          state.free -= 1
          return false
        }
        if patiently { state.patient.append(waiter) } else { state.waiting.append(waiter) }
        return true
      }
      if !mustWait {
        continuation.resume(returning: true)
      } else if !patiently {
        DeadlineMonitor.shared.watch(waiter)
      }
    }
    guard isAdmitted else { throw refusal }
  }

  /// Gives a place back.
  func release() {
    let next: Waiter? = state.withLock { state in
      let next = state.next()
      if next == nil { state.free += 1 }
      return next
    }
    guard let next else { return }
    DeadlineMonitor.shared.forget(next)
    next.continuation.resume(returning: true)
  }

  /// Turns one away, unless it has been admitted meanwhile.
  private func giveUp(_ waiter: Waiter) {
    let isWaiting = state.withLock { $0.waiting.remove(waiter) }
    DeadlineMonitor.shared.forget(waiter)
    if isWaiting { waiter.continuation.resume(returning: false) }
  }

  private var refusal: BackendError {
    BackendError(
      kind: .rateLimited,
      code: "TooManyConcurrentRequests",
      message: "Too many concurrent requests. Your backend is limited to \(count) concurrent "
        + "\(kind.rawValue)s. Wait for running ones to finish, or raise the limit."
    )
  }
}

/// The places of a backend, by kind of function.
struct FunctionPermits: Sendable {
  private let queries: Permits
  private let mutations: Permits
  private let actions: Permits
  /// Those of HTTP actions, which a slow client holds for as long as its request or response takes:
  /// however many such clients there are, other actions run.
  let httpActions: Permits

  init(_ limits: ConcurrencyLimits) {
    queries = Permits(count: limits.queries, kind: .query, patience: limits.patience)
    mutations = Permits(count: limits.mutations, kind: .mutation, patience: limits.patience)
    actions = Permits(count: limits.actions, kind: .action, patience: limits.actionPatience)
    httpActions = Permits(count: limits.actions, kind: .action, patience: limits.actionPatience)
  }

  subscript(kind: FunctionKind) -> Permits {
    switch kind {
    case .query: queries
    case .mutation: mutations
    case .action: actions
    }
  }
}
