import HullDatabase
import HullPersistence
import HullValues
import Testing

/// Every limit on a transaction at its bound and one past it (spec/values.md 15.3).
@Suite struct LimitTests {
  private static let help = """
    Consider using smaller limits in your queries, paginating your queries, or using indexed \
    queries with a selective index range expressions.
    """

  private func limits(_ change: (inout TransactionLimits) -> Void) -> TransactionLimits {
    var limits = TransactionLimits()
    change(&limits)
    return limits
  }

  /// A database with three documents of 100 bytes each.
  private func database() async throws -> (Database, [DocumentID]) {
    let database = try await Database.inMemory()
    var ids: [DocumentID] = []
    for _ in 0..<3 {
      let text = String(repeating: "x", count: 100 - 38 - 23 - 2 - "text".utf8.count - 1 - 2)
      ids.append(try await database.insert("t", ["text": .string(text)]))
    }
    return (database, ids)
  }

  private func expect(
    _ code: String,
    _ message: String,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> some Any
  ) async {
    let error = await #expect(throws: DatabaseError.self, sourceLocation: sourceLocation) {
      _ = try await body()
    }
    #expect(error?.code == code, sourceLocation: sourceLocation)
    #expect(error?.message == message, sourceLocation: sourceLocation)
    #expect(error?.kind == .paginationLimit, sourceLocation: sourceLocation)
  }

  @Test func `documents read`() async throws {
    let (database, ids) = try await database()
    let transaction = database.begin(limits: limits { $0.documentsRead = 3 })
    #expect(try await transaction.documents(of: "t", limit: 2).count == 2)
    _ = try await transaction.get(ids[0])
    await expect(
      "TooManyDocumentsRead",
      "Too many documents read in a single function execution (limit: 3). \(LimitTests.help)"
    ) { try await transaction.get(ids[0]) }
    // A missing document is no document.
    let absent = database.begin(limits: limits { $0.documentsRead = 0 })
    #expect(try await absent.get(.absent) == nil)
  }

  @Test func `documents read by a scan count as they are consumed`() async throws {
    let (database, _) = try await database()
    let transaction = database.begin(limits: limits { $0.documentsRead = 2 })
    #expect(try await transaction.documents(of: "t", limit: 2).count == 2)
    let other = database.begin(limits: limits { $0.documentsRead = 2 })
    await #expect(throws: DatabaseError.self) { try await other.documents(of: "t") }
    #expect(try await other.usage().documentsRead == 3)
  }

  @Test func `bytes read`() async throws {
    let (database, ids) = try await database()
    let transaction = database.begin(limits: limits { $0.bytesRead = 300 })
    #expect(try await transaction.documents(of: "t").count == 3)
    #expect(try await transaction.usage().bytesRead == 300)
    await expect(
      "TooManyBytesRead",
      "Too many bytes read in a single function execution (limit: 300 bytes). \(LimitTests.help)"
    ) { try await transaction.get(ids[0]) }
  }

  @Test func `ranges read`() async throws {
    let (database, ids) = try await database()
    let transaction = database.begin(limits: limits { $0.databaseQueries = 3 })
    _ = try await transaction.get(ids[0])
    _ = try await transaction.get(ids[1])
    _ = try await transaction.documents(of: "t")
    // What was read already is no new range.
    _ = try await transaction.get(ids[0])
    _ = try await transaction.documents(of: "t", limit: 1)
    #expect(try await transaction.usage().databaseQueries == 3)
    await expect(
      "TooManyReads",
      "Too many reads in a single function execution (limit: 3). \(LimitTests.help)"
    ) { try await transaction.get(ids[2]) }
  }

  @Test func `inserts read nothing`() async throws {
    let (database, _) = try await database()
    let transaction = database.begin(.readWrite, limits: limits { $0.databaseQueries = 1 })
    for _ in 0..<3 { _ = try await transaction.insert("t", [:]) }
    #expect(try await transaction.usage().databaseQueries == 0)
  }

  @Test func `documents written, every write counting`() async throws {
    let (database, ids) = try await database()
    let transaction = database.begin(.readWrite, limits: limits { $0.documentsWritten = 3 })
    try await transaction.patch(ids[0], [("a", 1)])
    try await transaction.patch(ids[0], [("a", 2)])
    try await transaction.delete(ids[1])
    await expect(
      "TooManyWrites",
      "Too many writes in a single function execution (limit: 3)"
    ) { try await transaction.delete(ids[2]) }
    #expect(try await transaction.get(ids[2]) != nil)
  }

  @Test func `bytes written`() async throws {
    let (database, ids) = try await database()
    let transaction = database.begin(.readWrite, limits: limits { $0.bytesWritten = 222 })
    // `a` and a number add 11 bytes to 100.
    try await transaction.patch(ids[0], [("a", 1)])
    try await transaction.patch(ids[0], [("a", 2)])
    try await transaction.delete(ids[1])
    #expect(try await transaction.usage().bytesWritten == 222)
    await expect(
      "TooManyBytesWritten",
      "Too many bytes written in a single function execution (limit: 222 bytes)"
    ) { try await transaction.patch(ids[2], [("a", 1)]) }
    let production = database.begin(.readWrite, limits: limits { $0.bytesWritten = 16 << 20 })
    let large = String(repeating: "x", count: 1_000_000)
    await expect(
      "TooManyBytesWritten",
      "Too many bytes written in a single function execution (limit: 16 MiB)"
    ) {
      for _ in 0..<17 { _ = try await production.insert("t", ["text": .string(large)]) }
    }
  }

  @Test func `the number of tables`() async throws {
    var options = DatabaseOptions.test()
    options.limits.userTables = 2
    let database = try await Database.inMemory(options: options)
    try await database.insert("a", [:])
    try await database.insert("b", [:])
    try await database.insert("a", [:])
    let error = await #expect(throws: DatabaseError.self) { try await database.insert("c", [:]) }
    #expect(error?.code == "TooManyTables")
    #expect(error?.message == "Number of tables cannot exceed 2.")
  }

  @Test func `a nested call gets a budget on top of what is used, and never more than is left`()
    async throws
  {
    let (database, ids) = try await database()
    let transaction = database.begin(.readWrite, limits: limits { $0.documentsRead = 4 })
    _ = try await transaction.get(ids[0])
    await expect(
      "TooManyDocumentsRead",
      "Too many documents read in a single function execution (limit: 2). \(LimitTests.help)"
    ) {
      try await transaction.nested(budget: limits { $0.documentsRead = 1 }) { child in
        _ = try await child.get(ids[0])
        _ = try await child.get(ids[0])
      }
    }
    // What the child read stays counted; the caller's own limit is back.
    #expect(try await transaction.usage().documentsRead == 3)
    #expect(try await transaction.limits().documentsRead == 4)
    _ = try await transaction.get(ids[0])
    await expect(
      "TooManyDocumentsRead",
      "Too many documents read in a single function execution (limit: 4). \(LimitTests.help)"
    ) {
      try await transaction.nested(budget: limits { $0.documentsRead = 100 }) { child in
        try await child.get(ids[0])
      }
    }
  }

  @Test func `writes of a failed nested call are given back, its reads are not`() async throws {
    struct Refused: Error {}
    let (database, ids) = try await database()
    let transaction = database.begin(.readWrite)
    await #expect(throws: Refused.self) {
      try await transaction.nested { child in
        try await child.patch(ids[0], [("a", 1)])
        _ = try await child.insert("t", [:])
        throw Refused()
      }
    }
    let usage = try await transaction.usage()
    #expect(usage.documentsWritten == 0)
    #expect(usage.bytesWritten == 0)
    #expect(usage.documentsRead == 1)
    #expect(usage.bytesRead == 100)
  }
}
