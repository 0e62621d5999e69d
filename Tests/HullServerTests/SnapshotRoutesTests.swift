import Testing

@Suite(.timeLimit(.minutes(1))) struct SnapshotRoutesTests {
  private static func send(_ api: APIFixture) async throws {
    let sent = try await api.post(
      "/api/mutation",
      #"{"path":"chat/messages:send","args":{"body":"x"}}"#
    )
    #expect(sent.status == 200)
  }

  @Test func `queries at one timestamp see one snapshot`() async throws {
    try await APIFixture.with { api in
      try await Self.send(api)
      let stamped = try await api.client.request("POST", "/api/query_ts", body: "ignored")
      let timestamp = try #require(stamped.text("ts"))
      #expect(timestamp.utf8.count == 12)
      #expect(stamped.body == #"{"ts":"\#(timestamp)"}"#)
      try await Self.send(api)
      let call = #"{"path":"chat/messages:count","args":{},"ts":"\#(timestamp)"}"#
      #expect(
        try await api.post("/api/query_at_ts", call).body == #"{"status":"success","value":1.0}"#
      )
      #expect(
        try await api.post("/api/query", #"{"path":"chat/messages:count","args":{}}"#).body
          == #"{"status":"success","value":2.0}"#
      )
    }
  }

  @Test(arguments: ["", "AAAA", "AMowfbKQXhg", "////////////", "/////////38=", "!!!!!!!!!!!!"])
  func `a timestamp that is none, or yet to come, is refused`(timestamp: String) async throws {
    try await APIFixture.with { api in
      let error = try await api.post(
        "/api/query_at_ts",
        #"{"path":"chat/messages:count","args":{},"ts":"\#(timestamp)"}"#
      ).error
      #expect(error.status == 400)
      #expect(error.code == "InvalidTimestamp")
    }
  }

  @Test func `a timestamp is required`() async throws {
    try await APIFixture.with { api in
      let error = try await api.post(
        "/api/query_at_ts",
        #"{"path":"chat/messages:count","args":{}}"#
      ).error
      #expect(error.code == "BadJsonBody")
      #expect(error.message.contains("missing field `ts`"))
    }
  }

  @Test func `a batch answers each query in order`() async throws {
    try await APIFixture.with { api in
      let response = try await api.post(
        "/api/query_batch",
        #"""
        { "queries" : [ {"path":"values:echo","args":{"value":"a,]}\"["}},
          {"path":"nope:nope","args":{}} , {"args":[{"value":{"x":[1,2]}}],"path":"values:echo",
          "format":"convex_encoded_json"} ] }
        """#,
        "Convex-Request-Id: 7"
      )
      #expect(
        response.body
          == #"{"results":[{"status":"success","value":"a,]}\"["},"#
          + #"{"status":"error","errorMessage":"[Request ID: 7] Server Error\n"#
          + #"Could not find public function for 'nope:nope'.\n"},"#
          + #"{"status":"success","value":{"x":[1.0,2.0]}}]}"#
      )
      #expect(
        try await api.post("/api/query_batch", #"{"queries":[]}"#).body == #"{"results":[]}"#
      )
      #expect(
        try await api.post("/api/query_batch", #"{"queries":[ ]}"#).body == #"{"results":[]}"#
      )
    }
  }

  @Test func `a batch whose results are too long together is refused`() async throws {
    try await APIFixture.with { api in
      // Kept after the first call, the rest would cost nothing but memory.
      let call = #"{"path":"values:large","args":{"length":1048576}}"#
      let calls = Array(repeating: call, count: 65).joined(separator: ",")
      let error = try await api.post("/api/query_batch", #"{"queries":[\#(calls)]}"#).error
      #expect(error.status == 413)
      #expect(error.code == "QueryBatchTooLarge")
      #expect(error.message.contains("`queries[63]`") && error.message.contains("64 MiB"))
      #expect(try await api.post("/api/query", call).status == 200)
    }
  }

  @Test(arguments: [
    (#"{}"#, "BadJsonBody", "missing field `queries` at line 1 column 2"),
    (#"{"queries":{}}"#, "BadJsonBody", "queries: invalid type: map, expected a sequence"),
    (#"{"queries":[],"queries":[]}"#, "BadJsonBody", "duplicate field `queries`"),
    (
      #"{"queries":[{"path":"values:logging","args":{}},{"path":"a:b"}]}"#,
      "BadJsonBody", "queries[1].missing field `args` at line 1 column 62"
    ),
    (#"{"queries":[7]}"#, "BadJsonBody", "queries[0].invalid type: integer `7`"),
    (
      #"{"queries":[{"path":"a.b.c","args":{}}]}"#,
      "BadConvexFunctionIdentifier", "a.b.c is not a valid path"
    ),
    (
      #"{"queries":[{"path":"a:b","args":{},"format":"x"}]}"#, "BadFormat", "Got x"
    ),
  ])
  func `one bad entry fails the whole batch`(
    body: String,
    code: String,
    message: String
  ) async throws {
    try await APIFixture.with { api in
      let error = try await api.post("/api/query_batch", body).error
      #expect(error.status == 400)
      #expect(error.code == code)
      #expect(error.message.contains(message), "\(error.message)")
    }
  }
}
