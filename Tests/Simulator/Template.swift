// What all simulations of one process have in common.

import Hull
import HullDatabase
import HullPersistence
import HullRuntime
import HullValues

/// The application and a disk on which it has been opened once.
struct Template {
  let application: Application
  let registry: FunctionRegistry
  let disk: InMemoryPersistence
  let catalog: Catalog
  let receipts: TableNumber
  let jobs: TableNumber

  /// Opens the application on an empty disk, by running tasks in order.
  static func make(at start: Timestamp) throws -> Template {
    let application = try LedgerApplication.application
    let registry = try FunctionRegistry(application)
    let disk = InMemoryPersistence()
    let clock = ManualTimeSource(start: start)
    let schedule = Schedule(clock: clock, chance: Chance(seed: 0), policy: .mostlyInOrder)
    SimulatedThread.shared.deliver { schedule.add($0) }
    var configuration = BackendConfiguration()
    configuration.time = clock
    configuration.random = SeededRandomSource(seed: 0)
    configuration.instanceName = LedgerApplication.name
    let backend = try schedule.value { [configuration] in
      try await Backend.open(
        application,
        persistence: disk,
        configuration: configuration,
        registry: registry
      )
    }
    let catalog = backend.database.catalog
    guard let receipts = catalog.table(named: "receipts"),
      let jobs = catalog.table(named: "_scheduled_functions")
    else { throw Violation("there is no table for receipts or for scheduled functions") }
    return Template(
      application: application,
      registry: registry,
      disk: disk,
      catalog: catalog,
      receipts: receipts.number,
      jobs: jobs.number
    )
  }
}

extension Schedule {
  /// Runs whatever can happen until a task has ended, and returns its value.
  func value<Value: Sendable>(
    _ body: @escaping @Sendable () async throws -> Value
  ) throws -> Value {
    let end = End<Value>()
    Task {
      do { end.result = .success(try await body()) } catch { end.result = .failure(error) }
    }
    while end.result == nil, step() != nil {}
    guard let result = end.result else { throw Violation("a task never ends") }
    return try result.get()
  }
}

/// Where a task leaves its value.
///
/// `@unchecked Sendable`: everything happens on the simulation's one thread.
private final class End<Value>: @unchecked Sendable {
  var result: Result<Value, any Error>?
}
