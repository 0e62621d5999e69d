// Bounds how many requests are worked on at once, how many wait, and for how long.

import NIOCore
import Synchronization

/// Admits a bounded number of requests; a bounded number of others wait in order of arrival.
///
/// How long one may wait depends on how long there has been a queue: after a burst everyone gets an
/// answer, but where more arrives than can be answered, a queue that was let grow would only make
/// every answer late. This is controlled delay (spec/http-api.md 7.4), served first come first.
final class RequestGate: Sendable {
  /// How much is admitted, and how much waits.
  struct Limits: Sendable {
    /// Requests worked on at once.
    var admitted: Int
    /// Requests that wait.
    var waiting: Int
    /// How long a request waits at most.
    var patience: TimeAmount
    /// The same once there has been a queue for as long as ``patience``.
    var congestedPatience: TimeAmount
  }

  /// What came of waiting.
  enum Outcome: Sendable {
    case admitted
    /// Its time was over, or it would have been before its turn.
    case expired
  }

  /// What a request that finds no place at once does.
  enum Entry {
    case admitted
    /// It waits until the given time, under this number.
    case waits(UInt64, until: NIODeadline)
    /// Too many wait already.
    case full
  }

  private struct Waiter {
    var number: UInt64
    var end: NIODeadline
    /// Told what came of it; nil if it gave up.
    var settle: (@Sendable (Outcome) -> Void)?
  }

  private struct State {
    var admitted = 0
    /// In order of arrival, and so of ``Waiter/end`` too.
    var waiting: CircularBuffer<Waiter> = []
    /// Those of them that did not give up.
    var waitingCount = 0
    var lastNumber: UInt64 = 0
    /// When the queue was last seen empty.
    var lastEmpty = NIODeadline.now()
  }

  private let limits: Limits
  /// Protects the count and the queue; entered and left from every event loop.
  private let state = Mutex(State())

  init(_ limits: Limits) {
    self.limits = limits
  }

  /// Takes a place if one is free.
  func enter() -> Bool {
    state.withLock { state in
      guard state.admitted < limits.admitted else { return false }
      state.admitted += 1
      return true
    }
  }

  /// Whether one that finds no place could wait.
  var hasRoomToWait: Bool { state.withLock { $0.waitingCount < limits.waiting } }

  /// Takes a place, or waits for one.
  ///
  /// - Parameter settle: Called once if the request waits, on any thread, unless it gives up.
  /// - Returns: What it does.
  func enter(orLater settle: @escaping @Sendable (Outcome) -> Void) -> Entry {
    let now = NIODeadline.now()
    return state.withLock { state in
      guard state.admitted >= limits.admitted else {
        state.admitted += 1
        return .admitted
      }
      guard state.waitingCount < limits.waiting else { return .full }
      if state.waitingCount == 0 { state.lastEmpty = now }
      let end = max(state.lastEmpty + limits.patience, now + limits.congestedPatience)
      state.lastNumber &+= 1
      state.waitingCount += 1
      state.waiting.append(Waiter(number: state.lastNumber, end: end, settle: settle))
      return .waits(state.lastNumber, until: end)
    }
  }

  /// Gives a place back, to whoever has waited longest and is not late.
  func leave() {
    var expired: [@Sendable (Outcome) -> Void] = []
    let next: (@Sendable (Outcome) -> Void)? = state.withLock { state in
      guard !state.waiting.isEmpty else {
        state.admitted -= 1
        return nil
      }
      let now = NIODeadline.now()
      while let waiter = state.waiting.popFirst() {
        guard let settle = waiter.settle else { continue }
        state.waitingCount -= 1
        if waiter.end > now { return settle }
        expired.append(settle)
      }
      state.admitted -= 1
      return nil
    }
    next?(.admitted)
    for settle in expired { settle(.expired) }
  }

  /// Waits no longer.
  ///
  /// - Parameter number: What ``enter(orLater:)`` returned.
  /// - Returns: Whether it still waited; it is then told of nothing any more.
  func giveUp(_ number: UInt64) -> Bool {
    state.withLock { state in
      guard let first = state.waiting.first?.number, number >= first else { return false }
      // Numbers are consecutive: none leaves the queue except at its front.
      let position = state.waiting.index(state.waiting.startIndex, offsetBy: Int(number - first))
      guard position < state.waiting.endIndex, state.waiting[position].settle != nil else {
        return false
      }
      state.waiting[position].settle = nil
      state.waitingCount -= 1
      while let first = state.waiting.first, first.settle == nil { state.waiting.removeFirst() }
      return true
    }
  }
}

/// The gates of a server: what is slow in one does not keep the others waiting.
struct RequestGates: Sendable {
  let requests, actions, streams: RequestGate

  init(_ configuration: ServerConfiguration) {
    func gate(_ admitted: Int) -> RequestGate {
      RequestGate(
        RequestGate.Limits(
          admitted: max(1, admitted),
          waiting: configuration.maximumQueuedRequests,
          patience: TimeAmount(configuration.queueTimeout),
          congestedPatience: TimeAmount(configuration.congestedQueueTimeout)
        )
      )
    }
    requests = gate(configuration.maximumConcurrentRequests)
    actions = gate(configuration.maximumConcurrentActions)
    streams = gate(configuration.maximumConcurrentStreams)
  }

  subscript(lane: HTTPRoute.Lane) -> RequestGate {
    switch lane {
    case .requests: requests
    case .actions: actions
    case .streams: streams
    }
  }
}
