import HullDatabase
import HullPersistence
import HullValues
import Testing

/// Losers run again, in the end alone, and functions that often lose run one at a time.
@Suite struct ContentionTests {
  /// Runs a transaction that in its first `losses` attempts lets another commit get in between.
  private func contend(
    _ database: Database,
    _ id: DocumentID,
    losses: Int
  ) async throws -> Committed<Int> {
    let attempts = Shared(0)
    return try await database.withTransaction(source: "loser") { transaction in
      let attempt = attempts.next()
      let n = try #require(try await transaction.get(id)?.object()["n"]?.float64)
      if attempt <= losses {
        try await database.withTransaction(source: "winner") { winner in
          try await winner.patch(id, [("w", .float64(n * 100 + Double(attempt)))])
        }
      }
      try await transaction.patch(id, [("n", .float64(n + 1))])
      return attempt
    }
  }

  @Test func `the first loss is retried like the first attempt`() async throws {
    let database = try await Database.inMemory()
    let id = try await database.insert("t", ["n": 0])
    let committed = try await contend(database, id, losses: 1)
    #expect(committed.value == 2)
    #expect(committed.retries == 1)
    #expect(database.counters.conflicts == 1)
    #expect(database.counters.exclusiveRuns == 0)
    #expect(try await database.begin().get(id)?.object()["n"] == 1)
  }

  @Test func `after the second loss a transaction runs alone`() async throws {
    let database = try await Database.inMemory()
    let id = try await database.insert("t", ["n": 0])
    let committed = try await contend(database, id, losses: 2)
    #expect(committed.value == 3)
    #expect(database.counters.conflicts == 2)
    #expect(database.counters.exclusiveRuns == 1)
  }

  // loser, running alone          other
  // begin, get
  //                               patch, commit: held back
  // commit ✓
  //                               validated: ✗, again: ✓
  @Test func `commits that were held back are validated afterwards`() async throws {
    let database = try await Database.inMemory()
    let id = try await database.insert("t", ["n": 0])
    let attempts = Shared(0)
    let isAlone = Latch()
    let otherHasRead = Latch()
    async let loser = database.withTransaction(source: "loser") { transaction in
      let n = try #require(try await transaction.get(id)?.object()["n"]?.float64)
      if attempts.next() <= 2 {
        try await database.withTransaction(source: "winner") { winner in
          try await winner.patch(id, [("w", .float64(Double.random(in: 0..<1)))])
        }
      } else {
        isAlone.open()
        await otherHasRead.wait()
        for _ in 0..<1_000_000 where database.heldBackCommits == 0 { await Task.yield() }
      }
      try await transaction.patch(id, [("n", .float64(n + 1))])
    }
    await isAlone.wait()
    let other = try await database.withTransaction(source: "other") { transaction in
      let n = try #require(try await transaction.get(id)?.object()["n"]?.float64)
      otherHasRead.open()
      try await transaction.patch(id, [("n", .float64(n + 10))])
    }
    #expect(other.retries == 1)
    #expect(try await loser.retries == 2)
    #expect(try await database.begin().get(id)?.object()["n"] == 11)
  }

  @Test func `a run alone that waits for another commit lets it pass after a bound`() async throws {
    var options = DatabaseOptions.test()
    options.exclusiveRunBound = .milliseconds(1)
    let database = try await Database.inMemory(options: options)
    let id = try await database.insert("t", ["n": 0])
    let committed = try await contend(database, id, losses: 4)
    #expect(committed.value == 5)
    #expect(database.counters.exclusiveRuns == 3)
  }

  @Test func `a transaction whose snapshot is forgotten while it runs is run again`() async throws {
    let time = ManualTimeSource()
    let database = try await Database.inMemory(options: .test(time: time))
    let id = try await database.insert("t", ["n": 0])
    // The newest snapshot is an hour old, older than what is kept once there is a newer one.
    time.advance(by: .seconds(3600))
    var runs = 0
    let committed = try await database.withTransaction(source: "test:add") { transaction in
      runs += 1
      if runs == 1 {
        try await database.withTransaction(source: "test:other") { other in
          try await other.patch(id, [("n", 1)])
        }
        await database.pruneHistory()
        await database.releaseMemory()
      }
      let n = try #require(try await transaction.get(id)?.object()["n"]?.float64)
      try await transaction.patch(id, [("n", .float64(n + 10))])
    }
    #expect(committed.retries == 1)
    #expect(try await database.begin().get(id)?.object()["n"] == 11)
  }

