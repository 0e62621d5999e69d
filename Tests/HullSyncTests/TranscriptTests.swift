// The transcripts of spec/sync-protocol.md 13, byte for byte where it fixes bytes.

import Hull
import HullDatabase
import HullPersistence
import HullRuntime
import HullSync
import HullValues
import Testing

@Suite(.timeLimit(.minutes(1))) struct TranscriptTests {
  /// A server whose newest commit is of the first second of the transcripts.
  private func server() async throws -> SyncBackend {
    let time = ManualTimeSource(start: Timestamp(rawValue: 1_755_999_999_000_000_000))
    let server = try await SyncBackend(time: time, module: "messages") { m in
      m.query("list") { ctx, _ in try await ctx.db.query("messages").collect() }
      m.query("me") { ctx, _ in try await ctx.auth.getUserIdentity()?.subject }
      m.mutation("send") { ctx, args in
        ctx.log("sending")
        _ = try await ctx.db.insert("messages", ["body": args["body"] ?? .null])
      }
      m.mutation("touch") { ctx, _ in _ = try await ctx.db.insert("others", ["n": 1.0]) }
      m.mutation("fail") { _, _ in throw Notes.Broken() }
    }
    set(server, second: 1)
    try await server.run("messages:touch", .mutation)
    return server
  }

  private func set(_ server: SyncBackend, second: Int64, milliseconds: Int64 = 0) {
    server.time.set(
      Timestamp(
        rawValue: 1_756_000_000_000_000_000 + second * 1_000_000_000 + milliseconds * 1_000_000
      )
    )
  }

  @Test func `the timestamps of the transcripts`() {
    let texts = (1...6).map { Timestamp(rawValue: (1_756_000_000 + $0) * 1_000_000_000).text }
    #expect(
      texts == [
        "AMowfbKQXhg=", "AJTLuLKQXhg=", "AF5m9LKQXhg=", "ACgBMLOQXhg=", "APKba7OQXhg=",
        "ALw2p7OQXhg=",
      ]
    )
  }

  @Test func `13.1: connect, subscribe, mutate, transition`() async throws {
    let server = try await server()
    let wire = await server.wire()
    await wire.send(
      #"{"connectionCount":0,"lastCloseReason":"InitialConnect","clientTs":1756000000988,"type":"Connect","sessionId":"7b5f7c1e-6a0d-4b7e-9a53-0c3f6f1f2d11"}"#
    )
    set(server, second: 1, milliseconds: 4)
    await wire.send(
      #"{"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":[{"type":"Add","queryId":0,"udfPath":"messages:list","args":[{}]}]}"#
    )
    #expect(
      try await wire.text() == """
        {"type":"Transition",\
        "startVersion":{"querySet":0,"identity":0,"ts":"AAAAAAAAAAA="},\
        "endVersion":{"querySet":1,"identity":0,"ts":"AMowfbKQXhg="},\
        "modifications":[{"type":"QueryUpdated","queryId":0,"value":[],"logLines":[],\
        "journal":null}],"clientClockSkew":-12,"serverTs":1756000001004000000}
        """
    )
    set(server, second: 2)
    await wire.send(
      #"{"type":"Mutation","requestId":0,"udfPath":"messages:send","args":[{"body":"hi"}]}"#
    )
    #expect(
      try await wire.text() == """
        {"type":"MutationResponse","requestId":0,"success":true,"result":null,\
        "ts":"AJTLuLKQXhg=","logLines":["[LOG] 'sending'"]}
        """
    )
    let id = try #require(
      try await server.run("messages:list", .query).array?.first?.object?["_id"]?.string
    )
    #expect(
      try await wire.text() == """
        {"type":"Transition",\
        "startVersion":{"querySet":1,"identity":0,"ts":"AMowfbKQXhg="},\
        "endVersion":{"querySet":1,"identity":0,"ts":"AJTLuLKQXhg="},\
        "modifications":[{"type":"QueryUpdated","queryId":0,\
        "value":[{"_creationTime":1756000002000.0,"_id":"\(id)","body":"hi"}],"logLines":[],\
        "journal":null}],"clientClockSkew":-12,"serverTs":1756000002000000000}
        """
    )
  }

  @Test func `13.1: a mutation that touches nothing, and one that fails`() async throws {
    let server = try await server()
    let wire = await server.wire()
    await wire.send(
      #"{"type":"Connect","sessionId":"7b5f7c1e-6a0d-4b7e-9a53-0c3f6f1f2d11","connectionCount":0}"#
    )
    await wire.add(0, "messages:list")
    _ = try await wire.transition()
    set(server, second: 2)
    await wire.mutation(0, "messages:touch")
    #expect(
      try await wire.text() == """
        {"type":"MutationResponse","requestId":0,"success":true,"result":null,\
        "ts":"AJTLuLKQXhg=","logLines":[]}
        """
    )
    #expect(
      try await wire.text() == """
        {"type":"Transition",\
        "startVersion":{"querySet":1,"identity":0,"ts":"AMowfbKQXhg="},\
        "endVersion":{"querySet":1,"identity":0,"ts":"AJTLuLKQXhg="},\
        "modifications":[],"clientClockSkew":null,"serverTs":1756000002000000000}
        """
    )
    await wire.mutation(1, "messages:fail")
    let text = try await wire.text()
    #expect(
      text.hasPrefix(
        #"{"type":"MutationResponse","requestId":1,"success":false,"result":"[Request ID: "#
      )
    )
    #expect(text.contains(#"] Server Error\nUncaught Error: boom\n    at fail ("#))
    #expect(text.hasSuffix(#"","ts":null,"logLines":[]}"#))
    #expect(try await wire.transition().modifications == [])
  }

  @Test func `13.3: a mutation whose answer was lost is answered again and not run again`()
    async throws
  {
    let server = try await server()
    let session = "7b5f7c1e-6a0d-4b7e-9a53-0c3f6f1f2d11"
    set(server, second: 3)
    try await server.run("messages:touch", .mutation)
    let first = await server.wire()
    await first.connect(session)
    await first.modify()
    let before = try await first.transition()
    #expect(before.end.timestamp.text == "AF5m9LKQXhg=")
    set(server, second: 4)
    let committed = Signal()
    let (_, observer) = server.backend.database.observeCommits { _ in committed.open() }
    await first.mutation(5, "messages:send", #"[{"body":"once"}]"#)
    await committed.wait()
    await first.drop()
    server.backend.database.removeObserver(observer)
    set(server, second: 5)
    try await server.run("messages:touch", .mutation)
    let second = await server.wire()
    await second.send(
      #"{"connectionCount":1,"lastCloseReason":"closed with code 1006","clientTs":1756000004900,"type":"Connect","sessionId":"7b5f7c1e-6a0d-4b7e-9a53-0c3f6f1f2d11","maxObservedTimestamp":"AF5m9LKQXhg="}"#
    )
    await second.modify(
      Wire.add(0, "messages:list"),
      Wire.add(2, "messages:me")
    )
    let transition = try await second.transition()
    #expect(transition.start.timestamp == .zero)
    #expect(transition.end.timestamp.text == "APKba7OQXhg=")
    #expect(transition[0]?["value"]?.array?.first?["body"] == "once")
    #expect(transition[2]?["value"] == .null)
    set(server, second: 6)
    try await server.run("messages:touch", .mutation)
    await second.mutation(5, "messages:send", #"[{"body":"once"}]"#)
    #expect(
      try await second.text() == """
        {"type":"MutationResponse","requestId":5,"success":true,"result":null,\
        "ts":"ACgBMLOQXhg=","logLines":["[LOG] 'sending'"]}
        """
    )
    let last = try await second.transition()
    #expect(last.end.timestamp.text == "ALw2p7OQXhg=")
    #expect(last.modifications == [])
    #expect(try await server.run("messages:list", .query).array?.count == 1)
    #expect(second.violations == [])
  }
}
