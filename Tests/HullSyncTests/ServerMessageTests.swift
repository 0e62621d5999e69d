// What the server says, byte for byte as in the transcripts in spec/sync-protocol.md 4 and 13.

import HullPersistence
import HullSync
import HullValues
import Testing

@Suite struct ServerMessageTests {
  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  /// So many seconds into the transcripts.
  private func time(_ seconds: Int64) -> Timestamp {
    Timestamp(rawValue: (1_756_000_000 + seconds) * 1_000_000_000)
  }

  @Test(arguments: [
    (0, "AAAAAAAAAAA="), (1_756_000_001, "AMowfbKQXhg="), (1_756_000_002, "AJTLuLKQXhg="),
    (1_756_000_003, "AF5m9LKQXhg="), (1_756_000_004, "ACgBMLOQXhg="),
    (1_756_000_005, "APKba7OQXhg="), (1_756_000_006, "ALw2p7OQXhg="),
  ])
  func `timestamps are eight bytes in base64`(seconds: Int64, text: String) throws {
    let timestamp = Timestamp(rawValue: seconds * 1_000_000_000)
    #expect(timestamp.text == text)
    #expect(try Timestamp(text: text) == timestamp)
  }

  @Test func `timestamps beyond the last one are refused`() throws {
    #expect(try Timestamp(text: "/////////38=") == Timestamp(rawValue: .max))
    #expect(throws: Timestamp.TextError.tooLarge(1 << 63)) { try Timestamp(text: "AAAAAAAAAIA=") }
    #expect(throws: Timestamp.TextError.self) { try Timestamp(text: "AAAA") }
    #expect(throws: Timestamp.TextError.self) { try Timestamp(text: "not base64") }
  }

