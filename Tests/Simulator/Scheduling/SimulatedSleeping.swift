// How tasks of a simulated process sleep.

import HullPersistence

/// Sleeps on the simulation's clock, until the process ends.
///
/// `@unchecked Sendable`: everything happens on the simulation's one thread.
final class SimulatedSleeping: Sleeping, @unchecked Sendable {
  private let schedule: Schedule
  private var sleepers: [Int: (timer: Int, continuation: CheckedContinuation<Void, any Error>)] =
    [:]
  private var count = 0
  private var hasEnded = false

  init(schedule: Schedule) { self.schedule = schedule }

  func sleep(for duration: Duration) async throws {
    count += 1
    let number = count
    try await withTaskCancellationHandler {
      if Task.isCancelled { throw CancellationError() }
      try await sleep(for: duration, as: number)
    } onCancel: {
      wake(number) { $0.resume(throwing: CancellationError()) }
    }
  }

  /// Sleeps whether or not the task is cancelled, as a task does that waits for a disk.
  ///
  /// - Throws: `CancellationError` when the process ends.
  func sleepOn(for duration: Duration) async throws {
    count += 1
    try await sleep(for: duration, as: count)
  }

  private func sleep(for duration: Duration, as number: Int) async throws {
    try await withCheckedThrowingContinuation {
      (continuation: CheckedContinuation<Void, any Error>) in
      if hasEnded {
        continuation.resume(throwing: CancellationError())
        return
      }
      let timer = schedule.after(duration) { self.wake(number) { $0.resume() } }
      sleepers[number] = (timer, continuation)
    }
  }

  private func wake(_ number: Int, _ body: (CheckedContinuation<Void, any Error>) -> Void) {
    guard let sleeper = sleepers.removeValue(forKey: number) else { return }
    schedule.cancel(timer: sleeper.timer)
    body(sleeper.continuation)
  }

  /// Ends every sleep, now and later.
  func end() {
    hasEnded = true
    for number in sleepers.keys.sorted() {
      wake(number) { $0.resume(throwing: CancellationError()) }
    }
  }
}
