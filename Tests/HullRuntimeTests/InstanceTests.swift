import Hull
import HullPersistence
import HullRuntime
import Testing

@Suite struct InstanceTests {
  @Test func `name and secret stay with the data`() async throws {
    let persistence = InMemoryPersistence()
    let first = try await BackendFixture(persistence: persistence, seed: 1) { _ in }
    let key = first.backend.issueAdminKey()
    let second = try await BackendFixture(persistence: persistence, seed: 2) { _ in }
    #expect(second.backend.instance.name == first.backend.instance.name)
    #expect(try second.backend.authenticate(adminKey: key).isAdmin)
  }

  @Test func `a new instance may be named, an old one keeps its name`() async throws {
    let persistence = InMemoryPersistence()
    let first = try await BackendFixture(
      persistence: persistence,
      configure: { $0.instanceName = "local" }
    ) { _ in }
    #expect(first.backend.instance.name == "local")
    let second = try await BackendFixture(
      persistence: persistence,
      configure: { $0.instanceName = "other" }
    ) { _ in }
    #expect(second.backend.instance.name == "local")
  }

  @Test func `a drawn name has two words and a number`() async throws {
    let backend = try await BackendFixture { _ in }
    #expect(backend.backend.instance.name.wholeMatch(of: /[a-z]+-[a-z]+-[1-9][0-9]{2}/) != nil)
  }

  @Test func `an admin key may name the user to act as`() async throws {
    let backend = try await BackendFixture {
      $0.query("who") { ctx, _ in try await ctx.auth.getUserIdentity()?.tokenIdentifier }
    }
    // {"issuer":"i","subject":"s","name":"Ada"}
    let attributes = "eyJpc3N1ZXIiOiJpIiwic3ViamVjdCI6InMiLCJuYW1lIjoiQWRhIn0="
    let key = backend.backend.issueAdminKey()
    let identity = try backend.backend.authenticate(adminKey: "prod:\(key):\(attributes)")
    #expect(identity.isAdmin)
    #expect(try await backend.value("who", .query, as: identity) == "i|s")
    #expect(try await backend.value("who", .query, as: .admin) == .null)
    #expect {
      try backend.backend.authenticate(adminKey: "\(key):nonsense")
    } throws: { error in
      (error as? BackendError)?.code == "HeaderParseFailure"
    }
    #expect {
      try backend.backend.authenticate(adminKey: "nobody|0123")
    } throws: { error in
      (error as? BackendError)
        == BackendError(
          kind: .unauthenticated,
          code: "BadAdminKey",
          message: "The provided admin key was invalid for this instance"
        )
    }
  }

  @Test func `a request id is sixteen hexadecimal digits`() async throws {
    let backend = try await BackendFixture { _ in }
    let ids = (0..<20).map { _ in backend.backend.makeRequestID().description }
    #expect(ids.allSatisfy { $0.wholeMatch(of: /[0-9a-f]{16}/) != nil })
    #expect(Set(ids).count == 20)
  }

  @Test func `functions are listed by path with their contracts`() async throws {
    let backend = try await BackendFixture {
      $0.query("b", args: v.object(["x": v.string()]), returns: v.null()) { _, _ in }
      $0.internalAction("a") { _, _ in }
    }
    let listing = backend.backend.functions
    #expect(listing.map(\.path) == ["m:a", "m:b"])
    #expect(listing.map(\.identifier) == ["m.js:a", "m.js:b"])
    #expect(listing.map(\.kind) == [.action, .query])
    #expect(listing.map(\.visibility) == [.internal, .public])
    #expect(listing[1].args == v.object(["x": v.string()]))
    #expect(listing[1].returns == v.null())
  }

  @Test func `a query may be run at a timestamp it was true at`() async throws {
    let backend = try await BackendFixture {
      $0.mutation("insert") { ctx, _ in _ = try await ctx.db.insert("things", [:]) }
      $0.query("count") { ctx, _ in try await ctx.db.query("things").count() }
    }
    _ = try await backend.value("insert", .mutation)
    let then = backend.backend.latestTimestamp
    backend.time.advance(by: .seconds(1))
    let later = try await backend.run("insert", .mutation).timestamp
    #expect(later > then)
    var request = backend.request("count", .query)
    request.timestamp = then
    let outcome = try await backend.backend.run(request)
    #expect(try outcome.result.get().decoded() == 1.0)
    #expect(outcome.timestamp == then)
    request.timestamp = later.successor
    let future = request
    await #expect {
      _ = try await backend.backend.run(future)
    } throws: { error in
      (error as? BackendError)?.status == 400
    }
  }
}
