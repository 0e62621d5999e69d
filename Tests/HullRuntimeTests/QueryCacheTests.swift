// Queries that are answered without being run.

import Hull
import HullDatabase
import HullPersistence
import HullRuntime
import HullValues
import Synchronization
import Testing

/// Counts how often functions ran.
private final class Runs: Sendable {
  /// Guards the counts.
  private let counts = Mutex<[String: Int]>([:])

  func add(_ name: String) { counts.withLock { $0[name, default: 0] += 1 } }

  subscript(name: String) -> Int { counts.withLock { $0[name] ?? 0 } }
}

@Suite struct QueryCacheTests {
  private let runs = Runs()

  private func fixture(
    configure: (inout BackendConfiguration) -> Void = { _ in }
  ) async throws -> BackendFixture {
    let runs = runs
    return try await BackendFixture(configure: configure) { m in
      m.query("list", args: v.any()) { ctx, _ in
        runs.add("list")
        ctx.log("listing")
        return try await ctx.db.query("things").collect()
      }
      m.query("other") { ctx, _ in
        runs.add("other")
        return try await ctx.db.query("others").collect()
      }
      m.query("me") { ctx, _ in
        runs.add("me")
        return try await ctx.auth.getUserIdentity()?.subject ?? "nobody"
      }
      m.query("fail") { _, _ -> ConvexValue in
        runs.add("fail")
        throw ConvexError("no")
      }
      m.query("now") { ctx, _ in
        runs.add("now")
        return ctx.now
      }
      m.query("setting") { ctx, _ in
        runs.add("setting")
        return try await ctx.env["NAME"] ?? "unset"
      }
      m.query("text", args: v.object(["letter": v.string()])) { _, args in
        runs.add("text")
        return String(repeating: args["letter"]?.string ?? "", count: 40_000)
      }
      m.mutation("add") { ctx, _ in _ = try await ctx.db.insert("things", ["n": 1]) }
      m.action("ask") { ctx, _ in try await ctx.runQuery("m:list", [:]) }
    }
  }

  private func user(_ subject: String) throws -> CallerIdentity {
    .user(try UserIdentity(issuer: "https://a.example", subject: subject))
  }

