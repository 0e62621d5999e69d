// One run: clients, a backend, a disk, a clock and everything that can go wrong, all of it from one seed.

import HullDatabase
import HullPersistence
import HullRuntime
import HullSync
import HullValues

/// A run of the whole system on one thread, the same for the same seed.
final class Simulation {
  let plan: Plan
  let chance: Chance
  let workload: Workload
  let schedule: Schedule
  private(set) var violations: [String] = []
  private(set) var generation = 0

  private let seed: UInt64
  private let template: Template
  private let clock: ManualTimeSource
  private var disk: SimulatedDisk
  private var process: SimulatedProcess?
  private var isCrashDue = false
  private var isHealing = false
  private var clients: [SyncClient] = []
  private var callers: [Caller] = []
  private var connections: [Connection] = []
  private var connectionCount = 0
  private var loops: [SimulatedLoop] = []
  private var history = History()
  private var jobs: Jobs
  private var trace = Trace()
  private(set) var crashes = 0
  private var crashesAtWork = 0
  /// Of the planned crashes those that come after so many commits, the next one first.
  private var crashesByCommits: [Int]

  #if DEBUG
    private let plantedFault: PlantedFault?
  #endif

  /// When every simulation begins: 2023-11-14 22:13:20 UTC.
  static let start = Timestamp(rawValue: 1_700_000_000_000_000_000)

  init(seed: UInt64, template: Template, plantedFault: PlantedFaultName?, words: Trace.Words) {
    self.seed = seed
    self.template = template
    #if DEBUG
      self.plantedFault = plantedFault.flatMap { PlantedFault(rawValue: $0.rawValue) }
    #endif
    chance = Chance(seed: seed)
    plan = Plan(chance)
    crashesByCommits = plan.crashesByCommits.sorted()
    workload = Workload(chance: chance)
    clock = ManualTimeSource(start: Self.start.advanced(by: .seconds(3600)))
    schedule = Schedule(clock: clock, chance: chance, policy: plan.policy)
    trace.words = words
    jobs = Jobs(table: template.jobs)
    disk = SimulatedDisk(template: template.disk) { _ in }
    disk = SimulatedDisk(template: template.disk) { [unowned self] in wasWritten($0) }
  }

  /// What came of a run.
  struct Report {
    var violations: [String]
    /// Stands for everything that happened.
    var digest: UInt64
    var events: [String]
    var commits: Int
    var observations: Int
    var crashes: Int
    /// How many of them came while a client that had been heard wanted more.
    var crashesAtWork: Int
    var plansCrashes: Bool
    var steps: Int
  }

  /// Runs until everyone has what they asked for, and judges what happened.
  func run() -> Report {
    SimulatedThread.shared.deliver { [schedule] in schedule.add($0) }
    note("\(plan)")
    start()
    for _ in 0..<plan.crashesByTime {
      schedule.after(chance.pause(upTo: span)) { [unowned self] in if !isHealing { crash() } }
    }
    var end: Duration?
    while violations.isEmpty {
      guard schedule.steps < Self.mostSteps else {
        violations.append("it does not come to rest: \(unfinished ?? "something goes on for ever")")
        break
      }
      if schedule.isAtRest {
        if plan.restartsWhenUnknown, process?.store.isOutcomeUnknown == true { crashSoon() }
        if isHealing, unfinished == nil {
          // A little longer, for news that nobody waits for.
          let settled = end ?? clock.uptime() + .seconds(2)
          end = settled
          if clock.uptime() >= settled { break }
        } else if !isHealing, isEveryoneDone {
          heal()
        }
      }
      guard let step = schedule.step() else { break }
      trace.add(step.choice)
      trace.add(step.of)
    }
    if violations.isEmpty { judge() }
    for connection in connections { connection.serverCrashed() }
    process?.crash()
    return Report(
      violations: violations,
      digest: trace.digest,
      events: trace.events,
      commits: disk.commits.count,
      observations: history.observations.count,
      crashes: crashes,
      crashesAtWork: crashesAtWork,
      plansCrashes: plan.plansCrashes,
      steps: schedule.steps
    )
  }

  private static let mostSteps = 200_000

  // MARK: Beginning and end

  /// About how long clients and callers are busy, in milliseconds.
  private var span: Int { max(20, plan.steps * (plan.thinking + plan.latency + plan.slowestWrite)) }

  /// Has clients and callers come, once there is a backend for them.
  private func populate() {
    for number in 0..<plan.clients {
      let session = SessionID(high: seed, low: UInt64(number))
      let client = SyncClient(self, number: number, steps: plan.steps, sessionID: session)
      clients.append(client)
      client.connect()
      schedule.after(thinking()) { client.step() }
    }
    for number in 0..<plan.callers {
      let caller = Caller(self, number: number, steps: plan.steps)
      callers.append(caller)
      schedule.after(thinking()) { caller.step() }
    }
    for _ in 0..<plan.clockSteps {
      schedule.after(chance.pause(upTo: span)) { [unowned self] in stepClock() }
    }
    for _ in 0..<plan.memoryReleases {
      schedule.after(chance.pause(upTo: span)) { [unowned self] in releaseMemory() }
    }
    tick()
  }

