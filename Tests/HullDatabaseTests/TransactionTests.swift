import HullDatabase
import HullPersistence
import HullValues
import Synchronization
import Testing

@Suite struct TransactionTests {
  @Test func `a transaction sees its own writes and others see them once committed`() async throws {
    let database = try await Database.inMemory()
    let writer = database.begin(.readWrite)
    let id = try await writer.insert("messages", ["body": "hi"])
    #expect(try await writer.get(id)?.object()["body"] == "hi")
    #expect(try await database.begin().get(id) == nil)
    let before = database.begin()
    let timestamp = try await database.commit(writer, source: "messages:send")
    #expect(database.latestTimestamp == timestamp)
    #expect(try await database.begin().get(id)?.object()["body"] == "hi")
    #expect(try await before.get(id) == nil)
  }

  // loser                          winner
  // begin, get a
  //                                patch a, commit
  // patch a, commit ✗
  @Test func `two patches of one document conflict`() async throws {
    let database = try await Database.inMemory()
    let id = try await database.insert("counters", ["n": 0])
    let loser = database.begin(.readWrite)
    try await loser.patch(id, [("n", 1)])
    try await database.withTransaction(source: "counters:bump") { winner in
      try await winner.patch(id, [("n", 2)])
    }
    let error = await #expect(throws: DatabaseError.self) {
      try await database.commit(loser, source: "counters:set")
    }
    #expect(
      error?.message == """
        Documents read from or written to the "counters" table changed while this mutation was \
        being run and on every subsequent retry. A call to "counters:bump" changed the document \
        with ID "\(id.string)". See https://docs.convex.dev/error#1
        """
    )
  }

  @Test func `a mutation that runs while memory is let go of is run again, and loses nothing`()
    async throws
  {
    try await Engine.sqlite.withDatabase { database in
      let id = try await database.insert("counters", ["n": 0])
      let runs = Mutex(0)
      let committed = try await database.withTransaction(source: "counters:bump") { transaction in
        let document = try await transaction.get(id)
        let n = try document?.object()["n"]?.float64 ?? 0
        if runs.withLock({ runs in
          runs += 1
          return runs == 1
        }) {
          try await database.withTransaction(source: "counters:bump") { other in
            try await other.patch(id, [("n", .float64(10))])
          }
          await database.releaseMemory()
        }
        try await transaction.patch(id, [("n", .float64(n + 1))])
      }
      #expect(committed.retries == 1)
      let after = try await database.begin().get(id)
      #expect(try after?.object()["n"] == 11)
    }
  }

  @Test func `a nested call that throws takes back its writes and keeps its reads`() async throws {
    struct Refused: Error {}
    let database = try await Database.inMemory()
    let kept = try await database.insert("a", ["n": 1])
    let transaction = database.begin(.readWrite)
    await #expect(throws: Refused.self) {
      try await transaction.nested { child in
        try await child.patch(kept, [("n", 2)])
        _ = try await child.insert("b", [:])
        throw Refused()
      }
    }
    #expect(try await transaction.get(kept)?.object()["n"] == 1)
    #expect(try await transaction.usage().documentsWritten == 0)
    #expect(try await transaction.readSet().documents.contains(kept))
    try await database.commit(transaction, source: "t")
    #expect(database.catalog.table(named: "b") == nil)
  }
}
