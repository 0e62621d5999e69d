// Mutations and actions of one connection (spec/sync-protocol.md 3.3, 7, 8).

import Hull
import HullDatabase
import HullPersistence
import HullRuntime
import HullSync
import HullTesting
import HullValues
import Testing

@Suite(.timeLimit(.minutes(5))) struct MutationTests {
  private let notes = Notes()

  @Test func `a mutation is answered, and a Transition shows its commit`() async throws {
    let server = try await notes.backend()
    let wire = await server.wire()
    await wire.connect()
    await wire.add(0, "m:list")
    _ = try await wire.transition()
    await wire.mutation(0, "m:add")
    let response = try await wire.message("MutationResponse")
    #expect(response["success"] == true)
    #expect(response["result"] == .null)
    #expect(response["logLines"] == ["[LOG] 'adding'"])
    #expect(response.object?["errorData"] == nil)
    let commit = try Timestamp(text: try #require(response["ts"]?.string))
    let transition = try await wire.transition()
    #expect(transition.end.timestamp >= commit)
    #expect(transition[0]?["value"] == ["hi"])
    #expect(wire.violations == [])
  }

  @Test func `a Transition follows a mutation that changes nothing, and one that fails`()
    async throws
  {
    let server = try await notes.backend()
    let wire = await server.wire()
    await wire.connect()
    await wire.mutation(0, "m:nothing")
    let nothing = try await wire.message("MutationResponse")
    let commit = try Timestamp(text: try #require(nothing["ts"]?.string))
    #expect(try await wire.transition().end.timestamp >= commit)
    await wire.mutation(1, "m:fail")
    let failed = try await wire.message("MutationResponse")
    #expect(failed["success"] == false)
    #expect(failed["ts"] == .null)
    #expect(failed.object?["errorData"] == nil)
    #expect(failed["result"]?.string?.contains("] Server Error\nUncaught Error: boom\n") == true)
    #expect(try await wire.transition().modifications == [])
    await wire.mutation(2, "m:refuse")
    let refused = try await wire.message("MutationResponse")
    #expect(refused["errorData"] == ["code": "FULL"])
    #expect(refused["logLines"] == ["[LOG] 'refusing'"])
    _ = try await wire.transition()
    #expect(try await server.run("count", .query) == 0.0)
    #expect(wire.violations == [])
  }

  @Test(arguments: ["m:gone", "a.txt:b", "m:list", "_system/x:y"])
  func `a mutation that does not exist fails alone`(path: String) async throws {
    let server = try await notes.backend()
    let wire = await server.wire()
    await wire.mutation(0, path)
    let response = try await wire.message("MutationResponse")
    #expect(response["success"] == false)
    #expect(response["ts"] == .null)
    _ = try await wire.transition()
    await wire.mutation(1, "m:add")
    #expect(try await wire.message("MutationResponse")["success"] == true)
  }

  @Test(arguments: ["Mutation", "Action"])
  func `arguments that are no list fail their call`(type: String) async throws {
    let server = try await notes.backend()
    let wire = await server.wire()
    let path = type == "Mutation" ? "m:add" : "m:double"
    await wire.send(#"{"type":"\#(type)","requestId":3,"udfPath":"\#(path)","args":{"n":1}}"#)
    let response = try await wire.message("\(type)Response")
    #expect(response["success"] == false)
    #expect(response["requestId"] == 3)
    #expect(response["result"]?.string?.contains("Invalid arguments provided") == true)
  }

  @Test func `mutations run one at a time in the order they arrive`() async throws {
    let gate = Signal()
    let running = Shared(0)
    let mostRunning = Shared(0)
    let server = try await notes.backend { m in
      m.mutation("ordered") { ctx, args in
        running.increment()
        mostRunning.update { $0 = max($0, running.value) }
        await gate.wait()
        _ = try await ctx.db.insert("notes", ["body": args["n"] ?? .null])
        running.update { $0 -= 1 }
      }
    }
    let wire = await server.wire()
    await wire.connect()
    for id in 0..<30 { await wire.mutation(id, "m:ordered", #"[{"n":\#(id)}]"#) }
    gate.open()
    var answered: [Int64] = []
    while answered.count < 30 {
      let message = try await wire.message()
      if let id = message["requestId"]?.integer { answered.append(id) }
    }
    #expect(answered == Array(0..<30))
    #expect(mostRunning.value == 1)
    #expect(
      try await server.run("list", .query) == .array((0..<30).map { .float64(Double($0)) })
    )
    #expect(wire.violations == [])
  }

  @Test func `a thousand mutations may wait, not one more`() async throws {
    let gate = Signal()
    let server = try await notes.backend { m in
      m.mutation("slow") { _, _ in await gate.wait() }
    }
    let wire = await server.wire()
    await wire.connect()
    for id in 0...1000 { await wire.mutation(id, "m:slow") }
    #expect(wire.unread == [])
    await wire.mutation(1001, "m:slow")
    #expect(try await wire.close() == .close(code: 1013, reason: "TooManyConcurrentMutations"))
    await wire.drop()
    gate.open()
  }

  @Test func `a mutation that takes longer than a minute closes with 1011`() async throws {
    let gate = Signal()
    let server = try await notes.backend { m in
      m.mutation("slow") { _, _ in await gate.wait() }
    }
    let wire = await server.wire()
    await wire.mutation(0, "m:slow")
    server.time.advance(by: .seconds(59))
    await wire.tick()
    #expect(wire.unread.filter { if case .close = $0 { true } else { false } } == [])
    server.time.advance(by: .seconds(1))
    await wire.tick()
    while true {
      guard case .close(let code, let reason) = await wire.next() else { continue }
      #expect(code == 1011)
      #expect(reason == "InternalServerError")
      break
    }
    gate.open()
  }

  @Test func `conflicts that do not end close with 1013`() async throws {
    struct AlwaysLost: CommitFaults {
      func beforeCommit(of function: FunctionPath, tables: Set<TableName>) throws {
        throw DatabaseError(
          code: "OptimisticConcurrencyControlFailure",
          message: "lost",
          kind: .conflict
        )
      }
    }
    let server = try await notes.backend(configure: {
      $0.faults = AlwaysLost()
      $0.database.maximumRetries = 2
    })
    let wire = await server.wire()
    await wire.mutation(0, "m:add")
    #expect(
      try await wire.close()
        == .close(code: 1013, reason: "OptimisticConcurrencyControlFailure")
    )
  }

  @Test func `a client that never says who it is gets every mutation run`() async throws {
    let server = try await notes.backend()
    for _ in 0..<2 {
      let wire = await server.wire()
      await wire.mutation(0, "m:add")
      #expect(try await wire.message("MutationResponse")["success"] == true)
      await wire.drop()
    }
    #expect(notes.count("add") == 2)
  }

  // MARK: Response and Transition

  /// | mutation                     | the same client              |
  /// | ---------------------------- | ---------------------------- |
  /// | commits, and is published    |                              |
  /// |                              | asks for an update           |
  /// |                              | its snapshot has the commit  |
  /// | answers                      |                              |
  @Test func `a snapshot with the commit waits for the response`() async throws {
    let server = try await notes.backend()
    let published = Signal()
    let barrier = Barrier()
    let (_, observer) = server.backend.database.observeCommits { _ in
      published.open()
      barrier.wait()
    }
    let wire = await server.wire()
    await wire.connect()
    await wire.modify()
    _ = try await wire.transition()
    await wire.mutation(0, "m:add")
    await published.wait()
    await wire.modify()
    await wire.modify()
    // The loop has done all it can.
    await wire.loop.run {}
    #expect(wire.unread == [])
    server.backend.database.removeObserver(observer)
    barrier.open()
    let response = try await wire.message("MutationResponse")
    let commit = try Timestamp(text: try #require(response["ts"]?.string))
    let held = try await wire.transition()
    #expect(held.end.querySet == 2)
    #expect(held.end.timestamp == commit)
    #expect(try await wire.transition { $0.end.querySet == 3 }.end.timestamp == commit)
    #expect(wire.violations == [])
  }

  @Test func `no Transition with a commit comes before its response, in any race`() async throws {
    let server = try await notes.backend()
    let wire = await server.wire()
    await wire.connect()
    await wire.modify(Wire.add(0, "m:list"), Wire.add(1, "m:count"))
    _ = try await wire.transition()
    for round in 0..<300 {
      await wire.mutation(round, "m:add")
      // Updates at every moment of the commit.
      for _ in 0..<3 { await wire.modify() }
      var shown = Timestamp.zero
      while true {
        let message = try await wire.message()
        if message["type"] == "Transition" {
          shown = try WireTransition(message).end.timestamp
          continue
        }
        let commit = try Timestamp(text: try #require(message["ts"]?.string))
        #expect(shown < commit, "round \(round)")
        break
      }
      _ = try await wire.sync()
    }
    #expect(wire.violations == [])
  }

  // MARK: Actions

  @Test func `actions run side by side and are answered as they finish`() async throws {
    let gate = Signal()
    let server = try await notes.backend { m in
      m.action("slow") { _, _ in
        await gate.wait()
        return "slow"
      }
    }
    let wire = await server.wire()
    await wire.connect()
    await wire.action(0, "m:slow")
    await wire.action(1, "m:double", #"[{"n":4}]"#)
    let first = try await wire.message("ActionResponse")
    #expect(
      first.description
        == #"{"type":"ActionResponse","requestId":1,"success":true,"result":8.0,"logLines":[]}"#
    )
    _ = try await wire.transition()
    // Mutations do not wait for actions.
    await wire.mutation(2, "m:add")
    #expect(try await wire.message("MutationResponse")["success"] == true)
    _ = try await wire.transition()
    gate.open()
    #expect(try await wire.message("ActionResponse")["requestId"] == 0)
    _ = try await wire.transition()
    #expect(wire.violations == [])
  }

  @Test func `an action that fails is answered, with the data of its error`() async throws {
    let server = try await notes.backend()
    let wire = await server.wire()
    await wire.action(0, "m:failing")
    let response = try await wire.message("ActionResponse")
    #expect(response["success"] == false)
    #expect(response["errorData"] == ["code": "ACTION"])
    #expect(response.object?["ts"] == nil)
    _ = try await wire.transition()
    for (id, path) in ["m:gone", "a.txt:b", "m:add"].enumerated() {
      await wire.action(id + 1, path)
      #expect(try await wire.message("ActionResponse")["success"] == false)
      _ = try await wire.transition()
    }
    #expect(wire.violations == [])
  }

  @Test func `an action of the system that a stranger calls ends the connection`() async throws {
    let server = try await notes.backend()
    let wire = await server.wire()
    await wire.action(0, "_system/cli/tables:all")
    _ = try await wire.message("FatalError")
    #expect(try await wire.close() == .close(code: 1000, reason: "SystemIdentityRequired"))
  }

  @Test func `an action's writes are in the Transition after its answer`() async throws {
    let server = try await notes.backend()
    let wire = await server.wire()
    await wire.add(0, "m:list")
    _ = try await wire.transition()
    await wire.action(5, "m:addTwo")
    var list: JSONValue?
    while true {
      let message = try await wire.message()
      if message["type"] == "ActionResponse" { break }
      list = try WireTransition(message)[0]?["value"] ?? list
    }
    for message in try await wire.sync() {
      list = try WireTransition(message)[0]?["value"] ?? list
    }
    #expect(list == ["one", "two"])
  }

  @Test func `a thousand and one actions may run, not one more`() async throws {
    let gate = Signal()
    let server = try await notes.backend { m in
      m.action("slow") { _, _ in await gate.wait() }
    }
    let wire = await server.wire()
    for id in 0...1000 { await wire.action(id, "m:slow") }
    #expect(wire.unread == [])
    await wire.action(1001, "m:slow")
    #expect(
      try await wire.close() == .close(code: 1013, reason: "TooManyInflightActionsForSingleClient")
    )
    await wire.drop()
    gate.open()
  }

  // MARK: Redaction

  @Test func `a deployment that hides texts keeps the data of errors`() async throws {
    let server = try await notes.backend(configure: { $0.redactsClientErrors = true })
    let wire = await server.wire()
    try await server.run("add", .mutation, ["body": "refuse"])
    await wire.modify(Wire.add(0, "m:fragile"), Wire.add(1, "m:parity"))
    let transition = try await wire.transition()
    let failed = try #require(transition[0])
    #expect(failed["errorMessage"]?.string?.hasSuffix("] Server Error") == true)
    #expect(failed["errorMessage"]?.string?.hasPrefix("[Request ID: ") == true)
    #expect(failed["errorData"] == ["code": "REFUSED"])
    #expect(transition[1]?["logLines"] == [])
    await wire.mutation(0, "m:refuse")
    let refused = try await wire.message("MutationResponse")
    #expect(refused["result"]?.string?.hasSuffix("] Server Error") == true)
    #expect(refused["errorData"] == ["code": "FULL"])
    #expect(refused["logLines"] == [])
    _ = try await wire.transition()
    await wire.action(1, "m:failing")
    let action = try await wire.message("ActionResponse")
    #expect(action["result"]?.string?.hasSuffix("] Server Error") == true)
    #expect(action["errorData"] == ["code": "ACTION"])
  }
}
