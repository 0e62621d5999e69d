// How actions sleep in a test: until the test has moved the clock.

import HullPersistence
import HullRuntime
import Synchronization

/// Something that runs in a test's backend and may sleep: a job, or an action the test called.
final class TestActivity: Sendable {
  /// The activity the current task belongs to.
  @TaskLocal static var current: TestActivity?

  /// Runs `body` as an activity of its own.
  static func run<Value>(
    _ activity: TestActivity = TestActivity(),
    on sleeping: VirtualSleeping,
    _ body: () async throws -> Value
  ) async rethrows -> Value {
    defer { sleeping.end(activity) }
    return try await $current.withValue(activity) { try await body() }
  }
}

/// Lets actions sleep until a test moves the clock, and knows which activities are awake.
final class VirtualSleeping: Sleeping {
  private struct Sleeper {
    var due: Timestamp
    var activity: ObjectIdentifier?
    var continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var nextNumber = 0
    var sleepers: [Int: Sleeper] = [:]
    /// Sleepers whose task was cancelled before they lay down.
    var cancelled: Set<Int> = []
    /// The activities that are waited for, with how many sleepers each has.
    var watched: [ObjectIdentifier: Int] = [:]
    var waitingForRest: [CheckedContinuation<Void, Never>] = []
    var waitingForSleepers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

    /// Whether nothing that is waited for is awake.
    var isAtRest: Bool { watched.values.allSatisfy { $0 > 0 } }

    mutating func take(_ number: Int) -> Sleeper? {
      guard let sleeper = sleepers.removeValue(forKey: number) else { return nil }
      if let activity = sleeper.activity, let count = watched[activity] {
        watched[activity] = max(0, count - 1)
      }
      return sleeper
    }
  }

  /// Guards who sleeps; held for a few instructions.
  private let state = Mutex(State())
  private let time: ManualTimeSource

  init(time: ManualTimeSource) { self.time = time }

  func sleep(for duration: Duration) async throws {
    if duration <= .zero { return }
    let due = time.now().advanced(by: duration)
    let activity = TestActivity.current.map { ObjectIdentifier($0) }
    let number = state.withLock { state in
      defer { state.nextNumber += 1 }
      return state.nextNumber
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let woken: Woken? = state.withLock { state in
          if state.cancelled.remove(number) != nil { return nil }
          state.sleepers[number] = Sleeper(
            due: due,
            activity: activity,
            continuation: continuation
          )
          if let activity, let count = state.watched[activity] {
            state.watched[activity] = count + 1
          }
          return Woken(&state)
        }
        guard let woken else {
          continuation.resume(throwing: CancellationError())
          return
        }
        woken.resume()
      }
    } onCancel: {
      let sleeper: Sleeper? = state.withLock { state in
        guard let sleeper = state.take(number) else {
          state.cancelled.insert(number)
          return nil
        }
        return sleeper
      }
      sleeper?.continuation.resume(throwing: CancellationError())
    }
    state.withLock { _ = $0.cancelled.remove(number) }
  }

  /// When the next sleeper wakes; nil if nobody sleeps.
  var nextWake: Timestamp? { state.withLock { $0.sleepers.values.map(\.due).min() } }

  /// How many sleep.
  var sleeperCount: Int { state.withLock { $0.sleepers.count } }

  /// Wakes the sleeper whose time came first, and has its activity waited for.
  func wakeNext() {
    let sleeper: Sleeper? = state.withLock { state in
      guard let next = state.sleepers.min(by: { ($0.value.due, $0.key) < ($1.value.due, $1.key) })
      else { return nil }
      if let activity = next.value.activity, state.watched[activity] == nil {
        state.watched[activity] = state.sleepers.values.count { $0.activity == activity }
      }
      return state.take(next.key)
    }
    sleeper?.continuation.resume()
  }

  /// Has an activity waited for from now on.
  func watch(_ activity: TestActivity) {
    state.withLock { $0.watched[ObjectIdentifier(activity)] = 0 }
  }

  /// Ends an activity.
  func end(_ activity: TestActivity) {
    state.withLock { state in
      state.watched[ObjectIdentifier(activity)] = nil
      return Woken(&state)
    }.resume()
  }

  /// Returns once everything that is waited for has ended or sleeps.
  func rest() async {
    await withCheckedContinuation { continuation in
      let isAtRest = state.withLock { state in
        if !state.isAtRest { state.waitingForRest.append(continuation) }
        return state.isAtRest
      }
      if isAtRest { continuation.resume() }
    }
  }

  /// Returns once so many sleep at the same time.
  func sleepers(_ count: Int) async {
    await withCheckedContinuation { continuation in
      let isThere = state.withLock { state in
        let isThere = state.sleepers.count >= count
        if !isThere { state.waitingForSleepers.append((count, continuation)) }
        return isThere
      }
      if isThere { continuation.resume() }
    }
  }

  /// Those who may go on after a change, resumed once the lock is given back.
  private struct Woken {
    private var continuations: [CheckedContinuation<Void, Never>] = []

    init(_ state: inout State) {
      if state.isAtRest {
        continuations = state.waitingForRest
        state.waitingForRest = []
      }
      let sleeping = state.sleepers.count
      continuations += state.waitingForSleepers.filter { $0.count <= sleeping }.map(\.continuation)
      state.waitingForSleepers.removeAll { $0.count <= sleeping }
    }

    func resume() { for continuation in continuations { continuation.resume() } }
  }
}