  private func releaseMemory() {
    guard let backend else { return }
    note("the backend lets go of memory")
    Task { await backend.releaseMemory() }
  }

  /// Lets every session look at the clock now and then.
  private func tick() {
    schedule.after(.milliseconds(500)) { [unowned self] in
      for connection in connections { connection.tick() }
      tick()
    }
  }

  private func stepClock() {
    let seconds = chance.number(in: -20...20)
    note("the wall clock steps by \(seconds) s")
    clock.set(clock.now().advanced(by: .seconds(seconds)))
  }

  /// Whether everyone has come, and has what they asked for while things went wrong.
  private var isEveryoneDone: Bool {
    !isCrashDue && !clients.isEmpty && clients.allSatisfy(\.isDone)
      && callers.allSatisfy(\.isDone)
  }

  /// Lets nothing go wrong any more.
  private func heal() {
    note("nothing goes wrong from here on")
    isHealing = true
    process?.store.faultsPerMille = 0
    if process?.store.isOutcomeUnknown == true { crashSoon() }
  }

  /// What somebody still waits for; nil for nothing.
  private var unfinished: String? {
    if isCrashDue || backend == nil { return "the backend is not open" }
    if let job = history.dueJobs.min() { return "operation \(job) is scheduled and has not run" }
    if let job = jobs.unfinished.min() { return "job \(job) is not over" }
    return clients.lazy.compactMap(\.unfinished).first
  }

  private func judge() {
    let nothingWentWrong = crashes == 0 && plan.faultsPerMille == 0
    let check = HistoryCheck(history, actionsRun: nothingWentWrong)
    violations = check.findings
    if jobs.failed > 0, nothingWentWrong {
      violations.append("\(jobs.failed) scheduled functions failed, and nothing went wrong")
    }
    for client in clients {
      for (question, value, end) in client.shown {
        let isRight = value.map { check.model.answers(question, with: $0, end: end) }
        if isRight == true { continue }
        violations.append(
          """
          client \(client.number) shows \(value.map { "\($0)" } ?? "nothing") for \(question) in \
          the end; it is \(check.model.answer(to: question, end: end))
          """
        )
      }
    }
    do {
      violations += try schedule.value { [catalog = template.catalog, store = disk.durable] in
        try await StoreCheck.indexes(of: store, catalog)
          + StoreCheck.documents(of: store, catalog, check.model)
      }
    } catch {
      violations.append("what is on the disk cannot be read: \(error)")
    }
  }

  // MARK: The backend

  /// The backend, if it is open.
  var backend: Backend? { process?.backend }

  private func start() {
    let sleeping = SimulatedSleeping(schedule: schedule)
    let store = SimulatedStore(
      disk: disk,
      sleeping: sleeping,
      chance: chance,
      faultsPerMille: isHealing ? 0 : plan.faultsPerMille,
      slowestWrite: plan.slowestWrite
    ) { [unowned self] in report($0) }
    loops = []
    let process = SimulatedProcess(store: store, sleeping: sleeping, schedule: schedule)
    self.process = process
    let box = Unowned(self)
    process.start(template, configuration(sleeping)) { failure in
      let simulation = box.simulation
      if let failure {
        simulation.note("the backend does not start: \(failure)")
        if simulation.plan.faultsPerMille == 0 {
          simulation.report(
            Violation("the backend does not start, and nothing went wrong: \(failure)")
          )
        }
        simulation.crashSoon()
      } else if simulation.clients.isEmpty {
        simulation.populate()
      }
    }
  }

  private func configuration(_ sleeping: SimulatedSleeping) -> BackendConfiguration {
    var configuration = BackendConfiguration()
    configuration.time = clock
    configuration.random = SeededRandomSource(seed: seed &+ UInt64(generation) &* 0x9E37_79B9)
    configuration.sleeping = sleeping
    configuration.database.sleeping = sleeping
    configuration.warnsOfDuration = false
    // Real time bounds functions; here it is nobody's.
    configuration.limits.userTimeSeconds = 1_000_000
    configuration.limits.systemTimeSeconds = 1_000_000
    if plan.isCramped {
      configuration.queryCacheBytes = 2000
      configuration.database.retention = .milliseconds(400)
      configuration.database.writeLogBytes = 4000
      configuration.database.rowCacheBytes = 12_000
      configuration.database.maximumBatchCommits = 2
      configuration.database.exclusiveRunBound = .milliseconds(10)
      configuration.database.serialLaneBound = .milliseconds(10)
    }
    #if DEBUG
      configuration.database.plantedFault = plantedFault
    #endif
    return configuration
  }

  /// Ends the backend and starts another one, as an operator would.
  private func crashSoon() { crash(after: chance.pause(upTo: 300)) }

