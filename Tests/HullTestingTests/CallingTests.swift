import Hull
import HullTesting
import Testing

/// F1–F5: backends, callers, inline functions, identity.
@Suite struct CallingTests {
  @Test func `backends share nothing`() async throws {
    let one = try await TestBackend(MessageBoard.self)
    let two = try await TestBackend(MessageBoard.self)
    try await one.mutation(Messages.$send(author: "a", body: "hi"))
    #expect(try await one.query(Messages.$count()) == 1)
    #expect(try await two.query(Messages.$count()) == 0)
  }

  @Test func `a function is called by reference, by invocation and by any spelling`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let id: ID<Message> = try await t.mutation("messages:send", ["author": "a", "body": "hi"])
    try await t.mutation(Messages.$send, ["author": "a", "body": "ho"])
    #expect(try await t.query(Messages.$byAuthor(author: "a")) == ["hi", "ho"])
    for path in ["messages:list", "messages.js:list", "messages.ts:list", "api.messages.list"] {
      let rows: [Encoded<Message>] = try await t.query(path)
      #expect(rows.first?.id == id)
    }
    #expect(try await t.query("defaults") == "the default")
    #expect(try await t.query("defaults:default") == "the default")
  }

  @Test func `arguments default to none`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    #expect(try await t.query("untyped:echo") == [:])
  }

  @Test func `the test may call internal functions, its client may not`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    try await t.mutation(Messages.$send(author: "a", body: "hi"))
    let error = await #expect(throws: ClientError.self) {
      try await t.client.mutation("messages:clear")
    }
    #expect(
      error?.message.hasSuffix("Could not find public function for 'messages:clear'.\n") == true
    )
    try await t.mutation(Messages.$clear())
    #expect(try await t.query(Messages.$count()) == 0)
  }

  @Test func `a wrong kind and a missing function are errors`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let wrongKind = try await functionError { try await t.mutation("messages:list") }
    #expect(
      wrongKind.message
        == "Trying to execute messages.js:list as Mutation, but it is defined as Query."
    )
    let missing = try await functionError { try await t.query("messages:nope") }
    #expect(missing.message == "Could not find public function for 'messages:nope'.")
    let badPath = try await functionError { try await t.query("a-b:c") }
    #expect(badPath.code == "BadConvexFunctionIdentifier")
  }

  @Test func `a client sees errors as they are sent`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let error = await #expect(throws: ClientError.self) {
      try await t.client.mutation("messages:send", ["author": "a", "body": ""])
    }
    #expect(error?.data == ["code": "EMPTY", "details": ["field": "body"]])
    #expect(
      error?.message.wholeMatch(
        of:
          #/\[Request ID: [0-9a-f]{16}\] Server Error\nUncaught ConvexError: \{"code":"EMPTY","details":\{"field":"body"\}\}\n    at send \(.*MessageBoard\.swift:\d+\)\n/#
      ) != nil
    )
  }

  @Test func `a client of a production deployment sees no texts and no lines`() async throws {
    var options = TestOptions()
    options.redactsClientErrors = true
    let t = try await TestBackend(MessageBoard.self, options)
    let answer = try await t.client.call(
      "messages:send",
      .mutation,
      ["author": "a", "body": ""]
    )
    guard case .failure(let error) = answer.result else {
      Issue.record("an empty message was sent")
      return
    }
    #expect(error.message.wholeMatch(of: #/\[Request ID: [0-9a-f]{16}\] Server Error/#) != nil)
    #expect(error.data?["code"] == "EMPTY")
    let sent = try await t.client.call("messages:send", .mutation, ["author": "a", "body": "hi"])
    #expect(sent.logLines == [])
  }

  @Test func `a client may send anything`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let client = t.client
    let positional = try await client.call("untyped:oneOf", .query, json: #"[{"x":"a"}]"#)
    #expect(try positional.result.get() == "a")
    let bad = try await client.call("untyped:oneOf", .query, json: #"{"x":{"$y":1}}"#)
    #expect {
      try bad.result.get()
    } throws: { error in
      (error as? ClientError)?.message.contains("Invalid arguments for untyped.js:oneOf: ") == true
    }
  }

  @Test func `a closure is a query, a mutation or an action`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let id = try await t.mutation { ctx in
      try await ctx.db.insert(Message(author: "a", body: "inline", likes: 0))
    }
    #expect(try await t.query { ctx in try await ctx.db.get(id)?.body } == "inline")
    let bodies = try await t.action { ctx in
      try await ctx.runQuery(Messages.$byAuthor(author: "a"))
    }
    #expect(bodies == ["inline"])
    let name = try await t.query { ctx in ctx.meta.getFunctionMetadata() }
    #expect(name == FunctionMetadata(name: "inline", type: .query, visibility: .public))
  }

  @Test func `an inline mutation that throws leaves nothing, and its error is its own`()
    async throws
  {
    struct Own: Error {}
    let t = try await TestBackend(MessageBoard.self)
    await #expect(throws: Own.self) {
      try await t.mutation { ctx in
        _ = try await ctx.db.insert(Author(name: "x", tags: nil))
        throw Own()
      }
    }
    #expect(try await t.query { ctx in try await ctx.db.query(Author.self).count() } == 0)
  }

  @Test func `run commits when it returns`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    let id = try await t.run { ctx in try await ctx.db.insert("authors", ["name": "Ada"]) }
    let name = try await t.run { ctx in try await ctx.db.get("authors", id)?["name"] }
    #expect(name == "Ada")
  }

  @Test func `an identity is seen by everything that is called`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    #expect(try await t.query(Messages.$whoAmI()) == nil)
    let sarah = try t.withIdentity(["name": "Sarah"])
    let token = try #require(try await sarah.query(Messages.$whoAmI()))
    #expect(token.hasPrefix("https://convex.test|"))
    #expect(try await sarah.action(Messages.$whoIsThis()) == [token, token])
    #expect(try await t.withIdentity(["name": "Sarah"]).query(Messages.$whoAmI()) == token)
    #expect(try await t.withIdentity(["name": "Lee"]).query(Messages.$whoAmI()) != token)
    let lee = try sarah.withIdentity(["issuer": "https://x", "subject": "lee", "role": "admin"])
    #expect(try await lee.query(Messages.$whoAmI()) == "https://x|lee")
    let role = try await lee.query { ctx in try await ctx.auth.getUserIdentity()?["role"] }
    #expect(role == "admin")
    #expect(try await lee.client.query("messages:whoAmI") == "https://x|lee")
  }

  @Test func `actions call each other and run their mutations side by side`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    #expect(try await t.action(Messages.$recursively(times: 5)) == 5)
    #expect(try await t.action(Messages.$sendFromAction(body: "x")) == ["x"])
    try await t.action(Messages.$sendThreeAtOnce())
    #expect(try await t.query(Messages.$byAuthor(author: "p")).sorted() == ["a", "b", "c"])
  }

  @Test func `environment variables are the test's`() async throws {
    var options = TestOptions()
    options.environment = ["KEY": "one"]
    let t = try await TestBackend(MessageBoard.self, options)
    func read() async throws -> [String?] {
      try await t.query { ctx in [try await ctx.env["KEY"], try await ctx.env["OTHER"]] }
    }
    #expect(try await read() == ["one", nil])
    t.env["KEY"] = nil
    t.env["OTHER"] = "two"
    #expect(try await read() == [nil, "two"])
  }

  @Test func `a backend may live in a file`() async throws {
    var options = TestOptions()
    options.store = .temporaryFile
    let t = try await TestBackend(MessageBoard.self, options)
    try await t.mutation(Messages.$send(author: "a", body: "on disk"))
    #expect(try await t.query(Messages.$byAuthor(author: "a")) == ["on disk"])
    await t.close()
  }
}
