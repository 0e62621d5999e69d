import Hull
import HullTesting
import Testing

/// F28: several clients with live connections.
@Suite(.timeLimit(.minutes(1))) struct ConnectionTests {
  @Test func `a client sees its own writes when its mutation returns`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let client = await t.connect()
    let count = try await client.subscribe("messages:count")
    for expected in 1...20 {
      try await client.mutation("messages:send", ["author": "ada", "body": "hi"])
      #expect(try count.value == .float64(Double(expected)))
    }
    #expect(await client.violations == [])
  }

  @Test func `clients see each other's writes`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let ada = await t.connect()
    let bob = await t.connect()
    let list = try await bob.subscribe("messages:byAuthor", ["author": "ada"])
    try await ada.mutation("messages:send", ["author": "ada", "body": "one"])
    #expect(try await list.next()?.get() == ["one"])
    try await t.mutation(Messages.$send(author: "ada", body: "two"))
    #expect(try await list.next()?.get() == ["one", "two"])
    try await ada.mutation("messages:send", ["author": "cay", "body": "three"])
    try await bob.settle()
    #expect(list.newResults().isEmpty)
    #expect(list.results.count == 3)
    #expect(await bob.violations == [])
  }

  @Test func `fifty clients at once end with the same`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let clients = await withTaskGroup(of: TestConnection.self) { group in
      for _ in 0..<50 { group.addTask { await t.connect() } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    var counts: [TestLiveQuery] = []
    for client in clients { counts.append(await client.subscribeLater("messages:count")) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for client in clients {
        group.addTask {
          try await client.mutation("messages:send", ["author": "x", "body": "hi"])
        }
      }
      try await group.waitForAll()
    }
    for (client, count) in zip(clients, counts) {
      try await client.settle()
      #expect(try count.value == 50)
      #expect(await client.violations == [])
    }
  }

  @Test func `a client is who its caller is, and becomes someone else`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let client = await (try t.withIdentity(["subject": "ada"])).connect()
    let who = try await client.subscribe("messages:whoAmI")
    #expect(try who.value == "https://convex.test|ada")
    await client.become(try UserIdentity.test(["subject": "bob"]))
    #expect(try await who.next()?.get() == "https://convex.test|bob")
    await client.become(nil)
    #expect(try await who.next()?.get() == .null)
    // It stays who it is over a connection that breaks.
    await client.become(try UserIdentity.test(["subject": "cay"]))
    await client.disconnect()
    await client.reconnect()
    try await client.settle()
    #expect(try who.value == "https://convex.test|cay")
    #expect(await client.violations == [])
  }

  @Test func `what happens without a connection is seen after it`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let client = await t.connect()
    let count = try await client.subscribe("messages:count")
    await client.disconnect()
    #expect(await !client.isConnected)
    try await t.mutation(Messages.$send(author: "ada", body: "hi"))
    #expect(try count.value == 0)
    await #expect(throws: ConnectionLost.self) { try await client.settle() }
    let later = await client.subscribeLater("messages:byAuthor", ["author": "ada"])
    async let answer = client.mutation("messages:send", ["author": "ada", "body": "ho"])
    await client.reconnect()
    _ = try await answer
    try await client.settle()
    #expect(try count.value == 2)
    #expect(try later.value == ["hi", "ho"])
    #expect(await client.violations == [])
  }

  @Test func `an action under way is lost with its connection`() async throws {
    let module = Module("m") { m in
      m.action("quick") { _, args in args["n"] ?? .null }
      m.action("failing") { _, _ in throw ConvexError(["code": "NO"]) }
    }
    let t = try await TestBackend(modules: [module])
    let client = await t.connect()
    #expect(try await client.action("m:quick", ["n": 7]) == 7)
    let error = await #expect(throws: ClientError.self) { try await client.action("m:failing") }
    #expect(error?.data == ["code": "NO"])
    await client.breakAfter(sending: 1)
    await #expect(throws: ConnectionLost.self) {
      async let lost = client.action("m:quick", ["n": 1])
      await client.untilBroken()
      await client.reconnect()
      _ = try await lost
    }
    // Asked for without a connection it was never sent, and runs.
    await client.disconnect()
    async let unsent = client.action("m:quick", ["n": 2])
    await client.reconnect()
    #expect(try await unsent == 2)
  }

  @Test func `a client may do what a network client may`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let client = await t.connect()
    let error = await #expect(throws: ClientError.self) {
      try await client.mutation("messages:clear")
    }
    #expect(error?.message.contains("Could not find public function") == true)
    let missing = try await client.subscribe("messages:missing")
    #expect(throws: ClientError.self) { try missing.value }
    let empty = await #expect(throws: ClientError.self) {
      try await client.mutation("messages:send", ["author": "a", "body": ""])
    }
    #expect(empty?.data == ["code": "EMPTY", "details": ["field": "body"]])
  }

  @Test func `a query that is not wanted any more gets no results`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let client = await t.connect()
    let count = try await client.subscribe("messages:count")
    await count.unsubscribe()
    try await client.mutation("messages:send", ["author": "a", "body": "hi"])
    try await client.settle()
    #expect(count.results.count == 1)
    await count.unsubscribe()
    #expect(await client.violations == [])
  }

  @Test func `waiting for a result ends with its task`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let client = await t.connect()
    let count = try await client.subscribe("messages:count")
    let waiting = Task { try await count.next() }
    await Task.yield()
    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }
  }
}
