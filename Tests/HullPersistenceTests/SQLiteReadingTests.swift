import Foundation
import HullPersistence
import HullValues
import Testing

/// Snapshots, checkpoints, and what other programs see.
@Suite struct SQLiteReadingTests {
  private func withStore(
    _ options: SQLiteOptions = SQLiteOptions(durability: .off),
    _ body: (SQLitePersistence) async throws -> Void
  ) async throws {
    try await withTemporaryFile { path in
      let store = try await SQLitePersistence.open(path: path, options: options)
      do { try await body(store) } catch {
        await store.close()
        throw error
      }
      await store.close()
    }
  }

  @Test func `a snapshot is kept while it is new enough and renewed when it is not`()
    async throws
  {
    try await withStore { store in
      try await store.append([CommitRecord(timestamp: 1, documents: [.insert(document(1))])])
      for _ in 0..<10 { _ = try await store.document(id(1), atLeast: 1) }
      #expect(await store.statistics().snapshotRenewals == 1)
      #expect(await store.statistics().readerConnections == 1)
      try await store.append([CommitRecord(timestamp: 2, documents: [.insert(document(2))])])
      #expect(try await store.document(id(2), atLeast: 1).readAt == 1)
      #expect(try await store.document(id(2), atLeast: 1).document == nil)
      #expect(await store.statistics().snapshotRenewals == 1)
      #expect(try await store.document(id(2), atLeast: 2).document != nil)
      #expect(await store.statistics().snapshotRenewals == 2)
    }
  }

  @Test func `a reader maps the file after its first reads and reads on`() async throws {
    try await withStore { store in
      try await store.append([CommitRecord(timestamp: 1, documents: [.insert(document(1))])])
      for read in 0..<200 {
        let found = try await store.document(id(1), atLeast: 1)
        #expect(found.document != nil && found.readAt == 1, "read \(read)")
      }
      // One snapshot to begin with, another one with the file mapped: SQLite maps between the two.
      #expect(await store.statistics().snapshotRenewals == 2)
      try await store.append([CommitRecord(timestamp: 2, documents: [.insert(document(2))])])
      #expect(try await store.document(id(2), atLeast: 2).document != nil)
      #expect(await store.statistics().readerConnections == 1)
    }
  }

  @Test func `the log stays short under writing and reading without a pause`() async throws {
    let options = SQLiteOptions(durability: .off, checkpointFrames: 100)
    try await withStore(options) { store in
      try await withThrowingTaskGroup { group in
        group.addTask {
          while store.lastTimestamp < 2000 {
            _ = try await store.scan(
              ScanRequest(source: .byID(users), range: .all, limit: 20),
              atLeast: .zero
            )
            await Task.yield()
          }
        }
        for n in Int64(1)...2000 {
          let record = CommitRecord(
            timestamp: Timestamp(rawValue: n),
            documents: [.insert(document(UInt64(n)))]
          )
          try await store.append([record])
        }
        try await group.waitForAll()
      }
      let statistics = await store.statistics()
      #expect(statistics.checkpoints > 1)
      // Without checkpoints, or with ones that readers keep from their end, it is over 30 MB.
      #expect(statistics.logSizeBytes < 15 << 20, "\(statistics)")
      #expect(try await store.ids(.byID(users)).count == 2000)
    }
  }

  @Test func `the log begins anew under commits that follow each other at once`() async throws {
    // Checkpoints wait for the disk and commits do not, so that every checkpoint is overtaken.
    let options = SQLiteOptions(durability: .normal, checkpointFrames: 100)
    try await withStore(options) { store in
      var n: Int64 = 0
      // A commit by itself begins the log anew only at the end of a checkpoint nothing overtook.
      while await store.statistics().logRestarts < 3, n < 100_000 {
        n += 1
        let record = CommitRecord(
          timestamp: Timestamp(rawValue: n),
          documents: [.insert(document(UInt64(n)))]
        )
        try await store.append([record])
      }
      #expect(await store.statistics().logRestarts >= 3)
      #expect(try await store.ids(.byID(users)).count == Int(n))
    }
  }

