// What a seed makes of a simulation.

import HullRuntime

/// How much of everything there is in one run; different in each, so that rare mixtures come up.
struct Plan: CustomStringConvertible {
  var clients: Int
  var callers: Int
  /// What each of them does.
  var steps: Int
  /// After how many commits the process crashes, each time.
  var crashesByCommits: [Int]
  /// How often it crashes at any time, the start included.
  var crashesByTime: Int
  var faultsPerMille: Int
  /// Whether the backend is started anew when it is unknown what a write has done; it may find out.
  var restartsWhenUnknown: Bool
  /// In milliseconds.
  var slowestWrite: Int
  /// How often in a thousand messages a connection breaks.
  var cutsPerMille: Int
  /// How long a message takes at most, in milliseconds.
  var latency: Int
  /// How long clients think at most, in milliseconds; all at once if it is nothing.
  var thinking: Int
  var clockSteps: Int
  /// How often the backend lets go of memory.
  var memoryReleases: Int
  /// Whether clients may go away and not come back.
  var clientsLeave: Bool
  var policy: Schedule.Policy
  /// Whether little is kept in memory: results of queries, commits, commits of one batch.
  var isCramped: Bool

  init(_ chance: Chance) {
    clients = chance.number(in: 1...3)
    callers = chance.number(in: 1...3)
    steps = chance.below(20) == 0 ? 30 : chance.number(in: 3...9)
    // Fewer commits than there will be, so that it comes to most of these crashes.
    let most = (clients + callers) * steps / 2
    let crashes = chance.pick([0, 0, 1, 1, 2])
    crashesByTime = (0..<crashes).count { _ in chance.below(4) == 0 }
    crashesByCommits = (crashesByTime..<crashes).map { _ in 1 + chance.below(most) }
    faultsPerMille = chance.pick([0, 0, 0, 30, 120])
    restartsWhenUnknown = chance.below(4) == 0
    slowestWrite = chance.pick([0, 2, 20])
    cutsPerMille = chance.pick([0, 0, 20, 80])
    latency = chance.pick([0, 1, 20])
    thinking = chance.pick([0, 5, 40])
    clockSteps = chance.pick([0, 0, 1, 3])
    policy = chance.pick(Schedule.Policy.allCases)
    memoryReleases = chance.pick([0, 0, 0, 2])
    clientsLeave = chance.below(3) == 0
    isCramped = chance.below(4) == 0
  }

  /// Whether the process is to crash.
  var plansCrashes: Bool { crashesByTime > 0 || !crashesByCommits.isEmpty }

  /// Whether this is why a request may be left without an answer.
  func explains(_ kind: BackendError.Kind) -> Bool {
    switch kind {
    case .clientDisconnect: clientsLeave
    // A snapshot is forgotten when the backend lets go of memory, or keeps little of it.
    case .outOfRetention: memoryReleases > 0 || isCramped
    case .conflict, .overloaded: faultsPerMille > 0 || isCramped
    default: faultsPerMille > 0
    }
  }

  var description: String {
    """
    \(clients) clients, \(callers) callers, \(steps) steps, \
    crashes after \(crashesByCommits) commits and \(crashesByTime) at any time, \
    \(faultsPerMille)‰ faults, \(cutsPerMille)‰ cuts, writes ≤ \(slowestWrite) ms, messages ≤ \
    \(latency) ms, thinking ≤ \(thinking) ms, \(clockSteps) steps of the clock, memory let go of \
    \(memoryReleases) times, tasks \(policy)\
    \(clientsLeave ? ", clients leave" : "")\(isCramped ? ", cramped" : "")
    """
  }
}
