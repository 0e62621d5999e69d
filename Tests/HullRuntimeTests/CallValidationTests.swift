import Hull
import HullRuntime
import Testing

@Suite struct CallValidationTests {
  private func fixture() async throws -> BackendFixture {
    try await BackendFixture { m in
      m.query("list", args: v.object(["channel": v.string()])) { _, args in args["channel"] }
      m.mutation("send") { _, _ in }
      m.action("act") { _, _ in }
      m.internalQuery("secret") { _, _ in "secret" }
      m.internalMutation("secretMutation") { _, _ in }
      m.query("any") { _, args in ConvexValue.object(args) }
      m.query("wrong", returns: v.string()) { _, _ in 1.0 }
      m.mutation("wrongMutation", returns: v.string()) { ctx, _ in
        _ = try await ctx.db.insert("things", ["n": 1.0])
        return 1.0
      }
      m.query("things") { ctx, _ in try await ctx.db.query("things").count() }
      m.query("large", returns: v.any()) { _, args in
        ConvexValue.string(String(repeating: "x", count: Int(args["n"]?.float64 ?? 0)))
      }
    }
  }

  @Test(arguments: ["m:nope", "nope:list", "nope.js:list", "nope.ts:list"])
  func `a missing function is not found under its stripped path`(path: String) async throws {
    let stripped = path == "m:nope" ? path : "nope:list"
    let failure = try await fixture().failure(path, .query)
    #expect(failure.message == "Could not find public function for '\(stripped)'.")
    #expect(failure.frames == [])
  }

  @Test func `an internal function is missing to strangers and there for admins`() async throws {
    let backend = try await fixture()
    #expect(
      try await backend.failure("secret", .query).message
        == "Could not find public function for 'm:secret'."
    )
    #expect(try await backend.value("secret", .query, as: .admin) == "secret")
  }

  @Test func `visibility comes before kind`() async throws {
    let backend = try await fixture()
    #expect(
      try await backend.failure("secretMutation", .query).message
        == "Could not find public function for 'm:secretMutation'."
    )
    #expect(
      try await backend.failure("secretMutation", .query, as: .admin).message
        == "Trying to execute m.js:secretMutation as Query, but it is defined as Mutation."
    )
  }

  @Test func `a wrong kind is named with both kinds and the canonical path`() async throws {
    let backend = try await fixture()
    #expect(
      try await backend.failure("send", .query).message
        == "Trying to execute m.js:send as Query, but it is defined as Mutation."
    )
    #expect(
      try await backend.failure("act", .mutation).message
        == "Trying to execute m.js:act as Mutation, but it is defined as Action."
    )
  }

  @Test func `without a kind everything runs, and what is missing has another text`() async throws {
    let backend = try await fixture()
    #expect(try await backend.value("act", nil) == .null)
    #expect(try await backend.value("list", nil, ["channel": "a"]) == "a")
    #expect(
      try await backend.failure("nope", nil).message
        == "Could not find function for 'm:nope'. Did you forget to run `npx convex dev`?"
    )
  }

  @Test func `a path that is none is no outcome but a bad request`() async throws {
    let backend = try await fixture()
    await #expect {
      _ = try await backend.run("a.txt:b", .query)
    } throws: { error in
      (error as? BackendError)
        == BackendError(
          kind: .badRequest,
          code: "BadConvexFunctionIdentifier",
          message: "a.txt:b is not a valid path to a Convex function. "
            + "Module path (a.txt) has an extension that isn't 'js'."
        )
    }
  }

  @Test func `functions of the system are not for strangers`() async throws {
    let backend = try await fixture()
    #expect(
      try await backend.failure("_system/x:y", .query).message == "Operation query not permitted"
    )
    await #expect {
      _ = try await backend.run("_system/x:y", .action)
    } throws: { error in
      (error as? BackendError)?.code == "SystemIdentityRequired"
        && (error as? BackendError)?.status == 403
    }
  }

  @Test func `arguments that are no values are refused once the function is known`() async throws {
    let backend = try await fixture()
    func message(_ name: String, _ json: String) async throws -> String {
      let request = backend.request(name, .query, FunctionArguments(json: Array(json.utf8)))
      guard case .failure(let failure) = try await backend.backend.run(request).result else {
        return ""
      }
      return failure.message
    }
    #expect(
      try await message("list", #"{"$x":1}"#)
        == "Invalid arguments for m.js:list: Field name $x starts with '$', which is reserved."
    )
    #expect(
      try await message("nope", #"{"$x":1}"#)
        == "Could not find public function for 'm:nope'."
    )
  }

  @Test func `one object is expected, in an array or by itself`() async throws {
    let backend = try await fixture()
    #expect(try await backend.value("list", .query, ["channel": "a"]) == "a")
    #expect(try await backend.value("list", .query, .array([["channel": "a"]])) == "a")
    #expect(
      try await backend.failure("list", .query, .array([["channel": "a"], 2.0])).message
        == "ArgumentValidationError: Expected to receive a single object as the function's "
        + "argument. Instead received 2 arguments: [{channel: \"a\"}, 2.0]\n"
    )
    #expect(
      try await backend.failure("list", .query, "text").message
        == "ArgumentValidationError: Expected to receive an object as the function's argument. "
        + "Instead received: \"text\"\n"
    )
  }

  @Test func `a function without validator takes any object, and one without arguments none`()
    async throws
  {
    let backend = try await fixture()
    #expect(try await backend.value("any", .query, ["x": 1.0]) == ["x": 1.0])
    #expect(try await backend.value("any", .query, .array([])) == [:])
    #expect(try await backend.value("any", .query, .array([["x": 1.0], 2.0])) == ["x": 1.0])
  }

  @Test func `the validator's complaint is the message, with its own line break`() async throws {
    let failure = try await fixture().failure("list", .query, ["channel": 1.0])
    #expect(
      failure.message
        == "ArgumentValidationError: Value does not match validator.\nPath: .channel\n"
        + "Value: 1.0\nValidator: v.string()\n"
    )
    #expect(failure.text.hasSuffix("v.string()\n\n"))
    #expect(failure.frames == [])
  }

  @Test func `a result that does not match is an error without a line break`() async throws {
    let failure = try await fixture().failure("wrong", .query)
    #expect(
      failure.message
        == "ReturnsValidationError: Value does not match validator.\n\nValue: 1.0\n"
        + "Validator: v.string()"
    )
  }

  @Test func `a mutation whose result does not match commits nothing`() async throws {
    let backend = try await fixture()
    _ = try await backend.failure("wrongMutation", .mutation)
    #expect(try await backend.value("things", .query) == 0.0)
  }

  @Test func `arguments and results may have 16 MiB`() async throws {
    let backend = try await fixture()
    let tooMuch = ConvexValue.object(["x": .string(String(repeating: "x", count: 17 << 20))])
    #expect(
      try await backend.failure("any", .query, tooMuch).message
        == "Arguments for m.js:any are too large (actual: 17.00 MiB, limit: 16 MiB)"
    )
    #expect(
      try await backend.failure("large", .query, ["n": .float64(Double(17 << 20))]).message
        == "Function m.js:large return value is too large (actual: 17.00 MiB, limit: 16 MiB)"
    )
    // A string has two bytes of its own.
    let most = (16 << 20) - 2
    let value = try await backend.value("large", .query, ["n": .float64(Double(most))])
    #expect(value.string?.utf8.count == most)
    let failure = try await backend.failure("large", .query, ["n": .float64(Double(most + 1))])
    #expect(failure.message.contains("return value is too large"))
  }
}