  @Test func `a first transition has a first result`() throws {
    var writer = TransitionWriter(
      from: .initial,
      to: StateVersion(querySet: 1, identity: 0, timestamp: time(1))
    )
    writer.updated(0, value: EncodedValue(.array([])), logLines: .none, journal: nil)
    let now = Timestamp(rawValue: 1_756_000_001_004_000_000)
    #expect(
      text(writer.finish(clockSkew: -12, serverTimestamp: now)) == """
        {"type":"Transition","startVersion":{"querySet":0,"identity":0,"ts":"AAAAAAAAAAA="},\
        "endVersion":{"querySet":1,"identity":0,"ts":"AMowfbKQXhg="},"modifications":[\
        {"type":"QueryUpdated","queryId":0,"value":[],"logLines":[],"journal":null}],\
        "clientClockSkew":-12,"serverTs":1756000001004000000}
        """
    )
  }

  @Test func `a transition may change nothing`() {
    let version = StateVersion(querySet: 1, identity: 2, timestamp: time(6))
    let writer = TransitionWriter(from: version, to: version)
    #expect(
      text(writer.finish(clockSkew: nil, serverTimestamp: .zero)) == """
        {"type":"Transition","startVersion":{"querySet":1,"identity":2,"ts":"ALw2p7OQXhg="},\
        "endVersion":{"querySet":1,"identity":2,"ts":"ALw2p7OQXhg="},"modifications":[],\
        "clientClockSkew":null,"serverTs":0}
        """
    )
  }

  @Test func `results, failures and ends follow each other`() {
    var writer = TransitionWriter(from: .initial, to: .initial)
    writer.updated(
      1,
      value: EncodedValue(.object(["isDone": false, "n": 1.0])),
      logLines: EncodedLogLines(["[LOG] 'a' \"b\"", "[WARN] c"]),
      journal: "J_endB"
    )
    let message = "[Request ID: 1] Server Error\nUncaught Error: boom\n"
    writer.failed(2, message: message, data: nil, logLines: .none, journal: nil)
    writer.failed(3, message: "x", data: .null, logLines: .none, journal: "j")
    writer.failed(
      4,
      message: "x",
      data: .object(["code": .int64(1)]),
      logLines: .none,
      journal: nil
    )
    writer.removed(4_294_967_295)
    let transition = text(writer.finish(clockSkew: nil, serverTimestamp: .zero))
    #expect(
      transition.contains(
        #"""
        "modifications":[\#
        {"type":"QueryUpdated","queryId":1,"value":{"isDone":false,"n":1.0},\#
        "logLines":["[LOG] 'a' \"b\"","[WARN] c"],"journal":"J_endB"},\#
        {"type":"QueryFailed","queryId":2,\#
        "errorMessage":"[Request ID: 1] Server Error\nUncaught Error: boom\n",\#
        "logLines":[],"journal":null},\#
        {"type":"QueryFailed","queryId":3,"errorMessage":"x","logLines":[],"journal":"j",\#
        "errorData":null},\#
        {"type":"QueryFailed","queryId":4,"errorMessage":"x","logLines":[],"journal":null,\#
        "errorData":{"code":{"$integer":"AQAAAAAAAAA="}}},\#
        {"type":"QueryRemoved","queryId":4294967295}],"clientClockSkew"
        """#
      )
    )
  }

  @Test func `a mutation is answered`() throws {
    let value = EncodedValue(.string("j57"))
    let lines = EncodedLogLines(["[LOG] 'sent'"])
    #expect(
      text(ServerMessage.mutationSucceeded(7, value, committed: time(2), logLines: lines).bytes)
        == """
        {"type":"MutationResponse","requestId":7,"success":true,"result":"j57",\
        "ts":"AJTLuLKQXhg=","logLines":["[LOG] 'sent'"]}
        """
    )
    let failure = ServerMessage.mutationFailed(
      7,
      message: "[Request ID: ccee24d4af8449f5] Server Error\nUncaught Error: boom\n    at …\n",
      data: .object(["code": "FULL"]),
      logLines: .none
    )
    #expect(
      text(failure.bytes) == #"""
        {"type":"MutationResponse","requestId":7,"success":false,"result":"[Request ID: \#
        ccee24d4af8449f5] Server Error\nUncaught Error: boom\n    at …\n","ts":null,"logLines":[],\#
        "errorData":{"code":"FULL"}}
        """#
    )
  }

  @Test func `an action is answered without a timestamp`() {
    #expect(
      text(ServerMessage.actionSucceeded(8, .null, logLines: .none).bytes)
        == #"{"type":"ActionResponse","requestId":8,"success":true,"result":null,"logLines":[]}"#
    )
    #expect(
      text(ServerMessage.actionFailed(8, message: "no", data: nil, logLines: .none).bytes)
        == #"{"type":"ActionResponse","requestId":8,"success":false,"result":"no","logLines":[]}"#
    )
  }

  @Test func `the last words of a connection`() {
    let refusal = ServerMessage.authError(
      message: "Convex token identity expired",
      baseVersion: 1,
      updateAttempted: false
    )
    #expect(
      text(refusal.bytes) == """
        {"type":"AuthError","error":"Convex token identity expired","baseVersion":1,\
        "authUpdateAttempted":false}
        """
    )
    let end = ServerMessage.fatalError(message: "a \"b\"")
    #expect(text(end.bytes) == #"{"type":"FatalError","error":"a \"b\""}"#)
    #expect(text(ServerMessage.ping.bytes) == #"{"type":"Ping"}"#)
  }
}

@Suite struct TransitionChunkTests {
  /// What a client puts together from the pieces.
  private func joined(_ chunks: TransitionChunks) throws -> (text: String, longest: Int) {
    let total = chunks.totalParts
    var text = ""
    var longest = 0
    for (number, bytes) in chunks.enumerated() {
      let json = try JSONParser().json(bytes)
      #expect(json["type"]?.string == "TransitionChunk")
      #expect(json["partNumber"]?.integer == Int64(number))
      #expect(json["totalParts"]?.integer == Int64(total))
      let piece = try #require(json["chunk"]?.string)
      longest = max(longest, piece.utf8.count)
      text += piece
    }
    return (text, longest)
  }

  @Test(arguments: 4...17) func `pieces end between characters and join again`(size: Int) throws {
    let text = #"{"type":"Transition","value":"aé€😀\n""# + "\u{0}😀😀é}"
    let chunks = TransitionChunks(Array(text.utf8), largestPiece: size)
    let result = try joined(chunks)
    #expect(result.text == text)
    #expect(result.longest <= size)
    let first = try JSONParser().json(try #require(Array(chunks).first))
    #expect(first["transitionId"]?.string == String(text.utf8.count))
  }

  @Test func `only what is too long is cut`() throws {
    let limit = TransitionChunks.largestPiece
    #expect(limit == 5_000_000)
    #expect(!TransitionChunks.areNeeded(for: Array(repeating: 0x61, count: limit)))
    let long = [UInt8](repeating: 0x61, count: limit + 1)
    #expect(TransitionChunks.areNeeded(for: long))
    #expect(TransitionChunks(long).totalParts == 2)
    #expect(try joined(TransitionChunks(long)).longest == limit)
  }

  @Test func `a chunk has its fields in order`() throws {
    let chunks = TransitionChunks(Array(#"{"a":1}"#.utf8), largestPiece: 4)
    #expect(
      Array(chunks).map { String(decoding: $0, as: UTF8.self) } == [
        #"{"type":"TransitionChunk","chunk":"{\"a\"","#
          + #""partNumber":0,"totalParts":2,"transitionId":"7"}"#,
        #"{"type":"TransitionChunk","chunk":":1}","#
          + #""partNumber":1,"totalParts":2,"transitionId":"7"}"#,
      ]
    )
  }
}
