import HullDatabase
import HullPersistence
import HullValues
import Testing

/// Group commit, publication, failures of the disk, and who runs alone.
@Suite struct CommitterTests {
  /// A database whose next append waits until the latch opens; then it does what `outcome` says.
  private func heldUp(
    options: DatabaseOptions = .test(),
    then outcome: HookedPersistence.Append = .write
  ) async throws -> (database: Database, store: HookedPersistence, reached: Latch, latch: Latch) {
    let store = HookedPersistence()
    let database = try await Database.open(persistence: store, schema: nil, options: options)
    try await database.insert("t", ["n": 0])
    let reached = Latch()
    let latch = Latch()
    store.onAppend { _ in
      reached.open()
      await latch.wait()
      return outcome
    }
    return (database, store, reached, latch)
  }

  private func ids(_ database: Database) async throws -> [DocumentID] {
    try await database.begin().documents(of: "t").map(\.id)
  }

  // first        a, b, c          disk
  // commit       |                append [first]
  //              validate         |
  //                               done, append [a b c]
  @Test func `commits that wait for the disk are written together`() async throws {
    let (database, store, reached, latch) = try await heldUp()
    let sizes = Shared<[Int]>([])
    async let first = database.insert("t", ["n": 1])
    await reached.wait()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<5 {
        group.addTask { try await database.insert("t", ["n": .float64(Double(index))]) }
      }
      while database.begin(.readWrite).beginTimestamp.rawValue
        < database.latestTimestamp.rawValue + 6
      { await Task.yield() }
      store.onAppend { batch in
        sizes.update { $0.append(batch.count) }
        return .write
      }
      latch.open()
      try await group.waitForAll()
    }
    _ = try await first
    #expect(sizes.value == [5])
    #expect(try await ids(database).count == 7)
    #expect(database.counters.commits == 7)
    #expect(database.counters.batches == 3)
  }

  // writer                        others
  // patch, commit: on its way
  //                               a query reads the old state
  //                               a transaction that may write reads the new state
  // durable
  //                               a query reads the new state
  @Test func `what is not durable is seen by transactions that write and by no query`()
    async throws
  {
    let (database, _, reached, latch) = try await heldUp()
    let id = try await ids(database)[0]
    async let commit = database.withTransaction(source: "w") { try await $0.patch(id, [("n", 1)]) }
    await reached.wait()
    let query = database.begin()
    #expect(try await query.get(id)?.object()["n"] == 0)
    #expect(try await query.values("n", of: "t") == [0])
    let writer = database.begin(.readWrite)
    #expect(try await writer.get(id)?.object()["n"] == 1)
    #expect(try await writer.values("n", of: "t") == [1])
    latch.open()
    _ = try await commit
    #expect(try await query.get(id)?.object()["n"] == 0)
    #expect(try await database.begin().get(id)?.object()["n"] == 1)
  }

  // writer                        reader
  // patch, commit: on its way
  //                               begin (may write), get, return
  //                               waits
  // durable                       returns
  @Test func `a result that rests on a commit is given out when that is durable`() async throws {
    let (database, _, reached, latch) = try await heldUp()
    let id = try await ids(database)[0]
    async let commit = database.withTransaction(source: "w") { try await $0.patch(id, [("n", 1)]) }
    await reached.wait()
    let isOpen = Shared(false)
    let hasRead = Latch()
    async let read = {
      let seen = try await database.withTransaction(source: "r") { transaction in
        let value = try await transaction.get(id)?.object()["n"]
        hasRead.open()
        return value
      }
      return (seen.value, isOpen.value)
    }()
    await hasRead.wait()
    for _ in 0..<100 { await Task.yield() }
    isOpen.update { $0 = true }
    latch.open()
    let (value, wasOpen) = try await read
    #expect(wasOpen)
    #expect(value == 1)
    _ = try await commit
  }

  @Test func `a commit that cannot be written changes nothing and the next one may`() async throws {
    let (database, store, _, latch) = try await heldUp(then: .fail)
    latch.open()
    let before = database.latestTimestamp
    let error = await #expect(throws: DatabaseError.self) {
      try await database.insert("t", ["n": 1])
    }
    #expect(error?.code == "CommitFailed")
    #expect(
      error?.message == "The commit could not be written; nothing was changed. The disk is full."
    )
    #expect(database.latestTimestamp == before)
    #expect(try await ids(database).count == 1)
    store.onAppend { _ in .write }
    try await database.insert("t", ["n": 2])
    #expect(try await database.begin().values("n", of: "t") == [0, 2])
  }

  // first                         second
  // patch n = 1, commit: on its way
  //                               get n = 1, …
  // append fails
  //                               commit ✗, again: get n = 0, patch, commit
  @Test func `who had read a commit that then failed runs again`() async throws {
    let (database, store, reached, latch) = try await heldUp(then: .fail)
    let id = try await ids(database)[0]
    let first = Task {
      try await database.withTransaction(source: "first") { transaction in
        try await transaction.patch(id, [("n", 1)])
      }
    }
    await reached.wait()
    let seen = Shared<[ConvexValue?]>([])
    let hasRead = Latch()
    let mayGoOn = Latch()
    async let second = database.withTransaction(source: "second") { transaction in
      let value = try await transaction.get(id)?.object()["n"]
      seen.update { $0.append(value) }
      hasRead.open()
      await mayGoOn.wait()
      try await transaction.patch(id, [("m", 1)])
    }
    await hasRead.wait()
    latch.open()
    await #expect(throws: DatabaseError.self) { try await first.value }
    store.onAppend { _ in .write }
    mayGoOn.open()
    #expect(try await second.retries == 1)
    #expect(seen.value == [1, 0])
    let object = try await database.begin().get(id)?.object()
    #expect(object?["n"] == 0)
    #expect(object?["m"] == 1)
  }

  @Test(arguments: [(100, nil), (9000, "OutOfRetention")] as [(Int, String?)])
  func `a transaction outlives failed commits of others, up to some thousands`(
    failures: Int,
    code: String?
  ) async throws {
    let store = HookedPersistence()
    let database = try await Database.open(persistence: store, schema: nil, options: .test())
    let id = try await database.insert("t", ["n": 0])
    let old = database.begin(.readWrite)
    #expect(try await old.get(id) != nil)
    try await old.patch(id, [("n", 1)])
    store.onAppend { _ in .fail }
    for _ in 0..<failures {
      let failed = await self.code { try await database.insert("t", ["n": 2]) }
      #expect(failed == "CommitFailed")
    }
    store.onAppend { _ in .write }
    let outcome = await self.code {
      try await database.commit(old, source: "t:old")
      return id
    }
    #expect(outcome == code)
    // What is begun now commits in any case.
    try await database.insert("t", ["n": 3])
    #expect(try await database.begin().values("n", of: "t") == [code == nil ? 1 : 0, 3])
  }

  @Test(arguments: [HookedPersistence.Append.loseOutcome, .writeButLoseOutcome])
  func `after an unknown outcome the database only reads`(
    outcome: HookedPersistence.Append
  ) async throws {
    let (database, store, _, latch) = try await heldUp(then: outcome)
    latch.open()
    let error = await #expect(throws: DatabaseError.self) {
      try await database.insert("t", ["n": 1])
    }
    #expect(error?.code == "CommitOutcomeUnknown")
    store.onAppend { _ in .write }
    let next = await #expect(throws: DatabaseError.self) {
      try await database.insert("t", ["n": 2])
    }
    // It was not even attempted, and that is known.
    #expect(next?.code == "CommitFailed")
    // Reads see what was acknowledged, whatever the disk holds.
    #expect(try await database.begin().values("n", of: "t") == [0])
    let reopened = try await Database.open(persistence: store, schema: nil, options: .test())
    let isWritten = if case .writeButLoseOutcome = outcome { true } else { false }
    #expect(try await reopened.begin().values("n", of: "t") == (isWritten ? [0, 1] : [0]))
  }

  @Test(arguments: [HookedPersistence.Append.loseOutcome, .writeButLoseOutcome])
  func `an unknown outcome that can be settled holds up writes no longer`(
    outcome: HookedPersistence.Append
  ) async throws {
    let (database, store, reached, latch) = try await heldUp(then: outcome)
    async let unknown = code { try await database.insert("t", ["n": 1]) }
    await reached.wait()
    async let dependent = code { try await database.insert("t", ["n": 2]) }
    let head = database.begin(.readWrite).beginTimestamp
    while database.begin(.readWrite).beginTimestamp == head { await Task.yield() }
    latch.open()
    #expect(await unknown == "CommitOutcomeUnknown")
    // It was not attempted, whatever became of the one before it.
    #expect(await dependent == "CommitFailed")
    store.onAppend { _ in .write }
    #expect(await code { try await database.insert("t", ["n": 3]) } == "CommitFailed")

    let isWritten = if case .writeButLoseOutcome = outcome { true } else { false }
    store.settle(as: isWritten)
    // Many at once, and none of them is refused.
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<10 { group.addTask { try await database.insert("t", ["n": 4]) } }
      try await group.waitForAll()
    }
    let expected: [Double] = (isWritten ? [0, 1] : [0]) + Array(repeating: 4, count: 10)
    func numbers(_ transaction: Transaction) async throws -> [Double] {
      try await transaction.values("n", of: "t").compactMap { value in
        if case .float64(let number)? = value { number } else { nil }
      }.sorted()
    }
    #expect(try await numbers(database.begin()) == expected)
    #expect(try await numbers(database.begin(.readWrite)) == expected)
    let reopened = try await Database.open(persistence: store, schema: nil, options: .test())
    #expect(try await numbers(reopened.begin()) == expected)
  }

  /// The code of the error `body` throws.
  private func code(_ body: () async throws -> DocumentID) async -> String? {
    do {
      _ = try await body()
      return nil
    } catch { return (error as? DatabaseError)?.code }
  }

  @Test func `commits are refused when too many wait`() async throws {
    var options = DatabaseOptions.test()
    options.maximumQueuedCommits = 1
    let (database, _, reached, latch) = try await heldUp(options: options)
    async let first = database.insert("t", [:])
    await reached.wait()
    let head = database.begin(.readWrite).beginTimestamp
    async let second = database.insert("t", [:])
    while database.begin(.readWrite).beginTimestamp == head { await Task.yield() }
    let error = await #expect(throws: DatabaseError.self) { try await database.insert("t", [:]) }
    #expect(error?.code == "CommitterFullError")
    #expect(error?.kind == .overloaded)
    latch.open()
    _ = try await (first, second)
  }

  @Test func `closing waits for accepted commits and refuses others`() async throws {
    let (database, store, reached, latch) = try await heldUp()
    async let accepted = database.insert("t", ["n": 1])
    await reached.wait()
    async let closed: Void = database.close()
    latch.open()
    _ = try await accepted
    await closed
    let error = await #expect(throws: DatabaseError.self) { try await database.insert("t", [:]) }
    #expect(error?.code == "DatabaseClosed")
    let reopened = try await Database.open(persistence: store, schema: nil, options: .test())
    #expect(try await reopened.begin().values("n", of: "t") == [0, 1])
  }

  @Test func `timestamps ascend when the clock goes back, across restarts too`() async throws {
    let store = HookedPersistence()
    let time = ManualTimeSource()
    var database = try await Database.open(
      persistence: store,
      schema: nil,
      options: .test(time: time)
    )
    try await database.insert("t", ["n": 1])
    let first = database.latestTimestamp
    time.set(Timestamp(rawValue: 1_000_000_000))
    try await database.insert("t", ["n": 2])
    #expect(database.latestTimestamp > first)
    await database.close()
    let last = database.latestTimestamp
    database = try await Database.open(persistence: store, schema: nil, options: .test(time: time))
    try await database.insert("t", ["n": 3])
    #expect(database.latestTimestamp > last)
    #expect(try await database.begin().values("n", of: "t") == [1, 2, 3])
  }

  @Test func `observers hear of every commit once, in order, when it is visible`() async throws {
    let database = try await Database.inMemory()
    let heard = Shared<[Timestamp]>([])
    let (since, observer) = database.observeCommits { commits in
      heard.update { $0 += commits.map(\.timestamp) }
    }
    #expect(since == database.latestTimestamp)
    let timestamps = try await withThrowingTaskGroup(of: Timestamp.self) { group in
      for _ in 0..<20 {
        group.addTask {
          let committed = try await database.withTransaction(source: "t") {
            _ = try await $0.insert("t", [:])
          }
          #expect(heard.value.contains(committed.timestamp))
          return committed.timestamp
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(heard.value == timestamps.sorted())
    database.removeObserver(observer)
    try await database.insert("t", [:])
    #expect(heard.value.count == 20)
  }
}
