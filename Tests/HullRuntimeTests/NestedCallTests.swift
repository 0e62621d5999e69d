import Hull
import HullRuntime
import Testing

@Suite struct NestedCallTests {
  struct Boom: Error, CustomStringConvertible {
    var description: String { "boom" }
  }

  private func fixture() async throws -> BackendFixture {
    try await BackendFixture { m in
      m.query("count") { ctx, _ in try await ctx.db.query("things").count() }
      m.mutation("insert") { ctx, args in
        ctx.log("inserting")
        return try await ctx.db.insert("things", args).string
      }
      m.mutation("insertAndFail", line: 5) { ctx, args in
        _ = try await ctx.db.insert("things", args)
        ctx.log("failing")
        throw ConvexError(["code": "FAILED"])
      }
      m.mutation("insertAndBoom", fileID: "X/m.swift", line: 5) { ctx, args in
        _ = try await ctx.db.insert("things", args)
        throw Boom()
      }
      m.mutation("insertWrongResult", returns: v.string()) { ctx, args in
        _ = try await ctx.db.insert("things", args)
        return 1.0
      }
      m.mutation("typed", args: v.object(["n": v.float64()])) { _, _ in }
      m.mutation("call") { ctx, args in
        let callee = args["callee"]?.string ?? ""
        let value = try await ctx.runMutation(callee, args["args"]?.object ?? [:])
        return ConvexValue.object([
          "value": value, "count": try await ctx.runQuery("m:count"),
        ])
      }
      m.mutation("callAndCatch") { ctx, args in
        _ = try await ctx.db.insert("things", ["own": true])
        do {
          _ = try await ctx.runMutation(args["callee"]?.string ?? "", args["args"]?.object ?? [:])
          return ConvexValue.string("no error")
        } catch let error as ConvexError {
          return error.data
        } catch {
          return .string("\(error)")
        }
      }
      m.mutation("callAndFail") { ctx, _ in
        _ = try await ctx.runMutation("m:insert", [:])
        throw Boom()
      }
      m.mutation("rethrow", fileID: "X/m.swift", line: 9) { ctx, args in
        try await ctx.runMutation(args["callee"]?.string ?? "", [:])
      }
      m.query("callMutation") { ctx, args in
        // A query's context has no runMutation; the host refuses what is forged.
        let forged = MutationContext(host: ctx.host)
        return try await forged.runMutation("m:insert", [:])
      }
      m.mutation("recurse") { ctx, args in
        let depth = args["depth"]?.float64 ?? 0
        if depth == 0 { return ConvexValue.string("bottom") }
        return try await ctx.runMutation("m:recurse", ["depth": .float64(depth - 1)])
      }
      m.mutation("stale") { ctx, _ in
        _ = try await ctx.db.insert("things", ["own": true])
        return ConvexValue.array([
          try await ctx.runQuery("m:count"),
          try await ctx.runQuery(
            "m:count",
            [:],
            options: FunctionCallOptions(useStaleSnapshot: true)
          ),
        ])
      }
      m.query("staleInQuery") { ctx, _ in
        try await ctx.runQuery("m:count", [:], options: FunctionCallOptions(useStaleSnapshot: true))
      }
    }
  }

  @Test func `a nested mutation's writes are the caller's`() async throws {
    let backend = try await fixture()
    let result = try await backend.value("call", .mutation, ["callee": "m:insert"])
    #expect(result["count"] == 1.0)
    #expect(try await backend.value("count", .query) == 1.0)
  }

  @Test(arguments: ["m:insertAndFail", "m:insertAndBoom", "m:insertWrongResult"])
  func `a nested mutation that fails takes back only its own writes`(
    callee: String
  ) async throws {
    let backend = try await fixture()
    _ = try await backend.value("callAndCatch", .mutation, ["callee": .string(callee)])
    #expect(try await backend.value("count", .query) == 1.0)
  }

  @Test func `the failure of the caller takes everything back`() async throws {
    let backend = try await fixture()
    _ = try await backend.failure("callAndFail", .mutation)
    #expect(try await backend.value("count", .query) == 0.0)
  }

  @Test func `a caller catches the data of a ConvexError, and the text of others`() async throws {
    let backend = try await fixture()
    #expect(
      try await backend.value("callAndCatch", .mutation, ["callee": "m:insertAndFail"])
        == ["code": "FAILED"]
    )
    #expect(
      try await backend.value("callAndCatch", .mutation, ["callee": "m:insertAndBoom"])
        == "Uncaught Error: boom"
    )
  }

  @Test func `lines of a nested call that rolled back stay, under its own name`() async throws {
    let backend = try await fixture()
    let outcome = try await backend.run(
      "callAndCatch",
      .mutation,
      ["callee": "m:insertAndFail"]
    )
    #expect(outcome.logLines.map(\.text) == ["[LOG] 'failing'"])
    #expect(outcome.logLines.map(\.path.stripped) == ["m:insertAndFail"])
  }

  @Test func `a failure that nobody catches shows the functions it went through`() async throws {
    let backend = try await fixture()
    let failure = try await backend.failure("rethrow", .mutation, ["callee": "m:insertAndBoom"])
    #expect(failure.message == "Uncaught Error: boom")
    #expect(failure.frames == ["insertAndBoom (convex/m.swift:5)", "rethrow (convex/m.swift:9)"])
    let convexError = try await backend.failure("rethrow", .mutation, ["callee": "m:insertAndFail"])
    #expect(convexError.data == ["code": "FAILED"])
    #expect(convexError.frames.count == 2)
  }

  @Test func `arguments are checked before anything runs`() async throws {
    let backend = try await fixture()
    let failure = try await backend.failure("rethrow", .mutation, ["callee": "m:typed"])
    #expect(failure.message.contains("Uncaught Error: ArgumentValidationError: Object is missing"))
  }

  @Test func `a missing function and a wrong kind are errors of the caller`() async throws {
    let backend = try await fixture()
    #expect(
      try await backend.failure("rethrow", .mutation, ["callee": "m:nope"]).message
        == "Uncaught Error: Could not find public function for 'm:nope'."
    )
    #expect(
      try await backend.failure("rethrow", .mutation, ["callee": "m:count"]).message
        == "Uncaught Error: Trying to execute m.js:count as Mutation, but it is defined as Query."
    )
  }

  @Test func `a query cannot run a mutation`() async throws {
    let backend = try await fixture()
    #expect(
      try await backend.failure("callMutation", .query).message
        == "Uncaught Error: Cannot call a Mutation function from a Query function"
    )
  }

  @Test func `calls nest eight deep`() async throws {
    let backend = try await fixture()
    #expect(try await backend.value("recurse", .mutation, ["depth": 8.0]) == "bottom")
    #expect(
      try await backend.failure("recurse", .mutation, ["depth": 9.0]).message
        == "Uncaught Error: Cross component call depth limit exceeded. "
        + "Do you have an infinite loop in your app?"
    )
  }

  @Test func `a stale snapshot is without the caller's writes, and not for queries`() async throws {
    let backend = try await fixture()
    #expect(try await backend.value("stale", .mutation) == [1.0, 0.0])
    #expect(
      try await backend.failure("staleInQuery", .query).message
        == "Uncaught Error: `useStaleSnapshot` is only supported in mutations, not queries."
    )
  }
}