  private func crash(after pause: Duration) {
    if isCrashDue { return }
    isCrashDue = true
    // Unless it has crashed for another reason until then.
    schedule.after(pause) { [unowned self] in if isCrashDue { crash() } }
  }

  /// Has the crashes come that were planned for now.
  private func crashIfPlanned() {
    guard let next = crashesByCommits.first, history.commits.count >= next, !isHealing else {
      return
    }
    crashesByCommits.removeFirst()
    // At once, or somewhere in what comes of the commit.
    let isNow = chance.below(3) == 0
    crash(after: isNow ? .zero : chance.pause(upTo: 1 + plan.latency + plan.slowestWrite))
  }

  private func crash() {
    note("crash")
    isCrashDue = false
    crashes += 1
    if !isHealing, clients.contains(where: \.isAtWork) { crashesAtWork += 1 }
    generation += 1
    for connection in connections { connection.serverCrashed() }
    connections = []
    for loop in loops { loop.end() }
    process?.crash()
    for caller in callers { caller.serverCrashed() }
    start()
  }

  private func wasWritten(_ record: CommitRecord) {
    trace.add(Int(record.timestamp.rawValue))
    var receipts: [(operation: Int, result: ConvexValue)] = []
    for write in record.documents {
      trace.add(Array(write.id.description.utf8))
      trace.add(write.after?.json.bytes ?? [])
      jobs.apply(write)
      guard write.id.tableNumber == template.receipts, let object = try? write.after?.object(),
        let operation = object["operation"]?.float64
      else { continue }
      receipts.append((Int(operation), object["result"] ?? .null))
    }
    note("commit at \(record.timestamp) of operations \(receipts.map(\.operation))")
    history.commit(CommittedReceipts(timestamp: record.timestamp, receipts: receipts))
    crashIfPlanned()
  }
}

/// Carries the simulation into a closure that runs on its thread, like everything.
private struct Unowned: @unchecked Sendable {
  unowned let simulation: Simulation

  init(_ simulation: Simulation) { self.simulation = simulation }
}

// MARK: What clients need

extension Simulation {
  /// How long a message takes.
  func latency() -> Duration { plan.latency == 0 ? .zero : chance.pause(upTo: plan.latency) }

  /// How long a client waits before it does something.
  func thinking() -> Duration { plan.thinking == 0 ? .zero : chance.pause(upTo: plan.thinking) }

  /// Whether a connection breaks now.
  func cutsNow() -> Bool { !isHealing && chance.happens(perMille: plan.cutsPerMille) }

  /// A connection to the backend; nil while there is none.
  func connection(for client: SyncClient) -> Connection? {
    guard let backend else { return nil }
    connectionCount += 1
    // One for each: those that share one are told the news in the order of their addresses in memory.
    let loop = SimulatedLoop(number: connectionCount, schedule: schedule)
    loops.append(loop)
    let connection = Connection(
      client,
      of: self,
      to: backend,
      on: loop,
      number: connectionCount
    )
    connections.append(connection)
    return connection
  }

  /// Draws an operation that is about to be asked for.
  func begin(_ origin: Call.Origin) -> (number: Int, operation: Operation) {
    let number = history.reserve()
    let operation = workload.operation(number) { history.reserve() }
    history.begin(number, operation, origin)
    note("operation \(number) is \(operation)")
    return (number, operation)
  }

  /// One of the commits up to a timestamp; nil if there is none.
  func someCommit(before timestamp: Timestamp) -> Timestamp? {
    let past = history.commits.filter { $0.timestamp <= timestamp }
    return past.isEmpty ? nil : chance.pick(past).timestamp
  }

  var newestSeen: Timestamp { history.newestSeen }

  func see(_ timestamp: Timestamp) { history.see(timestamp) }

  func acknowledge(_ operation: Int, _ value: ConvexValue, _ commit: Timestamp) {
    history.acknowledge(operation, value, commit)
    note("operation \(operation) is acknowledged at \(commit): \(value)")
  }

  func refuse(_ operation: Int, _ data: ConvexValue, by observer: String) {
    history.refuse(operation, data, latest: disk.durable.lastTimestamp, by: observer)
    note("operation \(operation) is refused: \(data)")
  }

  func observe(_ fact: Observation.Fact, at timestamp: Timestamp, by observer: String) {
    observe(fact, from: timestamp, through: timestamp, by: observer)
  }

  func observe(
    _ fact: Observation.Fact,
    from earliest: Timestamp,
    through latest: Timestamp,
    by observer: String
  ) {
    history.observations.append(
      Observation(fact: fact, earliest: earliest, latest: latest, observer: observer)
    )
    note("\(observer) has \(fact) at \(latest)")
  }

  func report(_ violation: Violation) { violations.append(violation.description) }

  func note(_ text: @autoclosure () -> String) {
    trace.note("\(clock.uptime()) \(text())")
  }

  func trace(_ connection: Int, _ message: [UInt8], _ text: @autoclosure () -> String) {
    trace.add(connection)
    trace.add(message)
    note("\(text()) \(String(decoding: message, as: UTF8.self))")
  }
}
