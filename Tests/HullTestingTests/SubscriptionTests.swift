import Hull
import HullTesting
import Testing

/// F27: queries a test watches.
@Suite(.timeLimit(.minutes(1))) struct SubscriptionTests {
  @Test func `a subscription has its first value at once`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let count = try await t.subscribe(Messages.$count())
    #expect(try count.value == 0)
    #expect(count.runs == 1)
    #expect(count.lastCause == nil)
    #expect(try await count.changes().isEmpty)
  }

  @Test func `a change is seen, and why it happened`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let count = try await t.subscribe(Messages.$count())
    let id = try await t.mutation(Messages.$send(author: "ada", body: "hi"))
    #expect(try await count.changes() == [1])
    #expect(try count.value == 1)
    let cause = try #require(count.lastCause)
    #expect(cause.function == "messages:send")
    #expect(cause.table == "messages")
    #expect(cause.documentID == id.description)
    #expect(try await count.changes().isEmpty)
  }

  @Test func `a write elsewhere is no change, and the query does not run`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let ada = try await t.subscribe(Messages.$byAuthor(author: "ada"))
    let bob = try await t.subscribe(Messages.$byAuthor, ["author": "bob"])
    try await t.mutation(Messages.$send(author: "bob", body: "hi"))
    #expect(try await ada.changes().isEmpty)
    #expect(ada.runs == 1)
    #expect(ada.lastCause == nil)
    #expect(try await bob.changes() == [["hi"]])
    #expect(bob.runs == 2)
    #expect(bob.lastCause?.index == "by_author")
  }

  @Test func `a run with the same result is no change`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let id = try await t.mutation(Messages.$send(author: "ada", body: "hi"))
    let bodies = try await t.subscribe(Messages.$byAuthor(author: "ada"))
    try await t.mutation(Messages.$like(id: id))
    #expect(try await bodies.changes().isEmpty)
    #expect(bodies.runs == 2)
    #expect(bodies.lastCause?.function == "messages:like")
  }

  @Test func `as a sequence it gives the value of now and waits for the next`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let count = try await t.subscribe("messages:count")
    #expect(try await count.next() == 0)
    async let next = count.next()
    try await t.mutation(Messages.$send(author: "ada", body: "hi"))
    #expect(try await next == 1)
    try await t.mutation(Messages.$send(author: "ada", body: "ho"))
    try await t.mutation(Messages.$send(author: "ada", body: "hu"))
    // Of several changes the last is seen.
    #expect(try await count.next() == 3)
    var seen: [ConvexValue] = []
    for try await value in count {
      seen.append(value)
      if seen.count == 3 { break }
      try await t.mutation(Messages.$send(author: "ada", body: "on"))
    }
    #expect(seen == [3, 4, 5])
  }

  @Test func `waiting for a change ends with its task`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let count = try await t.subscribe(Messages.$count())
    _ = try await count.next()
    let waiting = Task { try await count.next() }
    await Task.yield()
    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }
  }

  @Test func `a query that fails says so where its value is read, and recovers`() async throws {
    let module = Module("m") { m in
      m.query("fragile") { ctx, _ in
        let count = try await ctx.db.query("things").count()
        if count == 1 { throw ConvexError(["count": .float64(Double(count))]) }
        return count
      }
      m.mutation("add") { ctx, _ in _ = try await ctx.db.insert("things", ["n": 1.0]) }
    }
    let t = try await TestBackend(modules: [module])
    let fragile = try await t.subscribe("m:fragile")
    #expect(try fragile.value == 0)
    try await t.mutation("m:add")
    let error = await #expect(throws: ConvexError.self) { try await fragile.changes() }
    #expect(error?.data == ["count": 1])
    #expect(throws: ConvexError.self) { try fragile.value }
    try await t.mutation("m:add")
    #expect(try await fragile.changes() == [2])
    let missing = try await t.subscribe("m:missing")
    #expect(throws: FunctionError.self) { try missing.value }
  }

  @Test func `an environment variable is a reason to run again`() async throws {
    let module = Module("m") { m in
      m.query("mode") { ctx, _ in try await ctx.env["MODE"] }
      m.query("other") { _, _ in "constant" }
    }
    var options = TestOptions()
    options.environment = ["MODE": "old"]
    let t = try await TestBackend(modules: [module], options)
    let mode = try await t.subscribe("m:mode")
    let other = try await t.subscribe("m:other")
    _ = try await mode.next()
    t.env["MODE"] = "new"
    #expect(try await mode.changes() == ["new"])
    #expect(try await other.changes().isEmpty)
    #expect(other.runs == 1)
    async let next = mode.next()
    t.env["MODE"] = nil
    #expect(try await next == .null)
    t.env["UNREAD"] = "x"
    #expect(try await mode.changes().isEmpty)
  }

  @Test func `a subscription sees what its caller sees`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let ada = try t.withIdentity(["subject": "ada"])
    let who = try await ada.subscribe(Messages.$whoAmI())
    #expect(try who.value == "https://convex.test|ada")
    let nobody = try await t.subscribe(Messages.$whoAmI())
    #expect(try nobody.value == nil)
  }

  @Test func `many subscriptions to one query are one run`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    t.clearLogs()
    let all = try await withThrowingTaskGroup(of: TestSubscription<Int>.self) { group in
      for _ in 0..<50 { group.addTask { try await t.subscribe(Messages.$count()) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    try await t.mutation(Messages.$send(author: "ada", body: "hi"))
    for subscription in all { #expect(try await subscription.changes() == [1]) }
  }
}
