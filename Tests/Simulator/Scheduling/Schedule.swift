// What can happen next, and when the rest is due.

import HullPersistence

/// Chooses what happens next: a task that is ready, a loop with news, a message that arrives.
///
/// Time stands still as long as anything can happen, and then moves to what is due first.
final class Schedule {
  private enum Ready {
    case job(SimulatedThread.Job)
    case event(() -> Void)
  }

  private struct Timer {
    var due: Duration
    var number: Int
    var fire: () -> Void
  }

  /// How tasks take their turns.
  enum Policy: CaseIterable {
    /// Any of them next.
    case random
    /// In order, with one now and then that is passed over.
    case mostlyInOrder
    /// The newest as a rule, so that some wait for long.
    case mostlyNewest
  }

  let clock: ManualTimeSource
  private let chance: Chance
  private let policy: Policy
  private var ready: [Ready] = []
  /// Loops that have news, by number: in which order they got it depends on addresses in memory.
  private var loops: [Int: () -> Void] = [:]
  private var timers: [Timer] = []
  private var timerCount = 0
  private(set) var steps = 0

  init(clock: ManualTimeSource, chance: Chance, policy: Policy) {
    self.clock = clock
    self.chance = chance
    self.policy = policy
  }

  /// Whether nothing can happen before time has passed.
  var isAtRest: Bool { ready.isEmpty && loops.isEmpty }

  func add(_ job: SimulatedThread.Job) { ready.append(.job(job)) }

  /// Has a loop's `body` run; once, however often it is asked for until then.
  func wake(loop: Int, _ body: @escaping () -> Void) { loops[loop] = body }

  /// Has something happen after a while.
  ///
  /// - Returns: What ``cancel(timer:)`` takes.
  @discardableResult
  func after(_ delay: Duration, _ body: @escaping () -> Void) -> Int {
    timerCount += 1
    if delay <= .zero {
      ready.append(.event(body))
    } else {
      timers.append(Timer(due: clock.uptime() + delay, number: timerCount, fire: body))
    }
    return timerCount
  }

  func cancel(timer: Int) { timers.removeAll { $0.number == timer } }

  /// Lets one thing happen, or time pass.
  ///
  /// - Returns: What was chosen of how many, for the trace; nil if nothing will ever happen.
  func step() -> (choice: Int, of: Int)? {
    if isAtRest, !passTime() { return nil }
    steps += 1
    let count = ready.count + loops.count
    let choice = choose(of: count)
    if choice < ready.count {
      switch ready.remove(at: choice) {
      case .job(let job): SimulatedThread.shared.run(job)
      case .event(let body): body()
      }
    } else {
      let loop = loops.keys.sorted()[choice - ready.count]
      loops.removeValue(forKey: loop)?()
    }
    return (choice, count)
  }

  private func choose(of count: Int) -> Int {
    if count == 1 { return 0 }
    let isUsual = chance.below(8) > 0
    switch policy {
    case .mostlyInOrder where isUsual: return 0
    case .mostlyNewest where isUsual: return count - 1
    default: return chance.below(count)
    }
  }

  /// Moves the clock to the first timer and has everything that is due then happen.
  private func passTime() -> Bool {
    guard let next = timers.map(\.due).min() else { return false }
    clock.advance(by: max(.zero, next - clock.uptime()))
    for timer in timers where timer.due <= next { ready.append(.event(timer.fire)) }
    timers.removeAll { $0.due <= next }
    return true
  }

  /// Runs tasks in order until none is ready, as those of a process do whose end nobody sees, and
  /// forgets the loops.
  func drainTasks() {
    loops = [:]
    var events: [Ready] = []
    while !ready.isEmpty {
      let next = ready.removeFirst()
      if case .job(let job) = next { SimulatedThread.shared.run(job) } else { events.append(next) }
    }
    ready = events
  }
}
