import HullDatabase
import HullPersistence
import HullValues
import Synchronization
import Testing

/// The rows of stored files as part of transactions.
@Suite struct StoredFileTests {
  private func record(_ seed: UInt64, contentType: String? = nil) -> StoredFileRecord {
    StoredFileRecord(
      key: FileKey(from: SeededRandomSource(seed: seed)),
      summary: FileSummary(size: Int(seed), sha256: [UInt8](repeating: UInt8(seed), count: 32)),
      contentType: contentType
    )
  }

  @discardableResult
  private func insert(_ record: StoredFileRecord, into database: Database) async throws
    -> DocumentID
  {
    try await database.withTransaction(source: "store") { try await $0.insertFile(record) }.value
  }

  @Test(arguments: Engine.allCases)
  func `a file is found by its id and by its key, after a restart too`(
    engine: Engine
  ) async throws {
    try await engine.withStore { open in
      let records = [record(1), record(2, contentType: "text/plain")]
      var ids: [DocumentID] = []
      for round in 0..<2 {
        let database = try await Database.open(persistence: try await open(), schema: nil)
        if round == 0 {
          for record in records { ids.append(try await insert(record, into: database)) }
        }
        let reader = database.begin()
        for (id, record) in zip(ids, records) {
          #expect(id.isStoredFile)
          #expect(try await reader.fileKey(of: id) == record.key)
          #expect(try await reader.fileID(of: record.key) == id)
          #expect(try await reader.storedFile(id) == record)
        }
        #expect(try await reader.fileID(of: record(3).key) == nil)
        var keys: Set<FileKey> = []
        try await database.forEachFileKey { keys.insert($0) }
        #expect(keys == Set(records.map(\.key)))
        // Functions see the file, and nothing of its key.
        let row = try await reader.get(ids[1], scope: .system)?.object()
        #expect(row?["contentType"] == "text/plain")
        #expect(row?["size"] == 2)
        #expect(row?.fields.map(\.name).contains("key") == false)
        await database.close()
      }
    }
  }

  @Test func `a transaction sees its own files, and a nested call takes them back`() async throws {
    struct Refused: Error {}
    let database = try await Database.inMemory()
    let kept = try await insert(record(1), into: database)
    let transaction = database.begin(.readWrite)
    let own = try await transaction.insertFile(record(2))
    #expect(try await transaction.storedFile(own) == record(2))
    await #expect(throws: Refused.self) {
      try await transaction.nested { child in
        #expect(try await child.removeFile(kept))
        #expect(try await child.removeFile(own))
        #expect(try await child.fileID(of: record(1).key) == nil)
        throw Refused()
      }
    }
    #expect(try await transaction.fileKey(of: kept) == record(1).key)
    #expect(try await transaction.removeFile(own))
    #expect(try await transaction.removeFile(own) == false)
    try await database.commit(transaction, source: "t")
    #expect(try await database.begin().fileID(of: record(2).key) == nil)
    #expect(try await database.begin().fileID(of: record(1).key) == kept)
  }

  @Test func `a query neither stores nor removes`() async throws {
    let database = try await Database.inMemory()
    let id = try await insert(record(1), into: database)
    let query = database.begin()
    await #expect(throws: DatabaseError.self) { try await query.insertFile(record(2)) }
    await #expect(throws: DatabaseError.self) { try await query.removeFile(id) }
  }

  // loser                          winner
  // begin, key of a file
  //                                remove the file, commit
  // insert, commit ✗
  @Test func `using a file's URL conflicts with its removal`() async throws {
    let database = try await Database.inMemory()
    let id = try await insert(record(1), into: database)
    let other = try await insert(record(2), into: database)
    let loser = database.begin(.readWrite)
    #expect(try await loser.fileKey(of: id) != nil)
    _ = try await loser.insert("photos", ["file": .string(id.string)])
    let bystander = database.begin(.readWrite)
    #expect(try await bystander.fileKey(of: other) != nil)
    _ = try await bystander.insert("photos", ["file": .string(other.string)])
    try await database.withTransaction(source: "remove") { _ = try await $0.removeFile(id) }
    let error = await #expect(throws: DatabaseError.self) {
      try await database.commit(loser, source: "keep")
    }
    #expect(error?.kind == .conflict)
    try await database.commit(bystander, source: "keep")
  }

  @Test func `a commit tells which files it removed`() async throws {
    let database = try await Database.inMemory()
    let removed = Mutex<[FileKey]>([])
    let (_, observer) = database.observeCommits { commits in
      removed.withLock { $0 += commits.flatMap(\.removedFiles) }
    }
    let ids = [
      try await insert(record(1), into: database), try await insert(record(2), into: database),
    ]
    #expect(removed.withLock { $0 } == [])
    try await database.withTransaction(source: "remove") { transaction in
      for id in ids { _ = try await transaction.removeFile(id) }
      // One that came and went is nobody's business.
      _ = try await transaction.removeFile(try await transaction.insertFile(record(3)))
    }
    #expect(removed.withLock { Set($0) } == [record(1).key, record(2).key])
    database.removeObserver(observer)
  }

  @Test func `reading files counts towards no limit, and removing them does`() async throws {
    var options = DatabaseOptions.test()
    options.limits.transaction.databaseQueries = 5
    let database = try await Database.inMemory(options: options)
    var ids: [DocumentID] = []
    for seed in 1...8 { ids.append(try await insert(record(UInt64(seed)), into: database)) }
    let reader = database.begin()
    for id in ids { #expect(try await reader.fileKey(of: id) != nil) }
    #expect(try await reader.usage().databaseQueries == 0)
    let writer = database.begin(.readWrite)
    let error = await #expect(throws: DatabaseError.self) {
      for id in ids { _ = try await writer.removeFile(id) }
    }
    #expect(error?.code == "TooManyReads")
  }
}
