import Foundation
import HullDatabase
import HullPersistence
import HullValues
import Synchronization
import Testing

/// The stores every test of behaviour on disk runs on.
enum Engine: String, CaseIterable, CustomTestStringConvertible {
  case memory
  case sqlite

  var testDescription: String { rawValue }

  /// Calls `body` with what opens one store, again and again, and removes it afterwards.
  func withStore(_ body: (() async throws -> any Persistence) async throws -> Void) async throws {
    switch self {
    case .memory:
      let store = InMemoryPersistence()
      try await body { HookedPersistence(store) }
    case .sqlite:
      let directory = FileManager.default.temporaryDirectory
        .appending(component: "hull-database-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: directory) }
      let path = directory.appending(component: "data.sqlite").path
      try await body {
        try await SQLitePersistence.open(path: path, options: SQLiteOptions(durability: .off))
      }
    }
  }

  /// Calls `body` with a new database and closes it afterwards.
  func withDatabase(
    schema: SchemaDefinition? = nil,
    options: DatabaseOptions = .test(),
    _ body: (Database) async throws -> Void
  ) async throws {
    try await withStore { open in
      let database = try await Database.open(
        persistence: try await open(),
        schema: schema,
        options: options
      )
      do {
        try await body(database)
      } catch {
        await database.close()
        throw error
      }
      await database.close()
    }
  }
}

/// A store that outlives its databases, and whose appends a test can hold up or make fail.
final class HookedPersistence: Persistence {
  /// What an append does.
  enum Append: Sendable {
    case write
    /// Writes nothing and reports that.
    case fail
    /// Writes, and reports that the outcome is unknown.
    case writeButLoseOutcome
    /// Writes nothing, and reports that the outcome is unknown.
    case loseOutcome
  }

  private let base: any Persistence
  private let closesBase: Bool
  private let scanCount = Shared(0)
  /// Guards the hook, which is set while appends may be running.
  private let hook: Mutex<@Sendable ([CommitRecord]) async -> Append>
  /// Guards what is called when a batch has been written; nil for nothing.
  private let appendedHook = Mutex<(@Sendable () async -> Void)?>(nil)
  /// Guards what settling an unknown outcome finds; nil while it cannot be settled.
  private let settlement = Mutex<Bool?>(nil)
  /// Guards what is called before each page is read; nil for nothing.
  private let scanHook = Mutex<(@Sendable (ScanRequest) async throws -> Void)?>(nil)
  /// Guards what is called after each page was read; nil for nothing.
  private let scannedHook = Mutex<(@Sendable (ScanRequest) async -> Void)?>(nil)
  private let documentCount = Shared(0)

  init(
    _ base: any Persistence = InMemoryPersistence(),
    closesBase: Bool = false,
    onAppend: @escaping @Sendable ([CommitRecord]) async -> Append = { _ in .write }
  ) {
    self.base = base
    self.closesBase = closesBase
    hook = Mutex(onAppend)
  }

  func onAppend(_ body: @escaping @Sendable ([CommitRecord]) async -> Append) {
    hook.withLock { $0 = body }
  }

  /// Has `body` called when a batch is written and nobody has been told yet of it or of its loss.
  func afterAppend(_ body: @escaping @Sendable () async -> Void) {
    appendedHook.withLock { $0 = body }
  }

  /// Has `body` called before each page is read.
  func onScan(_ body: (@Sendable (ScanRequest) async throws -> Void)?) {
    scanHook.withLock { $0 = body }
  }

  /// Has `body` called after each page was read.
  func afterScan(_ body: (@Sendable (ScanRequest) async -> Void)?) {
    scannedHook.withLock { $0 = body }
  }

  func append(_ batch: [CommitRecord]) async throws {
    let hook = hook.withLock { $0 }
    switch await hook(batch) {
    case .write:
      try await base.append(batch)
      if let hook = appendedHook.withLock({ $0 }) { await hook() }
    case .fail: throw PersistenceError(code: .diskFull, message: "The disk is full.")
    case .writeButLoseOutcome:
      try await base.append(batch)
      if let hook = appendedHook.withLock({ $0 }) { await hook() }
      throw PersistenceError(code: .outcomeUnknown, message: "The commit failed late.")
    case .loseOutcome:
      throw PersistenceError(code: .outcomeUnknown, message: "The commit failed late.")
    }
  }

  /// Has unknown outcomes be settled, so or so; nil for not at all.
  func settle(as isWritten: Bool?) {
    settlement.withLock { $0 = isWritten }
  }

  func settle() async throws -> Bool {
    guard let isWritten = settlement.withLock({ $0 }) else {
      throw PersistenceError(code: .inputOutput, message: "The disk is no better.")
    }
    return isWritten
  }

  var lastTimestamp: Timestamp { base.lastTimestamp }

  func document(
    _ id: DocumentID,
    atLeast: Timestamp
  ) async throws -> (document: StoredDocument?, readAt: Timestamp) {
    documentCount.update { $0 += 1 }
    return try await base.document(id, atLeast: atLeast)
  }

  /// How many documents were read by id.
  var documents: Int { documentCount.value }

  /// How many pages were read.
  var scans: Int { scanCount.value }

