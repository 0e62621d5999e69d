// On whose behalf a client acts (spec/sync-protocol.md 3.4, 4.5, 9).

import Hull
import HullPersistence
import HullRuntime
import HullSync
import HullTesting
import HullValues
import Testing

@Suite(.timeLimit(.minutes(1))) struct AuthenticationTests {
  private let notes = Notes()

  private static let expired =
    #"{"type":"AuthError","error":"Convex token identity expired","baseVersion":1,"authUpdateAttempted":false}"#

  @Test func `each change of identity is shown by a Transition`() async throws {
    let provider = try await TestProvider()
    let server = try await notes.backend(of: provider)
    let wire = await server.wire()
    await wire.connect()
    await wire.add(0, "m:me")
    #expect(try await wire.transition()[0]?["value"] == .null)
    await wire.authenticate(0, token: try provider.token("ada", at: server.time.now()))
    let ada = try await wire.transition()
    #expect(ada.start.identity == 0)
    #expect(ada.end.identity == 1)
    #expect(ada[0]?["value"] == "ada")
    await wire.authenticate(1, token: nil)
    let nobody = try await wire.transition()
    #expect(nobody.end.identity == 2)
    #expect(nobody[0]?["value"] == .null)
    #expect(wire.violations == [])
  }

  @Test func `an admin acts as anyone, in both spellings of official clients`() async throws {
    let server = try await notes.backend()
    let key = server.backend.issueAdminKey()
    let wire = await server.wire()
    await wire.add(0, "m:me")
    _ = try await wire.transition()
    for (base, field) in ["impersonating", "acting_as"].enumerated() {
      await wire.send(
        """
        {"type":"Authenticate","baseVersion":\(base),"tokenType":"Admin","value":"\(key)",\
        "\(field)":{"issuer":"https://i","subject":"\(field)"}}
        """
      )
      #expect(try await wire.transition()[0]?["value"] == .string(field))
    }
  }

  @Test func `only queries that look at who asks run again for another identity`() async throws {
    let server = try await notes.backend()
    let wire = await server.wire()
    await wire.modify(Wire.add(0, "m:me"), Wire.add(1, "m:list"), Wire.add(2, "m:count"))
    _ = try await wire.transition()
    let worker = wire.worker
    for subject in ["ada", "bob"] {
      let user = SessionIdentity(
        caller: .user(try UserIdentity.test(["subject": .string(subject)]))
      )
      await wire.loop.run { worker.assume(user) }
      let transition = try await wire.transition()
      #expect(transition.end.identity == transition.start.identity + 1)
      #expect(transition.ids == [0])
    }
    #expect(notes.count("me") == 3)
    #expect(notes.count("list") == 1)
    #expect(notes.count("count") == 1)
    #expect(wire.violations == [])
  }

  @Test func `an identity that changes nothing is shown all the same`() async throws {
    let server = try await notes.backend()
    let wire = await server.wire()
    await wire.add(0, "m:list")
    _ = try await wire.transition()
    await wire.authenticate(0, token: nil)
    let transition = try await wire.transition()
    #expect(transition.end.identity == 1)
    #expect(transition.modifications == [])
  }

  @Test func `a base version that is not the number of changes closes with 1011`() async throws {
    for base in [1, 7] {
      let wire = await (try await notes.backend()).wire()
      await wire.authenticate(base, token: nil)
      #expect(try await wire.close() == .close(code: 1011, reason: "InternalServerError"))
    }
  }

  // MARK: Refusals

  @Test func `a token that is refused ends the connection without a code`() async throws {
    let provider = try await TestProvider()
    let server = try await notes.backend(of: provider)
    let stale = try provider.token("ada", at: server.time.now(), for: 60)
    server.time.advance(by: .seconds(120))
    let wire = await server.wire()
    await wire.connect()
    await wire.authenticate(0, token: stale)
    await wire.add(0, "m:me")
    #expect(
      try await wire.text() == """
        {"type":"AuthError","error":"Could not verify OIDC token claim. Check that the token \
        signature is valid and the token hasn't expired.","baseVersion":0,\
        "authUpdateAttempted":true}
        """
    )
    #expect(try await wire.close() == .close(code: nil, reason: ""))
    #expect(notes.count("me") == 0)
    #expect(wire.violations == [])
  }

  @Test func `the version of an AuthError is that of the last Transition`() async throws {
    let provider = try await TestProvider()
    let server = try await notes.backend(of: provider)
    let wire = await server.wire()
    await wire.authenticate(0, token: nil)
    await wire.authenticate(1, token: nil)
    _ = try await wire.transition { $0.end.identity == 2 }
    await wire.authenticate(2, token: "nonsense")
    let error = try await wire.message("AuthError")
    #expect(error["baseVersion"] == 2)
    #expect(error["authUpdateAttempted"] == true)
  }

  @Test func `a wrong admin key is refused like a token`() async throws {
    let server = try await notes.backend()
    let wire = await server.wire()
    await wire.send(
      #"{"type":"Authenticate","baseVersion":0,"tokenType":"Admin","value":"test|00"}"#
    )
    let error = try await wire.message("AuthError")
    #expect(error["error"] == "The provided admin key was invalid for this instance")
    #expect(error["authUpdateAttempted"] == true)
    #expect(try await wire.close() == .close(code: nil, reason: ""))
  }

  @Test(arguments: [
    (500, 1013, "AuthProviderDiscoveryFailed"), (404, 1000, "AuthProviderDiscoveryFailed"),
  ])
  func `a provider in trouble is not the client's fault`(
    status: Int,
    code: UInt16,
    reason: String
  ) async throws {
    let provider = try await TestProvider()
    let server = try await notes.backend(of: provider)
    provider.network.answer(status)
    let wire = await server.wire()
    await wire.authenticate(0, token: try provider.token("ada", at: server.time.now()))
    #expect(try await wire.close() == .close(code: code, reason: reason))
  }

  // MARK: Expiry

  @Test func `an expired identity is noticed by a mutation, which does not run`() async throws {
    try await expire { wire, _ in await wire.mutation(9, "m:add") }
    #expect(notes.count("add") == 0)
  }

  @Test func `an expired identity is noticed by an action`() async throws {
    try await expire { wire, _ in await wire.action(9, "m:addTwo") }
    #expect(notes.count("add") == 0)
  }

  @Test func `an expired identity is noticed by a change of the query set`() async throws {
    try await expire { wire, _ in await wire.modify() }
  }

  @Test func `an expired identity is noticed when data changes`() async throws {
    try await expire { _, server in _ = try await server.run("add", .mutation) }
  }

  private func expire(_ touch: (Wire, SyncBackend) async throws -> Void) async throws {
    let provider = try await TestProvider()
    let server = try await notes.backend(of: provider)
    let wire = await server.wire()
    await wire.connect()
    await wire.authenticate(0, token: try provider.token("ada", at: server.time.now(), for: 60))
    await wire.add(0, "m:list")
    _ = try await wire.transition { $0[0] != nil && $0.end.identity == 1 }
    server.time.advance(by: .seconds(59))
    #expect(try await wire.sync().count == 1)
    // There is no timer: a socket that is idle stays open.
    server.time.advance(by: .seconds(1))
    await wire.tick()
    #expect(wire.unread.contains { if case .close = $0 { true } else { false } } == false)
    try await touch(wire, server)
    while true {
      let text = try await wire.text()
      if text == #"{"type":"Ping"}"# { continue }
      #expect(text == Self.expired)
      break
    }
    #expect(try await wire.close() == .close(code: nil, reason: ""))
    #expect(wire.violations == [])
  }

  // MARK: Waiting for a token

  @Test func `messages wait until the token before them is verified`() async throws {
    let provider = try await TestProvider()
    let server = try await notes.backend(of: provider) { _ in }
    let gate = Signal()
    provider.network.hold(until: gate)
    let wire = await server.wire()
    await wire.connect()
    await wire.authenticate(0, token: try provider.token("ada", at: server.time.now()))
    await wire.add(0, "m:me")
    await wire.mutation(0, "m:add")
    await wire.authenticate(1, token: nil)
    await wire.modify()
    await wire.mutation(1, "m:add")
    await wire.loop.run {}
    #expect(wire.unread == [])
    gate.open()
    var answered: [Int64] = []
    var versions: [Int64] = []
    while answered.count < 2 {
      let message = try await wire.message()
      if let id = message["requestId"]?.integer {
        answered.append(id)
      } else {
        versions.append(try WireTransition(message).end.identity)
      }
    }
    for message in try await wire.sync() {
      versions.append(try WireTransition(message).end.identity)
    }
    #expect(answered == [0, 1])
    #expect(versions.last == 2)
    #expect(wire.violations == [])
  }

  @Test func `a token that ends while the next one is verified is no reason to end`() async throws {
    let provider = try await TestProvider()
    let server = try await notes.backend(of: provider)
    let wire = await server.wire()
    await wire.connect()
    await wire.authenticate(0, token: try provider.token("ada", at: server.time.now(), for: 60))
    await wire.add(0, "m:count")
    _ = try await wire.transition { $0[0] != nil && $0.end.identity == 1 }
    server.time.advance(by: .seconds(61))
    let gate = Signal()
    provider.network.hold(until: gate)
    await wire.authenticate(1, token: try provider.token("ada", at: server.time.now()))
    try await server.run("add", .mutation)
    while wire.mailbox.undelivered > 0 { await Task.yield() }
    await wire.loop.run {}
    #expect(wire.unread == [])
    gate.open()
    let transition = try await wire.transition { $0[0] != nil }
    #expect(transition[0]?["value"] == 1.0)
    #expect(transition.end.identity == 2)
    #expect(wire.violations == [])
  }

  @Test func `what waits for a token is bounded`() async throws {
    let provider = try await TestProvider()
    let server = try await notes.backend(of: provider)
    let gate = Signal()
    provider.network.hold(until: gate)
    var limits = SessionLimits()
    limits.deferredBytes = 1000
    let wire = await server.wire(limits: limits)
    await wire.authenticate(0, token: try provider.token("ada", at: server.time.now()))
    for _ in 0..<20 { await wire.modify() }
    #expect(try await wire.close() == .close(code: 1013, reason: "TooManyPendingMessages"))
    gate.open()
  }

  @Test func `a mutation runs as who the client was when it asked`() async throws {
    let seen = Shared<[String?]>([])
    let gate = Signal()
    let server = try await notes.backend { m in
      m.mutation("whoAsks") { ctx, _ in
        await gate.wait()
        let subject = try await ctx.auth.getUserIdentity()?.subject
        seen.update { $0.append(subject) }
      }
    }
    let wire = await server.wire()
    let worker = wire.worker
    let ada = SessionIdentity(caller: .user(try UserIdentity.test(["subject": "ada"])))
    await wire.mutation(0, "m:whoAsks")
    await wire.mutation(1, "m:whoAsks")
    await wire.loop.run { worker.assume(ada) }
    await wire.mutation(2, "m:whoAsks")
    gate.open()
    var left = 3
    while left > 0 {
      if try await wire.message()["type"] == "MutationResponse" { left -= 1 }
    }
    #expect(seen.value == [nil, nil, "ada"])
    #expect(wire.violations == [])
  }
}