  @Test func `who waits for a turn as long as it takes is not refused with others`() async throws {
    let (stop, begun) = (Signal(), Signal())
    let fixture = try await BackendFixture(configure: {
      $0.concurrency.queries = 1
      $0.concurrency.patience = .milliseconds(300)
    }) {
      $0.query("wait") { _, _ in
        begun.open()
        await stop.wait()
      }
      $0.query("quick") { _, _ in "quick" }
    }
    let backend = fixture.backend
    let first = Task { try await fixture.value("wait", .query) }
    await begun.wait()
    let hasty = Task { try await fixture.value("quick", .query) }
    while backend.queryCacheCounters.misses < 2 { await Task.yield() }
    let query = backend.prepareQuery("m:quick", .values([[:]]), identity: .anonymous)
    let answers = AsyncStream<Result<QueryResult, BackendError>>.makeStream()
    let atOnce = backend.fetch(query, journal: nil, at: backend.latestTimestamp) {
      answers.continuation.yield($0)
    }
    #expect(atOnce == nil)
    #expect(backend.queryCacheCounters.shared == 1)
    await #expect {
      _ = try await hasty.value
    } throws: { error in
      (error as? BackendError)?.code == "TooManyConcurrentRequests"
    }
    stop.open()
    _ = try await first.value
    var iterator = answers.stream.makeAsyncIterator()
    let answer = try #require(await iterator.next()).get()
    #expect(try answer.outcome.result.get() == EncodedValue("quick" as ConvexValue))
  }

  @Test func `that a query looks at who asks is known even if it fails`() async throws {
    let runs = runs
    let fixture = try await BackendFixture {
      $0.query("mine") { ctx, _ -> ConvexValue in
        runs.add("mine")
        guard let user = try await ctx.auth.getUserIdentity() else { return .null }
        throw ConvexError("not you, \(user.subject)")
      }
    }
    let backend = fixture.backend
    // Before it has looked, everybody's question is the same: all wait for the first one.
    let users = try (0..<8).map { try user("user \($0)") }
    func ask(_ identity: CallerIdentity) -> AsyncStream<Result<QueryResult, BackendError>> {
      let query = backend.prepareQuery("m:mine", .values([[:]]), identity: identity)
      let answers = AsyncStream<Result<QueryResult, BackendError>>.makeStream()
      let atOnce = backend.fetch(query, journal: nil, at: backend.latestTimestamp) {
        answers.continuation.yield($0)
        answers.continuation.finish()
      }
      #expect(atOnce == nil)
      return answers.stream
    }
    for await _ in ask(users[0]) {}
    let before = backend.queryCacheCounters
    for (number, answers) in users.map(ask).enumerated() {
      for await answer in answers {
        guard case .failure(let failure) = try answer.get().outcome.result else {
          Issue.record("it did not fail")
          continue
        }
        #expect(failure.message.contains("not you, user \(number)"))
      }
    }
    // Nobody waits for somebody else's run, to find out that it was not theirs.
    #expect(backend.queryCacheCounters.shared == before.shared)
    #expect(runs["mine"] == 9)
  }

  @Test func `a query is run again only when what it read has changed`() async throws {
    let backend = try await fixture()
    let first = try await backend.run("list", .query)
    let second = try await backend.run("list", .query)
    #expect(runs["list"] == 1)
    #expect(try first.result.get() == second.result.get())
    #expect(second.logLines == first.logLines)
    _ = try await backend.value("other", .query)
    _ = try await backend.value("add", .mutation)
    #expect(try await backend.value("list", .query).array?.count == 1)
    _ = try await backend.value("other", .query)
    #expect(runs["list"] == 2)
    #expect(runs["other"] == 1)
    let counters = backend.backend.queryCacheCounters
    #expect(counters.hits == 2 && counters.misses == 3)
  }

  @Test func `in a pause a few results stay and many go, and none is wrong after it`() async throws
  {
    let backend = try await fixture()
    let letters = (0..<100).map { String(UnicodeScalar(UInt8($0 + 33))) }
    func ask(_ letters: some Sequence<String>) async throws {
      for letter in letters {
        let text = try await backend.value("text", .query, ["letter": .string(letter)])
        #expect(text == .string(String(repeating: letter, count: 40_000)))
      }
    }
    try await ask(letters[..<10])
    await backend.backend.releaseMemory()
    #expect(backend.backend.queryCacheCounters.entries == 10)
    try await ask(letters)
    #expect(runs["text"] == 100)
    #expect(backend.backend.queryCacheCounters.entries == 100)
    await backend.backend.releaseMemory()
    #expect(backend.backend.queryCacheCounters.entries == 0)
    try await ask(letters[..<1])
    #expect(runs["text"] == 101)
  }

  @Test(arguments: [0, 1 << 20])
  func `a query that waits while its snapshot is forgotten reads a newer one`(
    cacheBytes: Int
  ) async throws {
    let stop = Signal()
    let begun = Signal()
    let backend = try await BackendFixture(configure: {
      $0.concurrency.queries = 1
      $0.concurrency.patience = .seconds(600)
      $0.queryCacheBytes = cacheBytes
    }) { m in
      m.query("wait") { ctx, _ in
        begun.open()
        await stop.wait()
        return try await ctx.db.query("things").count()
      }
      m.query("list") { ctx, _ in try await ctx.db.query("things").count() }
      m.mutation("add") { ctx, _ in _ = try await ctx.db.insert("things", ["n": 1]) }
    }
    _ = try await backend.value("add", .mutation)
    let first = Task { try await backend.value("wait", .query) }
    await begun.wait()
    let second = Task { try await backend.value("list", .query) }
    if cacheBytes > 0 {
      // Its snapshot is chosen then.
      while backend.backend.queryCacheCounters.misses < 2 { await Task.yield() }
    }
    backend.time.advance(by: .seconds(3600))
    _ = try await backend.value("add", .mutation)
    await backend.backend.database.pruneHistory()
    await backend.backend.database.releaseMemory()
    stop.open()
    #expect(try await first.value == 2.0)
    #expect(try await second.value == 2.0)
  }

  @Test func `equal questions at the same time are one run`() async throws {
    let backend = try await fixture()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<50 {
        group.addTask { _ = try await backend.run("list", .query, ["x": 1]).result.get() }
      }
      try await group.waitForAll()
    }
    let counters = backend.backend.queryCacheCounters
    #expect(counters.hits + counters.misses + counters.shared == 50)
    #expect(counters.misses == runs["list"])
    // However the calls fall, none runs after another has finished.
    #expect(runs["list"] == 1)
  }

  @Test func `arguments tell questions apart, their spelling does not`() async throws {
    let backend = try await fixture()
    for json in [#"[{"a":1,"b":2}]"#, #"[{"b":2.0, "a":1e0}]"#, #"[{"a":1,"b":3}]"#] {
      _ = try await backend.backend.run(
        backend.request("list", .query, FunctionArguments(json: Array(json.utf8)))
      )
    }
    #expect(runs["list"] == 2)
  }

  @Test func `who asks matters only to a query that looks`() async throws {
    let backend = try await fixture()
    for _ in 0..<2 {
      for subject in ["ani", "budi"] {
        let identity = try user(subject)
        _ = try await backend.run("list", .query, as: identity)
        #expect(
          try await backend.run("me", .query, as: identity).result.get().string == "\"\(subject)\""
        )
      }
      #expect(try await backend.run("me", .query).result.get().string == "\"nobody\"")
    }
    #expect(runs["list"] == 1)
    #expect(runs["me"] == 3)
    // An admin in a user's place asks as that user.
    let acting = CallerIdentity.admin(actingAs: try user("ani").user)
    _ = try await backend.run("me", .query, as: acting)
    #expect(runs["me"] == 3)
  }

  @Test func `failures are not kept`() async throws {
    let backend = try await fixture()
    for _ in 0..<3 { _ = try await backend.run("fail", .query) }
    #expect(runs["fail"] == 3)
    #expect(backend.backend.queryCacheCounters.entries == 0)
  }

  @Test func `a result that depends on the time is kept for a while`() async throws {
    let backend = try await fixture()
    let first = try await backend.value("now", .query)
    backend.time.advance(by: .seconds(17))
    #expect(try await backend.value("now", .query) == first)
    backend.time.advance(by: .milliseconds(1))
    #expect(try await backend.value("now", .query) != first)
    #expect(runs["now"] == 2)
  }

  @Test func `a variable concerns those who read it, at once`() async throws {
    let store = EnvironmentStore(["NAME": "one"])
    let backend = try await fixture { $0.environment = store }
    #expect(try await backend.value("setting", .query) == "one")
    _ = try await backend.value("list", .query)
    store["OTHER"] = "x"
    #expect(try await backend.value("setting", .query) == "one")
    #expect(runs["setting"] == 1)
    store["NAME"] = "two"
    #expect(try await backend.value("setting", .query) == "two")
    store["NAME"] = nil
    #expect(try await backend.value("setting", .query) == "unset")
    _ = try await backend.value("list", .query)
    #expect(runs["list"] == 1)
  }

  @Test func `results leave when there is no room, the least recently used first`() async throws {
    let backend = try await fixture { $0.queryCacheBytes = 100_000 }
    func ask(_ letter: String) async throws {
      _ = try await backend.value("text", .query, ["letter": .string(letter)])
    }
    try await ask("a")
    try await ask("b")
    try await ask("a")
    try await ask("c")
    #expect(runs["text"] == 3)
    try await ask("a")
    #expect(runs["text"] == 3)
    try await ask("b")
    #expect(runs["text"] == 4)
    let counters = backend.backend.queryCacheCounters
    #expect(counters.bytes <= 100_000)
    #expect(counters.entries == 2 && counters.evictions == 2)
  }

  @Test func `actions ask the same cache`() async throws {
    let backend = try await fixture()
    _ = try await backend.value("list", .query)
    _ = try await backend.value("ask", .action)
    #expect(runs["list"] == 1)
  }

  @Test
  func `an answer for an old snapshot is that of its time, and does not displace a newer one`()
    async throws
  {
    let backend = try await fixture()
    _ = try await backend.value("add", .mutation)
    let old = backend.backend.latestTimestamp
    _ = try await backend.value("add", .mutation)
    #expect(try await backend.value("list", .query).array?.count == 2)
    var request = backend.request("list", .query)
    request.timestamp = old
    for _ in 0..<2 {
      let outcome = try await backend.backend.run(request)
      #expect(try outcome.result.get().decoded().array?.count == 1)
    }
    #expect(try await backend.value("list", .query).array?.count == 2)
    #expect(runs["list"] == 3)
  }

  @Test func `what can be answered at once is, and nothing else`() async throws {
    let backend = try await fixture()
    let request = backend.request("list", .query)
    #expect(backend.backend.cachedOutcome(of: request) == nil)
    let outcome = try await backend.backend.run(request)
    #expect(try backend.backend.cachedOutcome(of: request)?.result.get() == outcome.result.get())
    _ = try await backend.value("add", .mutation)
    #expect(backend.backend.cachedOutcome(of: request) == nil)
    #expect(backend.backend.cachedOutcome(of: backend.request("add", .mutation)) == nil)
    #expect(runs["list"] == 1)
  }
}