  @Test func `a transaction that always loses is told who won`() async throws {
    var options = DatabaseOptions.test()
    options.exclusiveRunBound = .milliseconds(1)
    options.maximumRetries = 3
    let database = try await Database.inMemory(options: options)
    let id = try await database.insert("t", ["n": 0])
    let error = await #expect(throws: DatabaseError.self) {
      try await contend(database, id, losses: .max)
    }
    #expect(error?.kind == .conflict)
    #expect(
      error?.message == """
        Documents read from or written to the "t" table changed while this mutation was being run \
        and on every subsequent retry. A call to "winner" changed the document with ID "\(id)". \
        See https://docs.convex.dev/error#1
        """
    )
    #expect(database.counters.conflicts == 4)
  }

  @Test func `a function that often loses runs in a lane of its own`() async throws {
    let database = try await Database.inMemory()
    let id = try await database.insert("t", ["n": 0])
    _ = try await contend(database, id, losses: 1)
    #expect(database.counters.serialRuns == 0)
    for _ in 0..<11 { _ = try await contend(database, id, losses: 1) }
    let before = database.counters
    let running = Shared(0)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<20 {
        group.addTask {
          try await database.withTransaction(source: "loser") { transaction in
            #expect(running.next() == 1)
            let n = try #require(try await transaction.get(id)?.object()["n"]?.float64)
            await Task.yield()
            try await transaction.patch(id, [("n", .float64(n + 1))])
            running.update { $0 -= 1 }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(database.counters.serialRuns == before.serialRuns + 20)
    #expect(database.counters.conflicts == before.conflicts)
    #expect(try await database.begin().get(id)?.object()["n"] == 32)
  }

  @Test func `an error of the body is not retried and leaves no trace`() async throws {
    struct Refused: Error {}
    let database = try await Database.inMemory()
    let attempts = Shared(0)
    await #expect(throws: Refused.self) {
      try await database.withTransaction(source: "t") { transaction in
        attempts.update { $0 += 1 }
        _ = try await transaction.insert("t", [:])
        throw Refused()
      }
    }
    #expect(attempts.value == 1)
    #expect(database.catalog.table(named: "t") == nil)
  }

  @Test func `operations begun at once take effect one after the other`() async throws {
    let database = try await Database.inMemory()
    let id = try await database.insert("t", ["n": 0])
    try await database.withTransaction(source: "t") { transaction in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for index in 0..<50 {
          group.addTask {
            try await transaction.patch(id, [("f\(index)", .float64(Double(index)))])
          }
        }
        try await group.waitForAll()
      }
    }
    #expect(try await database.begin().get(id)?.object().count == 53)
  }

  // parent                        child
  //                               patch n = 1
  // patch m = 1: waits
  //                               throws, rolled back
  // patch m = 1
  @Test func `a nested call has the transaction to itself`() async throws {
    struct Refused: Error {}
    let database = try await Database.inMemory()
    let id = try await database.insert("t", [:])
    try await database.withTransaction(source: "t") { transaction in
      let childHasWritten = Latch()
      async let parent = {
        await childHasWritten.wait()
        try await transaction.patch(id, [("m", 1)])
      }()
      await #expect(throws: Refused.self) {
        try await transaction.nested { child in
          try await child.patch(id, [("n", 1)])
          childHasWritten.open()
          for _ in 0..<100 { await Task.yield() }
          throw Refused()
        }
      }
      _ = try await parent
    }
    let object = try await database.begin().get(id)?.object()
    #expect(object?["n"] == nil)
    #expect(object?["m"] == 1)
  }
}

extension Shared<Int> {
  /// Counts one more.
  fileprivate func next() -> Int {
    update { count in
      count += 1
      return count
    }
  }
}
