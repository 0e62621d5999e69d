// What clients say, with the messages of the transcripts in spec/sync-protocol.md 13.

import HullPersistence
import HullRuntime
import HullSync
import HullValues
import Testing

@Suite struct ClientMessageTests {
  private static let session = "7b5f7c1e-6a0d-4b7e-9a53-0c3f6f1f2d11"

  private func read(_ text: String) throws -> ClientMessage {
    try ClientMessage(json: Array(text.utf8))
  }

  private func values(_ arguments: FunctionArguments) -> [ConvexValue]? {
    if case .values(let values) = arguments { values } else { nil }
  }

  @Test func `a first connection says who connects`() throws {
    let message = try read(
      """
      {"connectionCount":0,"lastCloseReason":"InitialConnect","clientTs":1756000000988,\
      "type":"Connect","sessionId":"\(Self.session)"}
      """
    )
    guard case .connect(let connect) = message else { return #expect(Bool(false)) }
    let session = try #require(SessionID(Self.session))
    #expect(
      connect
        == ClientMessage.Connect(
          sessionID: session,
          lastCloseReason: "InitialConnect",
          clientTimestamp: 1_756_000_000_988
        )
    )
  }

  @Test func `a reconnection tells the newest timestamp seen`() throws {
    let message = try read(
      """
      {"connectionCount":1,"lastCloseReason":"closed with code 1006","clientTs":1756000004900,\
      "type":"Connect","sessionId":"\(Self.session)","maxObservedTimestamp":"AF5m9LKQXhg="}
      """
    )
    guard case .connect(let connect) = message else { return #expect(Bool(false)) }
    #expect(connect.connectionCount == 1)
    #expect(connect.lastCloseReason == "closed with code 1006")
    #expect(connect.maxObservedTimestamp?.rawValue == 1_756_000_003_000_000_000)
  }

  @Test func `what is optional may be null or missing, and what is unknown is ignored`() throws {
    for text in [
      #"{"type":"Connect","sessionId":"\#(Self.session)","connectionCount":2}"#,
      """
      {"type":"Connect","sessionId":"\(Self.session)","connectionCount":2,"lastCloseReason":null,
       "maxObservedTimestamp":null,"clientTs":null,"hello":[{"type":"Mutation"}],"type":"Connect"}
      """,
    ] {
      guard case .connect(let connect) = try read(text) else { return #expect(Bool(false)) }
      let session = try #require(SessionID(Self.session))
      #expect(connect == ClientMessage.Connect(sessionID: session, connectionCount: 2))
    }
  }

  @Test func `a query set is changed in order`() throws {
    let message = try read(
      """
      {"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":[
        {"type":"Add","queryId":0,"udfPath":"messages:list","args":[{}],"journal":null},
        {"type":"Remove","queryId":3},
        {"type":"Add","queryId":4294967295,"udfPath":"a.txt:b","args":[],"journal":"J_endB",
         "componentPath":""}]}
      """
    )
    guard case .modifyQuerySet(let change) = message else { return #expect(Bool(false)) }
    #expect(change.baseVersion == 0)
    #expect(change.newVersion == 1)
    try #require(change.modifications.count == 3)
    guard case .add(0, let first) = change.modifications[0],
      case .remove(3) = change.modifications[1],
      case .add(.max, let last) = change.modifications[2]
    else { return #expect(Bool(false)) }
    #expect(first.path == "messages:list")
    #expect(values(first.arguments) == [.object([:])])
    #expect(first.journal == nil)
    #expect(first.componentPath == nil)
    // A path that no function can have fails its own query, later.
    #expect(last.path == "a.txt:b")
    #expect(values(last.arguments) == [])
    #expect(last.journal == "J_endB")
    #expect(last.componentPath == "")
  }

  @Test func `a query set may stay as it is`() throws {
    let text = #"{"type":"ModifyQuerySet","baseVersion":7,"newVersion":9,"modifications":[]}"#
    guard case .modifyQuerySet(let change) = try read(text) else { return #expect(Bool(false)) }
    #expect(change.modifications.isEmpty)
    #expect(change.newVersion == 9)
  }

  @Test func `page options arrive as values`() throws {
    let message = try read(
      """
      {"type":"ModifyQuerySet","baseVersion":1,"newVersion":2,"modifications":[{"type":"Add",\
      "queryId":1,"udfPath":"messages:page",\
      "args":[{"paginationOpts":{"cursor":null,"id":1,"numItems":{"$integer":"AgAAAAAAAAA="}}}]}]}
      """
    )
    guard case .modifyQuerySet(let change) = message,
      case .add(1, let query) = change.modifications.first
    else { return #expect(Bool(false)) }
    #expect(
      values(query.arguments) == [
        .object(["paginationOpts": .object(["cursor": .null, "id": 1.0, "numItems": .int64(2)])])
      ]
    )
  }

  @Test(arguments: ["", #""args":null,"#, #""args":{},"#, #""args":"x","#, #""args":1,"#])
  func `a query whose arguments are no list fails alone`(args: String) throws {
    let message = try read(
      """
      {"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":[
        {"type":"Add",\(args)"queryId":0,"udfPath":"a:b"}]}
      """
    )
    guard case .modifyQuerySet(let change) = message,
      case .add(0, let query) = change.modifications.first,
      case .notAList = query.arguments
    else { return #expect(Bool(false)) }
  }

  @Test func `arguments that are no values carry the reason`() throws {
    let text = #"{"type":"Action","requestId":8,"udfPath":"a:b","args":[{"$x":1}]}"#
    guard case .action(let call) = try read(text),
      case .undecodable(let reason) = call.arguments
    else { return #expect(Bool(false)) }
    #expect(reason.contains("$x"))
  }

  @Test func `mutations and actions are read alike`() throws {
    let mutation = try read(
      #"{"type":"Mutation","requestId":7,"udfPath":"messages:send","args":[{"body":"hi"}]}"#
    )
    guard case .mutation(let call) = mutation else { return #expect(Bool(false)) }
    #expect(call.requestID == 7)
    #expect(call.path == "messages:send")
    #expect(values(call.arguments) == [.object(["body": "hi"])])
    #expect(call.componentPath == nil)
    let action = try read(
      """
      {"type":"Action","requestId":8,"udfPath":"ai:summarize","args":[{}],"componentPath":"inner"}
      """
    )
    guard case .action(let call) = action else { return #expect(Bool(false)) }
    #expect(call.requestID == 8)
    #expect(call.componentPath == "inner")
  }

  @Test func `identities are taken on in all three ways`() throws {
    let cases: [(String, AuthenticationToken)] = [
      (#""tokenType":"User","value":"a.b.c""#, .user("a.b.c")),
      (#""tokenType":"None""#, .none),
      (#""tokenType":"None","value":null"#, .none),
      (#""tokenType":"Admin","value":"key""#, .admin(key: "key", actingAs: nil)),
      (
        #""tokenType":"Admin","value":"key","impersonating":null"#,
        .admin(key: "key", actingAs: nil)
      ),
      (
        #""tokenType":"Admin","value":"key","impersonating":{"issuer":"i","subject":"s"}"#,
        .admin(key: "key", actingAs: #"{"issuer":"i","subject":"s"}"#)
      ),
      (
        #""tokenType":"Admin","value":"key","acting_as":{"tokenIdentifier" : "t"}"#,
        .admin(key: "key", actingAs: #"{"tokenIdentifier":"t"}"#)
      ),
    ]
    for (text, token) in cases {
      let message = try read(#"{"type":"Authenticate","baseVersion":1,\#(text)}"#)
      guard case .authenticate(let change) = message else { return #expect(Bool(false)) }
      #expect(change == ClientMessage.Authenticate(baseVersion: 1, token: token))
    }
  }

  @Test func `telemetry may hold anything`() throws {
    for event in [#"[{"name":"webSocketOpen","startTime":12.3}]"#, "null", "{}", "7"] {
      let text = #"{"type":"Event","eventType":"ClientConnect","event":\#(event)}"#
      guard case .event("ClientConnect") = try read(text) else { return #expect(Bool(false)) }
    }
  }

  /// A message and the reason for which it is none.
  static let refusals: [(String, String)] = [
    ("", "EOF while parsing a value at line 1 column 0"),
    ("hello", "expected value at line 1 column 1"),
    ("{\"type\":\"Event\"", "EOF while parsing an object at line 1 column 15"),
    ("[]", "invalid type: sequence, expected a map"),
    ("null", "invalid type: null, expected a map"),
    ("{}", "missing field `type`"),
    (#"{"type":7}"#, "invalid type: integer `7`, expected a string"),
    (
      #"{"type":"Ping"}"#,
      "unknown variant `Ping`, expected one of `Connect`, `ModifyQuerySet`, `Mutation`, `Action`, "
        + "`Authenticate`, `Event`"
    ),
    (#"{"type":"Connect","connectionCount":0}"#, "missing field `sessionId`"),
    (#"{"type":"Connect","sessionId":"x","connectionCount":0}"#, #""x" is not a UUID"#),
    (#"{"type":"Connect","sessionId":"\#(session)"}"#, "missing field `connectionCount`"),
    (
      #"{"type":"Connect","sessionId":"\#(session)","connectionCount":-1}"#,
      "invalid value: integer `-1`, expected u32"
    ),
    (
      #"{"type":"Connect","sessionId":"\#(session)","connectionCount":4294967296}"#,
      "invalid value: integer `4294967296`, expected u32"
    ),
    (
      #"{"type":"Connect","sessionId":"\#(session)","connectionCount":1.0}"#,
      "invalid type: floating point `1.0`, expected u32"
    ),
    (
      #"{"type":"Connect","sessionId":"\#(session)","connectionCount":0,"clientTs":1.5}"#,
      "invalid type: floating point `1.5`, expected i64"
    ),
    (
      #"{"type":"Connect","sessionId":"\#(session)","connectionCount":0,"lastCloseReason":1}"#,
      "invalid type: integer `1`, expected a string"
    ),
    (
      """
      {"type":"Connect","sessionId":"\(session)","connectionCount":0,"maxObservedTimestamp":"AAAA"}
      """,
      "u64 must be 8 bytes"
    ),
    (
      """
      {"type":"Connect","sessionId":"\(session)","connectionCount":0,"maxObservedTimestamp":"?"}
      """,
      "Invalid byte 63, offset 0."
    ),
    (
      """
      {"type":"Connect","sessionId":"\(session)","connectionCount":0,\
      "maxObservedTimestamp":"AAAAAAAAAIA="}
      """,
      "ts 9223372036854775808 too large"
    ),
    (#"{"type":"ModifyQuerySet","newVersion":1}"#, "missing field `baseVersion`"),
    (#"{"type":"ModifyQuerySet","baseVersion":1}"#, "missing field `newVersion`"),
    (
      #"{"type":"ModifyQuerySet","baseVersion":0,"newVersion":1}"#,
      "ModifyQuerySet lacks modifications"
    ),
    (
      #"{"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":null}"#,
      "ModifyQuerySet lacks modifications"
    ),
    (
      #"{"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":{}}"#,
      "invalid type: map, expected a sequence"
    ),
    (
      #"{"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":[0]}"#,
      "invalid type: integer `0`, expected a map"
    ),
    (
      """
      {"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":[{"type":"Replace"}]}
      """,
      "unknown variant `Replace`, expected `Add` or `Remove`"
    ),
    (
      """
      {"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":[{"type":"Remove"}]}
      """,
      "missing field `queryId`"
    ),
    (
      """
      {"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":[{"type":"Add",\
      "queryId":0,"udfPath":"a:b","args":[],"journal":5}]}
      """,
      "invalid type: integer `5`, expected a string"
    ),
    (
      """
      {"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":[{"type":"Add",\
      "queryId":"0","udfPath":"a:b","args":[]}]}
      """,
      #"invalid type: string "0", expected u32"#
    ),
    (#"{"type":"Mutation","requestId":1,"udfPath":"a:b"}"#, "Mutation lacks args"),
    (#"{"type":"Mutation","requestId":1,"udfPath":"a:b","args":null}"#, "Mutation lacks args"),
    (#"{"type":"Action","requestId":1,"udfPath":"a:b"}"#, "Action lacks args"),
    (#"{"type":"Action","udfPath":"a:b","args":[]}"#, "missing field `requestId`"),
    (#"{"type":"Mutation","requestId":1,"args":[]}"#, "missing field `udfPath`"),
    (
      #"{"type":"Mutation","requestId":1,"udfPath":null,"args":[]}"#,
      "invalid type: null, expected a string"
    ),
    (#"{"type":"Authenticate","baseVersion":0}"#, "missing field `tokenType`"),
    (#"{"type":"Authenticate","tokenType":"None"}"#, "missing field `baseVersion`"),
    (
      #"{"type":"Authenticate","baseVersion":0,"tokenType":"Robot"}"#,
      "unknown variant `Robot`, expected one of `Admin`, `User`, `None`"
    ),
    (#"{"type":"Authenticate","baseVersion":0,"tokenType":"User"}"#, "missing field `value`"),
    (
      #"{"type":"Authenticate","baseVersion":0,"tokenType":"Admin","value":"k","acting_as":[]}"#,
      "invalid type: sequence, expected a map"
    ),
    (#"{"type":"Event","event":null}"#, "missing field `eventType`"),
    (#"{"type":"Event","eventType":"x"}"#, "missing field `event`"),
  ]

  @Test(arguments: refusals) func `what is no message ends the connection`(
    text: String,
    reason: String
  ) {
    let error = #expect(throws: InvalidMessage.self) { try read(text) }
    #expect(error?.reason == reason)
    #expect(error?.message == "Received Invalid JSON on websocket: " + reason)
  }

  @Test func `depth and what an error repeats are bounded`() {
    let deep = String(repeating: "[", count: 100_000)
    let error = #expect(throws: InvalidMessage.self) {
      try read(#"{"type":"Event","eventType":"x","event":\#(deep)"#)
    }
    #expect(error?.reason.hasPrefix("recursion limit exceeded") == true)
    let long = String(repeating: "é", count: 100_000)
    let unknown = #expect(throws: InvalidMessage.self) { try read(#"{"type":"\#(long)"}"#) }
    #expect(unknown?.reason.utf8.count ?? 0 <= InvalidMessage.maximumLength)
    #expect(unknown?.reason.hasPrefix("unknown variant `éé") == true)
  }
}
