internal import HullPersistence
internal import Synchronization

/// Which functions conflict so often that they had better run one after the other.
///
/// Every lost race of a function raises its heat and every clean commit lowers it. A hot function
/// runs in a lane of its own, from its first read until it is validated; that the commit still has
/// to reach the disk does not hold up the next, so commits are grouped as usual.
final class SerialLanes: Sendable {
  private struct Lane {
    var heat = 0.0
    let gate: LeasedGate
  }

  /// Protects the heat of functions; held for a dictionary access.
  private let lanes = Mutex<[String: Lane]>([:])
  private let bound: Duration
  private let sleeping: any Sleeping

  /// - Parameters:
  ///   - bound: How long one run may hold up the others.
  ///   - sleeping: What the bound is waited for with.
  init(bound: Duration, sleeping: any Sleeping = TaskSleeping()) {
    self.bound = bound
    self.sleeping = sleeping
  }

  /// The lane a function has to run in; nil if it may run freely.
  func lane(of source: String) -> LeasedGate? {
    lanes.withLock { lanes in
      guard let lane = lanes[source], lane.heat >= SerialLanes.hot else { return nil }
      return lane.gate
    }
  }

  func recordConflict(of source: String) {
    lanes.withLock { lanes in
      if lanes[source] == nil, lanes.count >= SerialLanes.maximumLanes {
        lanes = lanes.filter { $0.value.heat >= 1 }
        if lanes.count >= SerialLanes.maximumLanes { return }
      }
      let lane = lanes[source] ?? Lane(gate: LeasedGate(bound: bound, sleeping: sleeping))
      lanes[source] = Lane(heat: min(lane.heat + 1, SerialLanes.hottest), gate: lane.gate)
    }
  }

  func recordCommit(of source: String) {
    lanes.withLock { lanes in
      guard let heat = lanes[source]?.heat else { return }
      if heat < 0.1 {
        lanes[source] = nil
      } else {
        lanes[source]?.heat = heat * SerialLanes.cooling
      }
    }
  }

  /// Lost races, not yet cooled off, from which on a function is serial.
  private static let hot = 4.0
  /// About eighty clean commits cool the hottest function off.
  private static let hottest = 20.0
  private static let cooling = 0.98
  /// Functions observed at a time.
  private static let maximumLanes = 1024
}

/// A lock held across suspensions, in order of arrival, that is taken away from who holds it long.
///
/// For locks that only save work: losing one early must be harmless.
final class LeasedGate: Sendable {
  private struct State {
    var holder: UInt64?
    var lastLease: UInt64 = 0
    var waiting: [CheckedContinuation<UInt64, Never>] = []
    var isWatched = false
  }

  /// Protects who holds the gate and who waits; held for a few instructions.
  private let state = Mutex(State())
  private let bound: Duration
  private let sleeping: any Sleeping

  init(bound: Duration, sleeping: any Sleeping = TaskSleeping()) {
    self.bound = bound
    self.sleeping = sleeping
  }

  /// Waits for the gate; pass the result to ``release(_:)``.
  func acquire() async -> UInt64 {
    let lease: UInt64? = state.withLock { state in
      if state.holder != nil { return nil }
      return LeasedGate.lease(&state)
    }
    if let lease { return lease }
    return await withCheckedContinuation { continuation in
      let (lease, mustWatch): (UInt64?, Bool) = state.withLock { state in
        if state.holder == nil { return (LeasedGate.lease(&state), false) }
        state.waiting.append(continuation)
        defer { state.isWatched = true }
        return (nil, !state.isWatched)
      }
      if let lease { continuation.resume(returning: lease) }
      if mustWatch { watch() }
    }
  }

  /// Hands the gate on, unless it was taken away already.
  func release(_ lease: UInt64) {
    let next: (CheckedContinuation<UInt64, Never>, UInt64)? = state.withLock { state in
      guard state.holder == lease else { return nil }
      state.holder = nil
      guard !state.waiting.isEmpty else { return nil }
      return (state.waiting.removeFirst(), LeasedGate.lease(&state))
    }
    if let (continuation, lease) = next { continuation.resume(returning: lease) }
  }

  private static func lease(_ state: inout State) -> UInt64 {
    state.lastLease += 1
    state.holder = state.lastLease
    return state.lastLease
  }

  /// Takes the gate away from holders that keep others waiting for longer than the bound.
  ///
  /// The task ends by itself once nobody waits.
  private func watch() {
    Task {
      var seen: UInt64?
      while true {
        let holder: UInt64? = state.withLock { state in
          if state.waiting.isEmpty {
            state.isWatched = false
            return nil
          }
          return state.holder
        }
        guard let holder else { return }
        if holder == seen { release(holder) }
        seen = holder
        do { try await sleeping.sleep(for: bound) } catch { return }
      }
    }
  }
}