  @Test func `another program reads views of the tables while the store is open`() async throws {
    try await withStore { store in
      let customer = document(
        1,
        [
          "name": "O'Neill \"Jr\"", "age": 41.5, "isActive": true, "visits": .int64(-2),
          "tags": ["a", "b"], "note": .null, "select": "x",
        ]
      )
      try await store.append([
        CommitRecord(timestamp: 1, documents: [.insert(customer), .insert(document(2, in: pets))])
      ])
      let columns =
        ["name", "age", "isActive", "tags", "note", "missing", "select", "NAME"]
        .map { SQLView.Column(name: $0) } + [SQLView.Column(name: "visits", kind: .int64)]
      try await store.updateViews([
        SQLView(name: "customers", tableNumber: users, columns: columns)
      ])
      let file = try SQLiteFile(store.path)
      #expect(
        try file.texts("SELECT * FROM customers") == [
          [
            id(1).string, "1.0", "O'Neill \"Jr\"", "41.5", "1", "[\"a\",\"b\"]", "NULL", "NULL",
            "x", "-2",
          ]
        ]
      )
      #expect(throws: SQLiteFile.Failure.self) { try file.execute("DELETE FROM customers") }
    }
  }

  @Test func `int64 columns are decoded over their whole range`() async throws {
    try await withStore { store in
      let numbers: [Int64] = [
        .min, .min + 1, -256, -1, 0, 1, 127, 128, 255, 256, 65_535, 0x1234_5678_9ABC_DEF0, .max,
      ]
      let writes = numbers.enumerated().map { n, number in
        DocumentWrite.insert(document(UInt64(n), ["n": .int64(number)]))
      }
      let others: [ConvexValue] = [.float64(1.5), "text", .null]
      let rest = others.enumerated().map { n, value in
        DocumentWrite.insert(document(UInt64(100 + n), ["n": value]))
      }
      try await store.append([CommitRecord(timestamp: 1, documents: writes + rest)])
      let column = SQLView.Column(name: "n", kind: .int64)
      try await store.updateViews([SQLView(name: "t", tableNumber: users, columns: [column])])
      let texts = try SQLiteFile(store.path).texts(
        "SELECT n, typeof(n) FROM t ORDER BY _creationTime"
      )
      #expect(
        texts == numbers.map { ["\($0)", "integer"] } + [
          ["1.5", "real"], ["text", "text"], ["NULL", "null"],
        ]
      )
    }
  }

  @Test func `views follow the schema and leave those of others alone`() async throws {
    try await withStore { store in
      func names() throws -> [String] {
        try SQLiteFile(store.path)
          .texts("SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name")
          .map { $0[0] }
      }
      try await store.append([CommitRecord(timestamp: 1, documents: [.insert(document(1))])])
      let one = SQLView(name: "one", tableNumber: users, columns: [])
      let two = SQLView(name: "two", tableNumber: pets, columns: [])
      try await store.updateViews([one, two])
      try SQLiteFile(store.path).execute("CREATE VIEW mine AS SELECT 1 AS n")
      #expect(try names() == ["mine", "one", "two"])
      #expect(try await store.document(id(1)) != nil, "prepared statements survive the change")

      let wider = SQLView(name: "two", tableNumber: pets, columns: [SQLView.Column(name: "x")])
      // Names that differ in case only, and names that SQLite keeps for itself.
      let clash = SQLView(name: "Two", tableNumber: users, columns: [])
      let reserved = SQLView(name: "sqlite_x", tableNumber: users, columns: [])
      let quoted = SQLView(name: "a\"b", tableNumber: users, columns: [])
      try await store.updateViews([wider, clash, reserved, quoted])
      #expect(try names() == ["Two_10001", "_sqlite_x", "a\"b", "mine", "two"])
      #expect(try SQLiteFile(store.path).texts("SELECT x FROM two") == [])
      #expect(try SQLiteFile(store.path).texts("SELECT count(*) FROM \"a\"\"b\"") == [["1"]])

      try await store.updateViews([])
      #expect(try names() == ["mine"])
      try await store.append([CommitRecord(timestamp: 2, documents: [.insert(document(2))])])
    }
  }
}
