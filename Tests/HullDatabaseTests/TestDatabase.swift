import HullDatabase
import HullPersistence
import HullValues

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

extension DatabaseOptions {
  static func test(seed: UInt64 = 1, time: any TimeSource = ManualTimeSource()) -> DatabaseOptions {
    var options = DatabaseOptions()
    options.time = time
    options.random = SeededRandomSource(seed: seed)
    return options
  }
}
