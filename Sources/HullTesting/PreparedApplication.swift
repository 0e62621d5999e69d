// What all backends of one application have in common.

import Hull
import HullDatabase
import HullPersistence
import HullRuntime
import Synchronization

/// An application and what is derived from it once, for all backends that serve it.
struct PreparedApplication: Sendable {
  let application: Application
  let registry: FunctionRegistry
  private let stores = PreparedStores()

  init(_ application: Application) throws {
    self.application = application
    registry = try FunctionRegistry(application)
  }

  /// Guards the applications seen so far, which do not change any more; held only for a look-up.
  private static let known = Mutex<[ObjectIdentifier: PreparedApplication]>([:])

  static func cached<App: HullApplication>(_ type: App.Type) throws -> PreparedApplication {
    let key = ObjectIdentifier(type)
    if let prepared = known.withLock({ $0[key] }) { return prepared }
    let prepared = try PreparedApplication(App.application)
    return known.withLock { known in
      // Of several that were made at once all use the first, and the stores it prepares.
      if let other = known[key] { return other }
      known[key] = prepared
      return prepared
    }
  }

  /// A store with the tables and indexes of the application and nothing else, to be copied.
  ///
  /// - Parameter start: What time it was when it was made.
  /// - Returns: The store, which must not be written to.
  /// - Throws: What is wrong with the schema.
  func store(at start: Timestamp) async throws -> PreparedStore {
    if let store = stores.latest(at: start) { return store }
    let persistence = InMemoryPersistence()
    var options = DatabaseOptions()
    options.time = ManualTimeSource(start: start)
    let database = try await Database.open(
      persistence: persistence,
      schema: application.schema,
      options: options
    )
    let store = PreparedStore(start: start, persistence: persistence, opened: database.opened)
    stores.keep(store)
    return store
  }
}

/// An empty store of an application.
struct PreparedStore: Sendable {
  let start: Timestamp
  let persistence: InMemoryPersistence
  let opened: Database.Opened
}

/// The store that was prepared last: tests begin at one time, as a rule.
private final class PreparedStores: Sendable {
  /// Guards the one store that is kept; held only to look at it or replace it.
  private let store = Mutex<PreparedStore?>(nil)

  func latest(at start: Timestamp) -> PreparedStore? {
    store.withLock { $0?.start == start ? $0 : nil }
  }

  func keep(_ prepared: PreparedStore) { store.withLock { $0 = prepared } }
}
