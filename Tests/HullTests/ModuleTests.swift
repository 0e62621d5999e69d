@testable import Hull
import Testing

@Suite struct ModuleTests {
  static let messages = Module("messages") {
    $0.query("list", args: v.object(["channel": v.string()]), description: "All of a channel.") {
      ctx,
      args in
      try await ctx.db.query("messages").withIndex("by_channel") {
        $0.eq("channel", args["channel"])
      }.collect()
    }
    $0.internalMutation("clear") { ctx, _ in
      for try await message in ctx.db.query("messages") {
        try await ctx.db.delete(message["_id"] ?? .null)
      }
    }
    $0.mutation("send", returns: v.id("messages")) { ctx, args in
      try await ctx.db.insert("messages", args).string
    }
    $0.action("ask") { ctx, _ in
      try await ctx.runMutation("messages:send", ["body": "hi"])
    }
  }

  @Test func `a module's functions have paths, kinds, visibilities and validators`() {
    let functions = Self.messages.functions
    #expect(
      functions.map(\.path) == ["messages:list", "messages:clear", "messages:send", "messages:ask"]
    )
    #expect(functions.map(\.kind) == [.query, .mutation, .mutation, .action])
    #expect(functions.map(\.visibility) == [.public, .internal, .public, .public])
    #expect(functions[0].args == .object(["channel": FieldValidator(.string)]))
    #expect(functions[1].args == .any && functions[1].returns == nil)
    #expect(functions[0].description == "All of a channel.")
    #expect(functions[0].location.fileID == "HullTests/ModuleTests.swift")
    #expect(functions[0].location.line < functions[1].location.line)
  }

  @Test func `what a handler returns is encoded, and nothing is null`() async throws {
    let host = FakeHost()
    let functions = Self.messages.functions
    let id = try await functions[2].run(on: host, ["body": "a"])
    #expect(id == .string(TestData.id(1).string))
    host.with { $0.results = Array($0.documents.values) }
    let list = try await functions[0].run(on: host, ["channel": "x"])
    #expect(list.array?.first?["body"] == "a")
    #expect(try await functions[1].run(on: host) == .null)
    #expect(host.with { $0.documents.isEmpty })
  }

  @Test func `a nested call carries path, kind and arguments`() async throws {
    let host = FakeHost()
    host.with { $0.answers["messages:send"] = "sent" }
    #expect(try await Self.messages.functions[3].run(on: host) == "sent")
    let call = try #require(host.with { $0.calls.first })
    #expect(call.path == "messages:send" && call.kind == .mutation)
    #expect(call.arguments == ["body": "hi"])
  }

  @Test func `a path registered twice names both places`() throws {
    let error = #expect(throws: HullError.self) {
      try Application(
        name: "test",
        schema: SchemaDefinition(tables: []),
        modules: [Self.messages, Module("messages") { $0.query("list") { _, _ in } }]
      )
    }
    #expect(error?.message.contains("messages:list is registered twice") == true)
    #expect(error?.message.components(of: "HullTests/ModuleTests.swift:") == 2)
  }

  @Test(arguments: ["", "a//b", "/a", "a.ts", "_system/x", "_deps/x", "a b", "___", "ä"])
  func `a module path that no client can spell is refused`(path: String) {
    let module = Module(path) { $0.query("f") { _, _ in } }
    #expect(throws: HullError.self) {
      try Application(name: "t", schema: SchemaDefinition(tables: []), modules: [module])
    }
  }

  @Test func `arguments are an object or any`() {
    let error = #expect(throws: HullError.self) {
      try Application(
        name: "t",
        schema: SchemaDefinition(tables: []),
        modules: [Module("m") { $0.query("f", args: v.string()) { _, _ in } }]
      )
    }
    #expect(error?.message.contains("Args validator must be an object or any") == true)
  }

  @Test func `a context tells time, caller, environment and chance, and logs`() async throws {
    let host = FakeHost()
    let ctx = MutationContext(host: HostHandle(host))
    #expect(ctx.now == 1_700_000_000_000)
    let identity = try #require(try await ctx.auth.getUserIdentity())
    #expect(identity.tokenIdentifier == "https://convex.test|ada" && identity["role"] == "admin")
    #expect(try await ctx.env["KEY"] == "value")
    #expect(try await ctx.env["OTHER"] == nil)
    #expect(ctx.random.double() == 0.5)
    ctx.log("a", 1, ConvexValue.object(["x": 1]))
    ctx.log.warn("careful")
    #expect(host.with { $0.lines } == ["[LOG] 'a' 1 {\n  x: 1\n}", "[WARN] 'careful'"])
    #expect(ctx.meta.getFunctionMetadata().name == "tests:run")
  }
}

extension String {
  fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
