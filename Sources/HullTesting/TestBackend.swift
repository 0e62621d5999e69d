// A backend of its own for every test.

import Foundation
public import Hull
import HullDatabase
import HullPersistence
import HullRuntime
import HullSync
import Synchronization

/// A whole backend in the process of a test: the engine of the server, with time and randomness in
/// the hands of the test.
///
/// ```swift
/// let t = try await TestBackend(PetShop.self)
/// let id = try await t.mutation(Customers.$create, ["name": "Ada"])
/// #expect(try await t.query(Customers.$list).count == 1)
/// ```
///
/// Any number may exist side by side; they share nothing that changes. What one holds is freed with
/// it.
public final class TestBackend: TestCaller {
  /// The connection of the anonymous caller.
  public let session: TestSession
  /// The clock, which stands still until the test moves it.
  public let clock: TestClock
  /// The environment variables functions read.
  public let env: TestEnvironment
  /// What the test lets go wrong.
  public let faults: TestFaults
  /// The servers `ctx.fetch` reaches.
  public let http: TestHTTP
  /// The functions that run later.
  public let scheduler: TestScheduler
  /// The functions that run again and again.
  public let crons: TestCrons

  private let log: TestLog
  private let directory: URL?

  /// Makes a backend of an application.
  ///
  /// - Parameters:
  ///   - application: The application, for example `PetShop.self`.
  ///   - options: What to decide about the backend.
  /// - Throws: What is wrong with the schema or the functions.
  public convenience init(
    _ application: (some HullApplication).Type,
    _ options: TestOptions = TestOptions()
  ) async throws {
    try await self.init(try PreparedApplication.cached(application), options)
  }

  /// Makes a backend of an application given as a value.
  ///
  /// - Parameters:
  ///   - application: The application.
  ///   - options: What to decide about the backend.
  /// - Throws: What is wrong with the schema or the functions.
  public convenience init(
    _ application: Application,
    _ options: TestOptions = TestOptions()
  ) async throws {
    try await self.init(try PreparedApplication(application), options)
  }

  /// Makes a backend of a schema and some modules.
  ///
  /// - Parameters:
  ///   - schema: The tables; without any, every table may hold anything.
  ///   - modules: The functions.
  ///   - crons: Those that run again and again.
  ///   - options: What to decide about the backend.
  /// - Throws: What is wrong with the schema or the functions.
  public convenience init(
    schema: Schema = Schema(tables: []),
    modules: [Module] = [],
    crons: [CronJob] = [],
    _ options: TestOptions = TestOptions()
  ) async throws {
    try await self.init(
      Application(name: "test", schema: schema, modules: modules, crons: crons),
      options
    )
  }

  private init(_ prepared: PreparedApplication, _ options: TestOptions) async throws {
    let start = Timestamp(rawValue: Int64(options.startTime * 1_000) * 1_000)
    let time = ManualTimeSource(start: start)
    let log = TestLog()
    let plan = FaultPlan()
    var configuration = BackendConfiguration()
    configuration.limits = options.limits
    configuration.actionTime = options.actionTimeLimit
    configuration.database.maximumRetries = options.maximumRetries
    configuration.database.vectorIndexBytes = options.vectorIndexBytes
    configuration.time = time
    configuration.random = SeededRandomSource(seed: options.seed)
    configuration.instanceName = "test"
    configuration.redactsClientErrors = options.redactsClientErrors
    configuration.environment = EnvironmentStore(options.environment)
    configuration.faults = plan
    let stubs = StubPlan()
    configuration.requestSender = stubs
    let sleeping = VirtualSleeping(time: time)
    configuration.sleeping = sleeping
    configuration.warnsOfDuration = false
    configuration.cloudOrigin = TestSession.cloudOrigin
    // A test moves the clock to see what functions make of it.
    configuration.timeDependentResultLifetime = .zero
    configuration.observer = { log.append($0) }
    var directory: URL?
    let persistence: any Persistence
    var opened: Database.Opened?
    switch options.store {
    case .memory:
      let store = try await prepared.store(at: start)
      persistence = InMemoryPersistence(copying: store.persistence)
      opened = store.opened
    case .temporaryFile:
      let folder = FileManager.default.temporaryDirectory
        .appending(path: "hull-test-\(UUID().uuidString)")
      persistence = try await SQLitePersistence.open(path: folder.appending(path: "data").path)
      configuration.files = try await DirectoryFileStore.open(
        path: folder.appending(path: "storage").path,
        options: FileStoreOptions(durability: .normal)
      )
      directory = folder
    }
    let backend = try await Backend.open(
      prepared.application,
      persistence: persistence,
      configuration: configuration,
      registry: prepared.registry,
      opened: opened
    )
    session = TestSession(
      backend: backend,
      user: nil,
      auditor: TransitionAuditor(backend),
      sleeping: sleeping
    )
    if !backend.application.crons.isEmpty { try await backend.applyCrons() }
    let timeline = TestTimeline(
      backend: backend,
      time: time,
      sleeping: sleeping,
      runsCrons: options.runsCrons
    )
    if options.runsDueJobs { timeline.runDueJobs() }
    clock = TestClock(timeline: timeline)
    scheduler = TestScheduler(timeline: timeline)
    crons = TestCrons(timeline: timeline)
    env = TestEnvironment(store: configuration.environment)
    faults = TestFaults(plan: plan)
    http = TestHTTP(plan: stubs)
    self.log = log
    self.directory = directory
  }

  deinit {
    guard let directory else { return }
    let backend = session.backend
    // The file outlives the backend by the time it takes to close it.
    Task {
      await backend.close()
      try? FileManager.default.removeItem(at: directory)
    }
  }

  /// What all functions logged so far, in the order they finished.
  public var logs: [TestLogLine] { log.all }

  /// Forgets what was logged so far.
  public func clearLogs() { log.removeAll() }

  /// What came of comparing the results sent to connected clients with what their queries return:
  /// how many were compared, and those that differed.
  package var findings: (checks: Int, discrepancies: [String]) {
    let findings = session.auditor.findings
    return (findings.checks, findings.discrepancies.map(\.description))
  }

  /// How many results of queries are watched for commits that change them.
  package var subscriptionCount: Int { session.backend.subscriptionCount }

  /// Finishes what was begun and lets go of the data; later calls fail.
  ///
  /// A backend that is simply dropped is freed as well.
  public func close() async {
    await session.backend.close()
  }
}
