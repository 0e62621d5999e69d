// How many functions of one kind run at a time.

import Hull
import Synchronization

/// Places for running functions of one kind; those who find none wait, for a bounded time.
///
/// Waiting ends in the order of arrival. A place passes straight from one function to the next.
final class Permits: Sendable {
  /// Guards the free places and the queue; held only to look at and change them.
  private let state: Mutex<State>
  private let count: Int
  private let kind: FunctionKind
  private let patience: Duration

  private struct State {
    var free: Int
    var waiting: [Waiter] = []
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

  /// Waits for a place.
  ///
  /// - Throws: ``BackendError`` `TooManyConcurrentRequests` when none came free in time.
  func acquire() async throws(BackendError) {
    let isFree = state.withLock { state in
      guard state.free > 0 else { return false }
      state.free -= 1
      return true
    }
    if isFree { return }
    let deadline = ContinuousClock.now + patience
    let isAdmitted = await withCheckedContinuation { continuation in
      let waiter = Waiter(continuation, until: deadline, for: self)
      let mustWait = state.withLock { state in
        guard state.free == 0 else {
          state.free -= 1
          return false
        }
        state.waiting.append(waiter)
        return true
      }
      if mustWait {
        DeadlineMonitor.shared.watch(waiter)
      } else {
        continuation.resume(returning: true)
      }
    }
    guard isAdmitted else { throw refusal }
  }

  /// Gives a place back.
  func release() {
    let next: Waiter? = state.withLock { state in
      guard !state.waiting.isEmpty else {
        state.free += 1
        return nil
      }
      return state.waiting.removeFirst()
    }
    guard let next else { return }
    DeadlineMonitor.shared.forget(next)
    next.continuation.resume(returning: true)
  }

  /// Turns one away, unless it has been admitted meanwhile.
  private func giveUp(_ waiter: Waiter) {
    let isWaiting = state.withLock { state in
      guard let position = state.waiting.firstIndex(where: { $0 === waiter }) else { return false }
      state.waiting.remove(at: position)
      return true
    }
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

  init(_ limits: ConcurrencyLimits) {
    queries = Permits(count: limits.queries, kind: .query, patience: limits.patience)
    mutations = Permits(count: limits.mutations, kind: .mutation, patience: limits.patience)
    actions = Permits(count: limits.actions, kind: .action, patience: limits.actionPatience)
  }

  subscript(kind: FunctionKind) -> Permits {
    switch kind {
    case .query: queries
    case .mutation: mutations
    case .action: actions
    }
  }
}
