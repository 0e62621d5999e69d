// Query sets and the Transitions that follow from them (spec/sync-protocol.md 3.2, 5, 14).

import Hull
import HullPersistence
import HullRuntime
import HullSync
import HullTesting
import HullValues
import Testing

@Suite(.timeLimit(.minutes(1))) struct QuerySetTests {
  private let notes = Notes()

  // MARK: Versions

  @Test func `every change of the query set is answered, and versions chain from zero`()
    async throws
  {
    let server = try await notes.backend()
    let wire = await server.wire()
    await wire.connect()
    await wire.modify()
    let first = try await wire.transition()
    #expect(first.start == .init(querySet: 0, identity: 0, timestamp: .zero))
    #expect(first.end.querySet == 1)
    #expect(first.end.identity == 0)
    #expect(first.end.timestamp == server.backend.latestTimestamp)
    #expect(first.modifications == [])
    await wire.add(7, "m:list")
    let second = try await wire.transition()
    #expect(second.start == first.end)
    #expect(second.ids == [7])
    await wire.modify()
    let third = try await wire.transition()
    #expect(third.start == second.end)
    #expect(third.modifications == [])
    #expect(wire.violations == [])
  }

  @Test func `connecting alone is not answered`() async throws {
    let wire = await (try await notes.backend()).wire()
    await wire.connect()
    await wire.send(#"{"type":"Event","eventType":"ClientConnect","event":[{"x":1}]}"#)
    #expect(try await wire.sync().count == 1)
  }

  @Test func `versions may skip numbers`() async throws {
    let wire = await (try await notes.backend()).wire()
    await wire.send(
      #"{"type":"ModifyQuerySet","baseVersion":0,"newVersion":17,"modifications":[]}"#
    )
    #expect(try await wire.transition().end.querySet == 17)
    await wire.send(
      #"{"type":"ModifyQuerySet","baseVersion":17,"newVersion":18,"modifications":[]}"#
    )
    #expect(try await wire.transition().end.querySet == 18)
  }

  @Test func `a base version that is not the current one is the client's fault`() async throws {
    let wire = await (try await notes.backend()).wire()
    await wire.modify()
    await wire.modify()
    _ = try await wire.transition { $0.end.querySet == 2 }
    await wire.send(#"{"type":"ModifyQuerySet","baseVersion":3,"newVersion":4,"modifications":[]}"#)
    #expect(
      try await wire.text()
        == #"{"type":"FatalError","error":"Base version 3 passed up doesn't match the current version 2"}"#
    )
    #expect(try await wire.close() == .close(code: nil, reason: ""))
    #expect(wire.violations == [])
  }

  @Test(arguments: [0, 1])
  func `a version that does not grow closes with 1011`(newVersion: Int) async throws {
    let wire = await (try await notes.backend()).wire()
    await wire.modify()
    _ = try await wire.transition()
    await wire.send(
      """
      {"type":"ModifyQuerySet","baseVersion":1,"newVersion":\(newVersion),"modifications":[]}
      """
    )
    #expect(try await wire.close() == .close(code: 1011, reason: "InternalServerError"))
  }

  @Test(arguments: [
    [Wire.add(0, "m:list")],
    [Wire.add(1, "m:list"), Wire.add(1, "m:list")],
    [Wire.remove(4)],
    [Wire.remove(0), Wire.remove(0)],
  ])
  func `adding twice and removing what is not there close with 1011`(
    modifications: [String]
  ) async throws {
    let wire = await (try await notes.backend()).wire()
    await wire.add(0, "m:list")
    _ = try await wire.transition()
    await wire.modify(modifications.joined(separator: ","))
    #expect(try await wire.close() == .close(code: 1011, reason: "InternalServerError"))
  }

  @Test func `a component that does not exist closes with 1011, the root one is the application`()
    async throws
  {
    let server = try await notes.backend()
    let wire = await server.wire()
    await wire.modify(
      #"{"type":"Add","queryId":0,"udfPath":"m:list","args":[{}],"componentPath":""}"#
    )
    #expect(try await wire.transition()[0]?["value"] == [])
    await wire.modify(
      #"{"type":"Add","queryId":1,"udfPath":"m:list","args":[{}],"componentPath":"c"}"#
    )
    #expect(try await wire.close() == .close(code: 1011, reason: "InternalServerError"))
  }

  // MARK: Results

  @Test func `a result is sent when it changes, and only then`() async throws {
    let server = try await notes.backend()
    let wire = await server.wire()
    await wire.modify(Wire.add(0, "m:list"), Wire.add(1, "m:hasAny"), Wire.add(2, "m:others"))
    #expect(try await wire.transition().ids == [0, 1, 2])
    try await server.run("add", .mutation)
    let first = try await wire.transition()
    #expect(first.ids == [0, 1])
    #expect(first[0]?["value"] == ["hi"])
    #expect(first[1]?["value"] == true)
    try await server.run("add", .mutation)
    // There still are some: that has not changed.
    #expect(try await wire.transition().ids == [0])
    #expect(notes.count("others") == 1)
    #expect(wire.violations == [])
  }

  @Test func `a write that nobody reads causes nothing`() async throws {
    let server = try await notes.backend()
    let wire = await server.wire()
    await wire.add(0, "m:list")
    _ = try await wire.transition()
    try await server.run("addOther", .mutation)
    #expect(try await wire.sync().count == 1)
    #expect(notes.count("list") == 1)
  }

  @Test func `a run that logs something else is sent though the value is the same`() async throws {
    let server = try await notes.backend()
    let wire = await server.wire()
    await wire.add(0, "m:parity")
    #expect(try await wire.transition()[0]?["logLines"] == ["[LOG] 'count' 0"])
    try await server.run("add", .mutation)
    let next = try await wire.transition()
    #expect(next[0]?["value"] == "always the same")
    #expect(next[0]?["logLines"] == ["[LOG] 'count' 1"])
  }

  @Test func `a removed query is reported once and not run any more`() async throws {
    let server = try await notes.backend()
    let wire = await server.wire()
    await wire.modify(Wire.add(0, "m:list"), Wire.add(1, "m:others"))
    _ = try await wire.transition()
    await wire.modify(Wire.remove(0))
    let removed = try await wire.transition()
    #expect(removed.modifications == [["type": "QueryRemoved", "queryId": 0]])
    try await server.run("add", .mutation)
    #expect(try await wire.sync().count == 1)
    #expect(notes.count("list") == 1)
  }

  @Test func `a query that is removed and added again at once gets its result`() async throws {
    let server = try await notes.backend()
    let wire = await server.wire()
    await wire.add(0, "m:list")
    _ = try await wire.transition()
    await wire.modify(Wire.remove(0), Wire.add(0, "m:count"))
    let replaced = try await wire.transition()
    #expect(replaced[0]?["value"]?.number == 0, "\(replaced)")
    await wire.modify(Wire.remove(0), Wire.add(0, "m:list"), Wire.remove(0))
    #expect(try await wire.transition()[0]?["type"] == "QueryRemoved")
    await wire.add(0, "m:hasAny")
    #expect(try await wire.transition()[0]?["value"] == false)
    try await server.run("add", .mutation)
    #expect(try await wire.transition()[0]?["value"] == true)
  }

  @Test func `two ids with the same question are two subscriptions`() async throws {
    let server = try await notes.backend()
    let wire = await server.wire()
    await wire.modify(Wire.add(0, "m:list"), Wire.add(1, "m:list"))
    #expect(try await wire.transition().ids == [0, 1])
    await wire.modify(Wire.remove(0))
    _ = try await wire.transition()
    try await server.run("add", .mutation)
    #expect(try await wire.transition()[1]?["value"] == ["hi"])
    #expect(wire.violations == [])
  }

  @Test func `on a new connection every query gets a result, changed or not`() async throws {
    let server = try await notes.backend()
    let first = await server.wire()
    await first.connect()
    await first.modify(Wire.add(0, "m:list"), Wire.add(1, "m:strict"))
    let seen = try await first.transition()
    await first.drop()
    let second = await server.wire()
    await second.connect(maxObserved: seen.end.timestamp)
    await second.modify(Wire.add(0, "m:list"), Wire.add(1, "m:strict"))
    let again = try await second.transition()
    #expect(again.start == .init(querySet: 0, identity: 0, timestamp: .zero))
    #expect(again.ids == [0, 1])
    #expect(again[0] == seen[0])
    #expect(again[1]?["type"] == "QueryFailed")
  }

  @Test func `what arrives during an update is folded into the next`() async throws {
    let gate = Signal()
    let entered = Signal()
    let server = try await notes.backend { m in
      m.query("slow") { _, _ in
        entered.open()
        await gate.wait()
        return "slow"
      }
    }
    let wire = await server.wire()
    await wire.add(0, "m:slow")
    await entered.wait()
    await wire.add(1, "m:list")
    // Its first result is still being computed.
    await wire.modify(Wire.remove(0))
    await wire.add(2, "m:count")
    gate.open()
    let first = try await wire.transition()
    #expect(first.end.querySet == 1)
    #expect(first.ids == [0])
    let second = try await wire.transition()
    #expect(second.end.querySet == 4)
    #expect(second.ids == [0, 1, 2])
    #expect(second[0]?["type"] == "QueryRemoved")
    #expect(wire.violations == [])
  }

  /// The two queries read the same table; seen at different moments they would not agree.
  @Test func `all results of a Transition are of one moment`() async throws {
    let server = try await notes.backend()
    let wire = await server.wire()
    await wire.modify(Wire.add(0, "m:list"), Wire.add(1, "m:count"))
    async let writing: Void = {
      do {
        for _ in 0..<200 { try await server.run("add", .mutation) }
      } catch {
        // Nothing more would arrive, and the test would wait for it.
        wire.transport.close(code: nil, reason: "\(error)")
        throw error
      }
    }()
    var list = 0
    var count = 0
    while count < 200 {
      let transition = try await wire.transition()
      if let value = transition[0]?["value"]?.array { list = value.count }
      if let value = transition[1]?["value"]?.number { count = Int(value) }
      #expect(list == count)
    }
    try await writing
    #expect(wire.violations == [])
  }

  /// More queries than are asked for at a time, and the client becomes somebody else meanwhile.
  @Test func `all results of a Transition are for one identity`() async throws {
    let gate = Signal()
    let entered = Signal()
    let server = try await notes.backend { m in
      m.query("whoWaits") { ctx, _ in
        entered.open()
        await gate.wait()
        return try await ctx.auth.getUserIdentity()?.subject
      }
    }
    var limits = SessionLimits()
    limits.concurrentFetches = 2
    let wire = await server.wire(limits: limits)
    await wire.modify(
      (0..<9).map { Wire.add($0, "m:whoWaits", #"[{"n":\#($0)}]"#) }.joined(separator: ",")
    )
    await entered.wait()
    let ada = SessionIdentity(caller: .user(try UserIdentity.test(["subject": "ada"])))
    let worker = wire.worker
    await wire.loop.run { worker.assume(ada) }
    gate.open()
    let first = try await wire.transition()
    #expect(first.end.identity == 0)
    #expect(first.modifications.map { $0["value"] } == Array(repeating: .null, count: 9))
    let second = try await wire.transition()
    #expect(second.end.identity == 1)
    #expect(second.modifications.map { $0["value"] } == Array(repeating: "ada", count: 9))
  }

  @Test func `a Transition that would be too long ends the connection, not the server`()
    async throws
  {
    let server = try await notes.backend()
    try await server.run("add", .mutation, ["body": .string(String(repeating: "x", count: 500))])
    var limits = SessionLimits()
    limits.longestTransition = 10_000
    let wire = await server.wire(limits: limits)
    // One query, whose one result would be written once for each of them.
    await wire.modify((0..<4).map { Wire.add($0, "m:list") }.joined(separator: ","))
    #expect(try await wire.transition().ids.count == 4)
    await wire.modify((4..<40).map { Wire.add($0, "m:list") }.joined(separator: ","))
    #expect(try await wire.close() == .close(code: 1013, reason: "TransitionTooLong"))
    let other = await server.wire()
    await other.add(0, "m:list")
    #expect(try await other.transition().ids == [0])
  }

  // MARK: Failures

  @Test func `a query that fails has a result that says so, and recovers`() async throws {
    let server = try await notes.backend()
    let wire = await server.wire()
    await wire.add(0, "m:fragile")
    #expect(try await wire.transition()[0]?["value"] == 0.0)
    try await server.run("add", .mutation, ["body": "refuse"])
    let refused = try #require(try await wire.transition()[0])
    #expect(refused["type"] == "QueryFailed")
    #expect(refused["errorData"] == ["code": "REFUSED"])
    #expect(refused["journal"] == .null)
    let text = try #require(refused["errorMessage"]?.string)
    #expect(text.hasPrefix("[Request ID: "))
    #expect(text.contains("] Server Error\nUncaught ConvexError: {\"code\":\"REFUSED\"}\n"))
    try await server.run("clear", .mutation)
    #expect(try await wire.transition()[0]?["value"] == 0.0)
    try await server.run("add", .mutation, ["body": "break"])
    let broken = try #require(try await wire.transition()[0])
    #expect(broken["type"] == "QueryFailed")
    #expect(broken.object?["errorData"] == nil)
    #expect(
      broken["errorMessage"]?.string?.contains("Server Error\nUncaught Error: boom\n") == true
    )
    try await server.run("addOther", .mutation)
    #expect(wire.violations == [])
  }

  @Test func `an error that stays the same is not sent again, whatever its request id`()
    async throws
  {
    let server = try await notes.backend()
    let wire = await server.wire()
    try await server.run("add", .mutation, ["body": "refuse"])
    await wire.add(0, "m:fragile")
    #expect(try await wire.transition()[0]?["type"] == "QueryFailed")
    try await server.run("add", .mutation)
    #expect(try await wire.transition().modifications == [])
  }

  @Test(arguments: [
    ("m:gone", "[{}]", "Could not find public function for 'm:gone'"),
    ("nowhere:list", "[{}]", "Could not find public function for 'nowhere:list'"),
    ("m:add", "[{}]", "as Query, but it is defined as Mutation"),
    ("a.txt:b", "[{}]", "Module path (a.txt) has an extension that isn't 'js'."),
    ("m:strict", "{}", "Invalid arguments provided"),
    ("m:strict", "null", "Invalid arguments provided"),
    ("m:strict", "[{}]", "ArgumentValidationError"),
    ("m:strict", #"[{"n":{"$integer":"nonsense"}}]"#, "Invalid arguments for m.js:strict"),
    ("m:strict", "[{},{}]", "ArgumentValidationError"),
  ])
  func `a query that cannot be run fails alone`(
    path: String,
    args: String,
    text: String
  ) async throws {
    let server = try await notes.backend()
    let wire = await server.wire()
    await wire.modify(Wire.add(0, path, args), Wire.add(1, "m:list"))
    let transition = try await wire.transition()
    let failed = try #require(transition[0])
    #expect(failed["type"] == "QueryFailed")
    #expect(failed.object?["errorData"] == nil)
    #expect(failed["errorMessage"]?.string?.contains(text) == true, "\(failed)")
    #expect(transition[1]?["value"] == [])
    #expect(wire.violations == [])
  }

  @Test(arguments: [
    ("{", "JSON"),
    (#"{"type":"Subscribe"}"#, "unknown variant `Subscribe`"),
    (#"{"type":"Mutation","requestId":1,"udfPath":"m:add"}"#, "Mutation lacks args"),
    (#"{"type":"Action","requestId":1,"udfPath":"m:double"}"#, "Action lacks args"),
    (
      #"{"type":"ModifyQuerySet","baseVersion":0,"newVersion":1}"#,
      "ModifyQuerySet lacks modifications"
    ),
    (#"{"type":"Connect","sessionId":"x","connectionCount":0}"#, "is not a UUID"),
  ])
  func `a message that is none ends the connection for good`(
    text: String,
    reason: String
  ) async throws {
    let wire = await (try await notes.backend()).wire()
    await wire.send(text)
    let error = try await wire.message("FatalError")
    #expect(error["error"]?.string?.hasPrefix("Received Invalid JSON on websocket: ") == true)
    if reason != "JSON" { #expect(error["error"]?.string?.contains(reason) == true, "\(error)") }
    #expect(try await wire.close() == .close(code: nil, reason: ""))
    await wire.modify()
    #expect(wire.violations == [])
  }

  @Test func `a binary message closes with 1011`() async throws {
    let wire = await (try await notes.backend()).wire()
    await wire.sendBinary()
    #expect(try await wire.close() == .close(code: 1011, reason: "InternalServerError"))
  }

  @Test func `a client that has seen the future closes with 1011 and may try again`()
    async throws
  {
    let server = try await notes.backend()
    let now = server.backend.latestTimestamp
    let wire = await server.wire()
    await wire.connect(maxObserved: now)
    #expect(try await wire.sync().count == 1)
    let other = await server.wire()
    await other.connect(maxObserved: now.successor)
    #expect(try await other.close() == .close(code: 1011, reason: "InternalServerError"))
  }

  @Test func `an environment variable changed during a run is not missed`() async throws {
    let environment = EnvironmentStore(["MODE": "old"])
    let isFirst = Shared(true)
    let server = try await notes.backend { m in
      m.query("mode") { ctx, _ in
        let mode = try await ctx.env["MODE"]
        if isFirst.update({ isFirst in
          defer { isFirst = false }
          return isFirst
        }) {
          environment["MODE"] = "new"
        }
        return mode
      }
    } configure: {
      $0.environment = environment
    }
    let wire = await server.wire()
    await wire.add(0, "m:mode")
    let last = try await wire.transition { $0[0]?["value"] == "new" }
    #expect(last.end.timestamp == server.backend.latestTimestamp)
    environment["MODE"] = nil
    #expect(try await wire.transition { $0[0] != nil }[0]?["value"] == .null)
  }
}
