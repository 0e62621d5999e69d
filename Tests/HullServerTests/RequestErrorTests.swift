import HullServer
import Testing

@Suite(.timeLimit(.minutes(1))) struct RequestErrorTests {
  @Test(arguments: [
    "", "text/plain", "application/xml", "application/jsonp", "text/json", "application/",
    "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
  ])
  func `another content type is refused`(type: String) async throws {
    try await APIFixture.with { api in
      let response = try await api.client.request(
        "POST",
        "/api/query",
        fields: type.isEmpty ? [] : ["Content-Type: \(type)"],
        body: #"{"path":"chat/messages:count","args":{}}"#
      )
      #expect(
        response.error
          == APIErrorText(
            400,
            "BadJsonBody",
            "Expected request with `Content-Type: application/json`"
          )
      )
    }
  }

  @Test(arguments: [
    "application/json; charset=utf-8", "APPLICATION/JSON", "application/ld+json",
    " application/json ;charset=x",
  ])
  func `a variant of the content type is accepted`(type: String) async throws {
    try await APIFixture.with { api in
      let response = try await api.client.request(
        "POST",
        "/api/query",
        fields: ["content-type: \(type)"],
        body: #"{"path":"chat/messages:count","args":{}}"#
      )
      #expect(response.body == #"{"status":"success","value":0.0}"#)
    }
  }

  @Test(arguments: [
    "", "{", "nonsense", #"{"path":"a:b","args":{}"#, #"{"path":"a:b","args":{}}x"#,
    #"{"path":"a:b","args":{},}"#, #"{"path":"a:b","args":NaN}"#, "\u{FEFF}{}",
    #"{"path":"a:b","args":"\ud800"}"#,
  ])
  func `a body that is no JSON is refused`(body: String) async throws {
    try await APIFixture.with { api in
      let error = try await api.post("/api/query", body).error
      #expect(error.status == 400)
      #expect(error.code == "BadJsonBody")
      #expect(error.message.hasPrefix("Failed to parse the request body as JSON: "))
      #expect(error.message.contains(/\ at line \d+ column \d+/), "\(error.message)")
    }
  }

  @Test func `a body that is not UTF-8 is refused`() async throws {
    try await APIFixture.with { api in
      let body =
        Array(#"{"path":"values:echo","args":{"value":""#.utf8) + [0xC3, 0x28]
        + Array(#""}}"#.utf8)
      try await api.client.send(
        "POST /api/query HTTP/1.1\r\nContent-Type: application/json\r\n"
          + "Content-Length: \(body.count)\r\n\r\n"
      )
      try await api.client.send(bytes: body)
      let error = try await api.client.response().error
      #expect(error.status == 400)
      #expect(error.code == "BadJsonBody")
      #expect(error.message.hasPrefix("Failed to parse the request body as JSON: "))
    }
  }

  @Test(arguments: [100, 100_000])
  func `a body nested too deeply is refused without harm`(depth: Int) async throws {
    try await APIFixture.with { api in
      let value = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
      let response = try await api.post(
        "/api/query",
        #"{"path":"values:echo","args":{"value":\#(value)}}"#
      )
      if response.status == 200 {
        #expect(response.text("status") == "error")
      } else {
        #expect(response.error.code == "BadJsonBody")
      }
      let next = try await api.post("/api/query", #"{"path":"chat/messages:count","args":{}}"#)
      #expect(next.body == #"{"status":"success","value":0.0}"#)
    }
  }

  @Test(arguments: [
    (#"{"path":"a:b"}"#, "missing field `args` at line 1 column 14"),
    (#"{"args":{}}"#, "missing field `path` at line 1 column 11"),
    ("{\"args\":{}\n  }", "missing field `path` at line 2 column 3"),
    (#"{"path":"a:b","args":{},"args":{}}"#, "duplicate field `args` at line 1 column 31"),
    (#"{"path":"a:b","path":"a:b","args":{}}"#, "duplicate field `path` at line 1 column 21"),
    (
      #"{"path":"a:b","args":{},"format":null,"format":"json"}"#,
      "duplicate field `format` at line 1 column 47"
    ),
    (
      #"{"path":7,"args":{}}"#,
      "path: invalid type: integer `7`, expected a string at line 1 column 9"
    ),
    (
      #"{"path":"a:b","args":{},"format":[]}"#,
      "format: invalid type: sequence, expected a string at line 1 column 35"
    ),
    ("7", "invalid type: integer `7`, expected an object at line 1 column 1"),
    (#"["a:b",{}]"#, "invalid type: sequence, expected an object at line 1 column 10"),
  ])
  func `a body of the wrong shape is refused`(body: String, reason: String) async throws {
    try await APIFixture.with { api in
      let refusal = try await api.post("/api/query", body).error
      #expect(
        refusal
          == APIErrorText(
            400,
            "BadJsonBody",
            "Failed to deserialize the JSON body into the target type: \(reason)"
          )
      )
    }
  }

  @Test(arguments: [
    ("a.txt:b", "Module path (a.txt) has an extension that isn't 'js'."),
    (
      "my-module:list",
      "Path component my-module.js can only contain alphanumeric characters, underscores, or "
        + "periods."
    ),
    ("/messages:list", "Module paths must be relative (/messages is absolute)."),
    ("m:", "Identifier cannot be empty"),
  ])
  func `a path that is none is refused`(path: String, reason: String) async throws {
    try await APIFixture.with { api in
      for route in ["query", "mutation", "action"] {
        let refusal = try await api.post("/api/\(route)", #"{"path":"\#(path)","args":{}}"#).error
        #expect(
          refusal
            == APIErrorText(
              400,
              "BadConvexFunctionIdentifier",
              "\(path) is not a valid path to a Convex function. \(reason)"
            )
        )
      }
    }
  }

  @Test func `a body over the limit is refused with 400`() async throws {
    try await APIFixture.with { api in
      try await api.client.send(
        "POST /api/query HTTP/1.1\r\nContent-Type: application/json\r\n"
          + "Content-Length: 16779217\r\n\r\n"
      )
      let response = try await api.client.response()
      #expect(
        response.error
          == APIErrorText(
            400,
            "BadJsonBody",
            "Failed to buffer the request body: length limit exceeded"
          )
      )
      #expect(response["connection"] == "close")
    }
  }

  @Test func `a body of exactly the limit is read`() async throws {
    try await APIFixture.with { api in
      let start = #"{"path":"chat/messages:count","args":{}"#
      let body = start + String(repeating: " ", count: 16_779_216 - start.utf8.count - 1) + "}"
      let response = try await api.post("/api/query", body)
      #expect(response.body == #"{"status":"success","value":0.0}"#)
    }
  }

  @Test func `what is wrong is told in the reference's order`() async throws {
    try await APIFixture.with { api in
      // Each request repeats the faults of the next and adds an earlier one.
      let body = "nonsense"
      let version = try await api.client.request(
        "POST",
        "/api/query",
        fields: ["Convex-Client: npm", "Authorization: x"],
        body: body
      )
      #expect(version.error.code == "InvalidClientVersion")
      let syntax = try await api.client.request(
        "POST",
        "/api/query",
        fields: ["Authorization: x"],
        body: body
      )
      #expect(syntax.error.code == "InvalidHeaderFailure")
      let token = "Authorization: Bearer nonsense"
      let type = try await api.client.request("POST", "/api/query", fields: [token], body: body)
      #expect(type.error.message.hasPrefix("Expected request with"))
      #expect(try await api.post("/api/query", body, token).error.code == "BadJsonBody")
      let path = try await api.post("/api/query", #"{"path":"a.b.c.d","args":{}}"#, token)
      #expect(path.error.code == "BadConvexFunctionIdentifier")
      let judged = try await api.post("/api/query", #"{"path":"a:b","args":{}}"#, token)
      #expect(judged.error.code == "InvalidAuthHeader")
      // By URL, the token is judged before the path.
      let run = try await api.post("/api/run/a", #"{"args":{}}"#, token)
      #expect(run.error.code == "InvalidAuthHeader")
    }
  }

  @Test func `an unknown path is 404 without a body`() async throws {
    try await APIFixture.with { api in
      for target in [
        "/nope", "/api/udf", "/api/query/", "/api/run/", "/api/run", "//", "/API/query",
      ] {
        let response = try await api.get(target)
        #expect(response.status == 404)
        #expect(response.body == "")
        #expect(response["content-type"] == nil)
      }
      // A body that nobody looks at is in no one's way.
      for _ in 0..<2 {
        #expect(try await api.client.request("POST", "/nope", body: "{}").status == 404)
      }
    }
  }

  @Test(arguments: [
    ("GET", "/api/mutation", "POST"), ("PUT", "/api/query", "GET,HEAD,POST"),
    ("POST", "/version", "GET,HEAD"), ("DELETE", "/", "GET,HEAD"),
    ("GET", "/api/run/a/b", "POST"), ("OPTIONS", "/version", "GET,HEAD"),
  ])
  func `another method is 405 with those allowed`(
    method: String,
    target: String,
    allowed: String
  ) async throws {
    try await APIFixture.with { api in
      let response = try await api.client.request(method, target)
      #expect(response.status == 405)
      #expect(response.body == "")
      #expect(response["allow"] == allowed)
    }
  }
}
