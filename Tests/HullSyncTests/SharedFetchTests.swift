// Clients of one event loop that need the same.

import Hull
import HullPersistence
import HullRuntime
import HullSync
import HullTesting
import HullValues
import Testing

@Suite(.timeLimit(.minutes(1))) struct SharedFetchTests {
  private let notes = Notes()

  /// Clients on one event loop that are subscribed to a query, with its first result.
  private func wires(
    _ count: Int,
    _ path: String,
    _ server: SyncBackend,
    identities: [CallerIdentity] = []
  ) async throws -> [Wire] {
    var wires: [Wire] = []
    for number in 0..<count {
      let wire = await server.wire(beside: wires.first)
      await wire.connect()
      if !identities.isEmpty {
        let identity = SessionIdentity(caller: identities[number])
        await wire.loop.run { wire.worker.assume(identity) }
      }
      await wire.add(0, path)
      _ = try await wire.transition { $0[0] != nil }
      wires.append(wire)
    }
    return wires
  }

  private func user(_ subject: String) throws -> CallerIdentity {
    .user(try UserIdentity(issuer: "https://a.example", subject: subject))
  }

  @Test func `a commit has clients with the same result get the next one by one fetch`()
    async throws
  {
    let server = try await SyncBackend(notes.register)
    let wires = try await wires(20, "m:list", server)
    let before = server.backend.queryCacheCounters
    // The loop is busy until the news for all of them are there.
    let barrier = Barrier()
    wires[0].loop.execute { barrier.wait() }
    try await server.run("add", .mutation, ["body": "new"])
    while wires[0].mailbox.undelivered < wires.count { await Task.yield() }
    barrier.open()
    for wire in wires {
      let transition = try await wire.transition()
      #expect(transition[0]?["value"] == ["new"])
    }
    let after = server.backend.queryCacheCounters
    let asked =
      after.hits + after.misses + after.shared - before.hits - before.misses
      - before.shared
    #expect(asked <= 3)
    #expect(notes.count("list") == 2)
  }

  @Test func `what a query returns to one user is not sent to another`() async throws {
    let server = try await SyncBackend { m in
      // Looks at who asks from the first note on.
      m.query("greeting") { ctx, _ in
        guard try await ctx.db.query("notes").first() != nil else { return "nobody is greeted" }
        return try await ctx.auth.getUserIdentity()?.subject ?? "a stranger"
      }
      m.mutation("add") { ctx, _ in _ = try await ctx.db.insert("notes", ["body": "x"]) }
    }
    let names = ["ada", "bob", "cyd"]
    let wires = try await wires(
      4,
      "m:greeting",
      server,
      identities: try names.map(user) + [.anonymous]
    )
    try await server.run("add", .mutation)
    for (wire, name) in zip(wires, names + ["a stranger"]) {
      let transition = try await wire.transition()
      #expect(transition[0]?["value"]?.string == name)
    }
  }

  @Test func `a client that is gone keeps no other from its result`() async throws {
    let (arrived, door) = (Signal(), Signal())
    let server = try await SyncBackend { m in
      m.query("list") { ctx, _ in
        let bodies: [ConvexValue] = try await ctx.db.query("notes").collect().map {
          $0["body"] ?? .null
        }
        if !bodies.isEmpty {
          arrived.open()
          await door.wait()
        }
        return ConvexValue.array(bodies)
      }
      m.mutation("add") { ctx, args in
        _ = try await ctx.db.insert("notes", ["body": args["body"] ?? "x"])
      }
    }
    let wires = try await wires(3, "m:list", server)
    try await server.run("add", .mutation, ["body": "new"])
    await arrived.wait()
    // Whoever asked first is among those that go.
    for wire in wires.dropLast() { await wire.drop() }
    door.open()
    #expect(try await wires[2].transition()[0]?["value"] == ["new"])
  }

  @Test func `a failure is everyone's, and so is the end of it`() async throws {
    let server = try await SyncBackend(notes.register)
    let wires = try await wires(5, "m:fragile", server)
    try await server.run("add", .mutation, ["body": "refuse"])
    for wire in wires {
      #expect(try await wire.transition()[0]?["errorData"]?["code"]?.string == "REFUSED")
    }
    try await server.run("clear", .mutation)
    for wire in wires { #expect(try await wire.transition()[0]?["value"] == 0.0) }
  }

  @Test func `a client that has become somebody else does not get what others get`() async throws {
    let server = try await SyncBackend { m in
      m.internalQuery("secret") { ctx, _ in
        Double(try await ctx.db.query("notes").count())
      }
      m.mutation("add") { ctx, _ in _ = try await ctx.db.insert("notes", ["body": "x"]) }
    }
    let admin = CallerIdentity.admin(actingAs: nil)
    let wires = try await wires(2, "m:secret", server, identities: [admin, admin])
    let (first, second) = (wires[0], wires[1])
    await second.loop.run { second.worker.assume(.anonymous) }
    let refused = try await second.transition { $0[0] != nil }
    #expect(refused[0]?["type"]?.string == "QueryFailed")
    try await server.run("add", .mutation)
    #expect(try await first.transition()[0]?["value"] == 1.0)
    #expect(second.unread.isEmpty)
  }

  @Test func `a commit while clients are told of another reaches those who are told last`()
    async throws
  {
    let server = try await SyncBackend(notes.register)
    let wires = try await wires(2, "m:count", server)
    let transports = wires.map(\.transport)
    let (held, told, isTold) = (Barrier(), Barrier(), Signal())
    // The loop is held until the commit's result is there, so that all are told at once and have it at
    // once, and again after the first one has been told.
    wires[0].loop.execute {
      var isFirst = true
      for transport in transports {
        transport.onSend = {
          guard isFirst else { return }
          isFirst = false
          isTold.open()
          told.wait()
        }
      }
      held.wait()
    }
    try await server.run("add", .mutation)
    try await server.run("count", .query)
    held.open()
    await isTold.wait()
    try await server.run("add", .mutation)
    told.open()
    for wire in wires { _ = try await wire.transition { $0[0]?["value"]?.number == 2 } }
  }
}