  func scan(_ request: ScanRequest, atLeast: Timestamp) async throws -> ScanPage {
    scanCount.update { $0 += 1 }
    if let hook = scanHook.withLock({ $0 }) { try await hook(request) }
    let page = try await base.scan(request, atLeast: atLeast)
    if let hook = scannedHook.withLock({ $0 }) { await hook(request) }
    return page
  }

  func changes(after: Timestamp, upTo: Timestamp?, limit: Int) async throws -> [Change] {
    try await base.changes(after: after, upTo: upTo, limit: limit)
  }

  func prune(changesBefore: Timestamp) async throws {
    try await base.prune(changesBefore: changesBefore)
  }

  func metadata(_ key: String) async throws -> [UInt8]? { try await base.metadata(key) }

  func metadata(prefix: String) async throws -> [String: [UInt8]] {
    try await base.metadata(prefix: prefix)
  }

  func removeEntries(of index: IndexID, limit: Int) async throws -> Bool {
    try await base.removeEntries(of: index, limit: limit)
  }

  func updateViews(_ views: [SQLView]) async throws { try await base.updateViews(views) }

  func statistics() async -> PersistenceStatistics { await base.statistics() }

  func close() async { if closesBase { await base.close() } }
}

extension DatabaseOptions {
  static func test(seed: UInt64 = 1, time: any TimeSource = ManualTimeSource()) -> DatabaseOptions {
    var options = DatabaseOptions()
    options.time = time
    options.random = SeededRandomSource(seed: seed)
    // Bounds on real time, out of reach of a machine that is busy with other tests.
    options.exclusiveRunBound = .seconds(3600)
    options.serialLaneBound = .seconds(3600)
    return options
  }
}

extension Database {
  /// A database in memory whose clock stands still and whose ids repeat.
  static func inMemory(
    schema: SchemaDefinition? = nil,
    options: DatabaseOptions = .test()
  ) async throws -> Database {
    try await open(persistence: InMemoryPersistence(), schema: schema, options: options)
  }

  /// Inserts one document in a transaction of its own.
  @discardableResult
  func insert(_ table: String, _ value: ConvexObject) async throws -> DocumentID {
    try await withTransaction(source: "test:insert") { transaction in
      try await transaction.insert(table, value)
    }.value
  }
}

extension Transaction {
  /// The documents of a table, or those of an index whose first fields have certain values.
  func documents(
    of table: String,
    index: String = "by_creation_time",
    startingWith values: [ConvexValue] = [],
    order: Order = .ascending,
    limit: Int? = nil
  ) async throws -> [EncodedDocument] {
    try await exclusively { state in
      guard let table = state.table(named: try TableName(validating: table)) else { return [] }
      let source: ScanSource =
        if index == "by_id" {
          .byID(table.number)
        } else {
          .index(try #require(table.index(named: index)).id)
        }
      let scan = state.scan(
        source,
        in: table.number,
        range: values.isEmpty ? .all : KeyRange(prefix: IndexKey(values)),
        order: order,
        expectedRows: limit
      )
      let rows = try await state.next(scan, upTo: limit ?? .max)
      state.close(scan)
      return rows.compactMap(\.document)
    }
  }

  /// The values of one field of the documents of a table.
  func values(
    _ field: String,
    of table: String,
    index: String = "by_creation_time",
    startingWith values: [ConvexValue] = [],
    order: Order = .ascending,
    limit: Int? = nil
  ) async throws -> [ConvexValue?] {
    try await documents(
      of: table,
      index: index,
      startingWith: values,
      order: order,
      limit: limit
    ).map { try $0.object()[field] }
  }
}

extension SchemaDefinition {
  /// A schema of tables with any documents and the given indexes.
  static func indexes(_ tables: [TableName: [String: [FieldPath]]]) -> SchemaDefinition {
    SchemaDefinition(
      tables: tables.map { name, indexes in
        TableDefinition(
          name: name,
          indexes: indexes.sorted { $0.key < $1.key }
            .map { IndexDefinition(name: $0.key, fields: $0.value) }
        )
      }
    )
  }
}

/// A door tasks wait at until a test opens it.
final class Latch: Sendable {
  private enum State {
    case shut([CheckedContinuation<Void, Never>])
    case open
  }

  /// Guards who waits.
  private let state = Mutex(State.shut([]))

  func wait() async {
    await withCheckedContinuation { continuation in
      let isOpen = state.withLock { state in
        switch state {
        case .open: return true
        case .shut(let waiting):
          state = .shut(waiting + [continuation])
          return false
        }
      }
      if isOpen { continuation.resume() }
    }
  }

  func open() {
    let waiting: [CheckedContinuation<Void, Never>] = state.withLock { state in
      defer { state = .open }
      if case .shut(let waiting) = state { return waiting }
      return []
    }
    for continuation in waiting { continuation.resume() }
  }
}

/// A value that several tasks of a test change.
final class Shared<Value: Sendable>: Sendable {
  /// Guards the value.
  private let mutex: Mutex<Value>

  init(_ value: Value) { mutex = Mutex(value) }

  var value: Value { mutex.withLock { $0 } }

  func update<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
    mutex.withLock { value in body(&value) }
  }
}
