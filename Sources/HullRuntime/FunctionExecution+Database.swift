// The operations of `ctx.db`, passed on to the transaction.

import Hull
import HullDatabase
import HullValues

extension FunctionExecution: FunctionHost {
  func get(
    _ id: DocumentID,
    table: String?,
    in scope: Hull.DatabaseScope
  ) async throws -> EncodedDocument? {
    try await transaction { try await $0.get(id, from: table, scope: scope.level) }
  }

  func normalizeID(
    _ text: String,
    table: String,
    in scope: Hull.DatabaseScope
  ) async throws -> DocumentID? {
    try await transaction { try await $0.normalizeID(text, in: table, scope: scope.level) }
  }

  func collect(_ query: Query, in scope: Hull.DatabaseScope) async throws -> [EncodedDocument] {
    try await transaction { try await $0.collect(query, scope: scope.level) }
  }

  func stream(
    _ query: Query,
    in scope: Hull.DatabaseScope
  ) async throws -> any DocumentStream {
    try await transaction { transaction in
      ExecutionStream(try await transaction.query(query, scope: scope.level), of: self)
    }
  }

  func paginate(
    _ query: Query,
    _ options: PaginationOptions,
    in scope: Hull.DatabaseScope
  ) async throws -> PaginationResult {
    try await transaction {
      try await $0.paginate(query, options, journal: journal, scope: scope.level)
    }
  }

  func count(_ query: Query, in scope: Hull.DatabaseScope) async throws -> Int {
    try await transaction { try await $0.count(query, scope: scope.level) }
  }

  func insert(_ fields: ConvexObject, into table: String) async throws -> DocumentID {
    try await transaction { try await $0.insert(table, fields) }
  }

  func patch(
    _ id: DocumentID,
    table: String?,
    _ changes: [(String, ConvexValue?)]
  ) async throws {
    _ = try await transaction { try await $0.patch(id, in: table, changes) }
  }

  func replace(_ id: DocumentID, table: String?, with fields: ConvexObject) async throws {
    _ = try await transaction { try await $0.replace(id, in: table, with: fields) }
  }

  func delete(_ id: DocumentID, table: String?) async throws {
    _ = try await transaction { try await $0.delete(id, from: table) }
  }
}

/// The documents of a query, each fetched as an operation of the function that asked for it.
private final class ExecutionStream: DocumentStream {
  private let stream: QueryStream
  private let execution: FunctionExecution

  init(_ stream: QueryStream, of execution: FunctionExecution) {
    self.stream = stream
    self.execution = execution
  }

  func next() async throws -> EncodedDocument? {
    try await execution.operation { try await stream.next() }
  }
}

extension Hull.DatabaseScope {
  /// The same half of the database, as the layer below names it.
  fileprivate var level: HullDatabase.DatabaseScope {
    switch self {
    case .user: .user
    case .system: .system
    }
  }
}
