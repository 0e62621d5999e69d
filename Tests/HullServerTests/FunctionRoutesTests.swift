import HullValues
import HullRuntime
import Testing

@Suite(.timeLimit(.minutes(1))) struct FunctionRoutesTests {
  private static let json = "Content-Type: application/json"

  @Test func `a query answers its value`() async throws {
    try await APIFixture.with { api in
      let response = try await api.post(
        "/api/query",
        #"{"path":"values:echo","args":{"value":[1,"a",null]},"format":"json"}"#
      )
      #expect(response.status == 200)
      #expect(response["content-type"] == "application/json")
      #expect(response.body == #"{"status":"success","value":[1.0,"a",null]}"#)
    }
  }

  @Test func `arguments may come as a list of one object`() async throws {
    try await APIFixture.with { api in
      let response = try await api.post(
        "/api/query",
        #"{"path":"values:echo","args":[{"value":true}],"extra":[1]}"#
      )
      #expect(response.body == #"{"status":"success","value":true}"#)
    }
  }

  @Test func `a mutation writes and a query sees it`() async throws {
    try await APIFixture.with { api in
      let sent = try await api.post(
        "/api/mutation",
        #"{"path":"chat/messages:send","args":{"body":"hi"}}"#
      )
      #expect(sent.body == #"{"status":"success","value":null}"#)
      let listed = try await api.post("/api/query", #"{"path":"chat/messages:list","args":{}}"#)
      #expect(listed.body.contains(#""body":"hi"}]"#))
    }
  }

  @Test func `a query asked again answers the same until a write changes it`() async throws {
    try await APIFixture.with { api in
      let list = #"{"path":"chat/messages:list","args":{}}"#
      // Too long to be read on the event loop.
      let padded = list + String(repeating: " ", count: 5000)
      let first = try await api.post("/api/query", list)
      for body in [list, padded, list] {
        let again = try await api.post("/api/query", body)
        #expect(again.status == 200)
        #expect(again.body == first.body)
      }
      _ = try await api.post(
        "/api/mutation",
        #"{"path":"chat/messages:send","args":{"body":"hi"}}"#
      )
      for body in [list, padded] {
        #expect(try await api.post("/api/query", body).body.contains(#""body":"hi"}]"#))
      }
    }
  }

  @Test func `an action answers`() async throws {
    try await APIFixture.with { api in
      let response = try await api.post(
        "/api/action",
        #"{"path":"work:add","args":{"left":1,"right":2.5}}"#
      )
      #expect(response.body == #"{"status":"success","value":3.5}"#)
    }
  }

  @Test(arguments: [
    "chat/messages:count", "chat/messages.js:count", "chat/messages.ts:count",
    "chat.messages.count", "api.chat.messages.count",
  ])
  func `every spelling of a path finds the function`(path: String) async throws {
    try await APIFixture.with { api in
      let response = try await api.post("/api/query", #"{"path":"\#(path)","args":{}}"#)
      #expect(response.body == #"{"status":"success","value":0.0}"#)
    }
  }

  @Test(arguments: [
    (
      "json", "",
      #"{"b":"AQI=","f":"NaN","i":"33","n":-0.0,"w":1.0}"#
    ),
    (
      "convex_clean_json", "",
      #"{"b":"AQI=","f":"NaN","i":"33","n":-0.0,"w":1.0}"#
    ),
    (
      "convex_encoded_json", "",
      #"{"b":{"$bytes":"AQI="},"f":{"$float":"AAAAAAAA+H8="},"i":{"$integer":"IQAAAAAAAAA="},"n":{"$float":"AAAAAAAAAIA="},"w":1.0}"#
    ),
    (
      "convex_json", "",
      #"{"b":{"$bytes":"AQI="},"f":{"$float":"AAAAAAAA+H8="},"i":{"$integer":"IQAAAAAAAAA="},"n":{"$float":"AAAAAAAAAIA="},"w":1.0}"#
    ),
    (
      "export_json", "",
      #"{"b":{"$bytes":"AQI="},"f":{"$float":"AAAAAAAA+H8="},"i":33,"n":-0.0,"w":1.0}"#
    ),
    (nil, "Convex-Client: npm-1.45.0", #"{"b":"AQI=","f":"NaN","i":"33","n":-0.0,"w":1.0}"#),
    (
      nil, "Convex-Client: npm-1.4.0",
      #"{"b":{"$bytes":"AQI="},"f":{"$float":"AAAAAAAA+H8="},"i":{"$integer":"IQAAAAAAAAA="},"n":{"$float":"AAAAAAAAAIA="},"w":1.0}"#
    ),
    (
      nil, "Convex-Client: python-0.4.9",
      #"{"b":{"$bytes":"AQI="},"f":{"$float":"AAAAAAAA+H8="},"i":{"$integer":"IQAAAAAAAAA="},"n":{"$float":"AAAAAAAAAIA="},"w":1.0}"#
    ),
    (
      nil, "Convex-Client: rust-0.0.2",
      #"{"b":"AQI=","f":"NaN","i":"33","n":-0.0,"w":1.0}"#
    ),
    (nil, "", #"{"b":"AQI=","f":"NaN","i":"33","n":-0.0,"w":1.0}"#),
  ])
  func `the format decides how values are written`(
    format: String?,
    client: String,
    expected: String
  ) async throws {
    let value = #"""
      {"i":{"$integer":"IQAAAAAAAAA="},"w":1,"n":{"$float":"AAAAAAAAAIA="},
      "f":{"$float":"AAAAAAAA+H8="},"b":{"$bytes":"AQI="}}
      """#
    let formatMember = format.map { #","format":"\#($0)""# } ?? ""
    try await APIFixture.with { api in
      let response = try await api.client.request(
        "POST",
        "/api/query",
        fields: [Self.json] + (client.isEmpty ? [] : [client]),
        body: #"{"path":"values:echo","args":{"value":\#(value)}\#(formatMember)}"#
      )
      #expect(response.body == #"{"status":"success","value":\#(expected)}"#)
    }
  }

  @Test func `an unknown format is refused before the function runs`() async throws {
    try await APIFixture.with { api in
      let response = try await api.post(
        "/api/mutation",
        #"{"path":"chat/messages:send","args":{"body":"x"},"format":"xml"}"#
      )
      #expect(
        response.error
          == APIErrorText(400, "BadFormat", "format param must be one of [`json`]. Got xml")
      )
      let count = try await api.post("/api/query", #"{"path":"chat/messages:count","args":{}}"#)
      #expect(count.body == #"{"status":"success","value":0.0}"#)
    }
  }

  @Test func `log lines come with the value`() async throws {
    try await APIFixture.with { api in
      let response = try await api.post("/api/query", #"{"path":"values:logging","args":{}}"#)
      #expect(
        response.body
          == #"{"status":"success","value":null,"logLines":["[LOG] 1 2","[WARN] 3"]}"#
      )
    }
  }

  @Test func `a function that fails is an outcome with the id of the request`() async throws {
    try await APIFixture.with { api in
      let response = try await api.post(
        "/api/query",
        #"{"path":"failures:boom","args":{}}"#,
        "Convex-Request-Id: my-own-id"
      )
      #expect(response.status == 200)
      #expect(response.text("status") == "error")
      let message = try #require(response.text("errorMessage"))
      #expect(message.hasPrefix("[Request ID: my-own-id] Server Error\nUncaught Error"))
      #expect(message.hasSuffix(")\n"))
      #expect(response.json?["errorData"] == nil)
      #expect(response.json?["logLines"] == nil)
    }
  }

  @Test func `without an id of its own a request gets sixteen digits`() async throws {
    try await APIFixture.with { api in
      let response = try await api.post("/api/query", #"{"path":"nope:nope","args":{}}"#)
      let message = try #require(response.text("errorMessage"))
      let form =
        /\[Request ID: [0-9a-f]{16}\] Server Error\nCould not find public function for 'nope:nope'\.\n/
      #expect(message.wholeMatch(of: form) != nil, "\(message)")
    }
  }

  @Test func `the data of an application error is delivered in the format asked for`()
    async throws
  {
    try await APIFixture.with { api in
      let clean = try await api.post(
        "/api/mutation",
        #"{"path":"failures:refuse","args":{"data":{"left":{"$integer":"AAAAAAAAAAA="}}}}"#
      )
      #expect(clean.body.contains(#""errorData":{"left":"0"},"logLines":["[ERROR] 404"]}"#))
      let null = try await api.post(
        "/api/mutation",
        #"{"path":"failures:refuse","args":{"data":null},"format":"convex_encoded_json"}"#
      )
      #expect(null.body.contains(#""errorData":null"#))
      let count = try await api.post("/api/query", #"{"path":"chat/messages:count","args":{}}"#)
      #expect(count.body == #"{"status":"success","value":0.0}"#)
    }
  }

  @Test func `redaction keeps texts and log lines but not the data from clients`() async throws {
    try await APIFixture.with({ $0.redactsClientErrors = true }) { api in
      let response = try await api.post(
        "/api/mutation",
        #"{"path":"failures:refuse","args":{"data":"full"}}"#,
        "Convex-Request-Id: 1"
      )
      #expect(
        response.body
          == #"{"status":"error","errorMessage":"[Request ID: 1] Server Error","errorData":"full"}"#
      )
      let logging = try await api.post("/api/query", #"{"path":"values:logging","args":{}}"#)
      #expect(logging.body == #"{"status":"success","value":null}"#)
    }
  }

  @Test func `a function of another kind is named`() async throws {
    try await APIFixture.with { api in
      let response = try await api.post(
        "/api/query",
        #"{"path":"chat/messages:send","args":{"body":"x"}}"#
      )
      #expect(
        response.text("errorMessage")?.hasSuffix(
          "Server Error\nTrying to execute chat/messages.js:send as Query, "
            + "but it is defined as Mutation.\n"
        ) == true
      )
    }
  }

  @Test func `undecodable arguments are the function's error`() async throws {
    try await APIFixture.with { api in
      let response = try await api.post(
        "/api/query",
        #"{"path":"values:echo","args":{"value":{"$x":1,"y":2}}}"#
      )
      #expect(
        response.text("errorMessage")?.contains(
          "Server Error\nInvalid arguments for values.js:echo: "
        ) == true
      )
    }
  }

  @Test func `arguments that do not match are the function's error`() async throws {
    try await APIFixture.with { api in
      for args in ["{}", "null", "[]", "[{},{}]", #""text""#, #"{"body":1}"#] {
        let response = try await api.post(
          "/api/mutation",
          #"{"path":"chat/messages:send","args":\#(args)}"#
        )
        #expect(response.status == 200)
        #expect(
          response.text("errorMessage")?.contains("ArgumentValidationError: ") == true,
          "\(args): \(response.body)"
        )
      }
    }
  }

  @Test func `a long value arrives whole`() async throws {
    try await APIFixture.with { api in
      let response = try await api.post(
        "/api/query",
        #"{"path":"values:large","args":{"length":400000}}"#
      )
      #expect(
        response.body.utf8.count == 400_000 + #"{"status":"success","value":""}"#.utf8.count
      )
    }
  }

  @Test func `the query string may hold the call`() async throws {
    try await APIFixture.with { api in
      let response = try await api.get(
        "/api/query?path=values%3Aecho&args=%7B%22value%22%3A%22a+b%22%7D&format=json"
      )
      #expect(response.body == #"{"status":"success","value":"a b"}"#)
      let refusal = try await api.get("/api/query?args={}").error
      #expect(
        refusal
          == APIErrorText(
            400,
            "BadQueryArgs",
            "Failed to deserialize query string: missing field `path`"
          )
      )
      let malformed = try await api.get("/api/query?path=a:b&args={").error
      #expect(malformed.code == "BadQueryArgs")
      #expect(malformed.message.hasPrefix("Failed to deserialize query string: args: "))
    }
  }

  @Test func `function runs any kind for an admin only`() async throws {
    try await APIFixture.with { api in
      let body = #"{"path":"chat/messages:clear","args":{},"componentPath":null}"#
      let refused = try await api.post("/api/function", body)
      #expect(
        refused.error
          == APIErrorText(
            403,
            "BadDeployKey",
            "The provided deploy key was invalid for this deployment. Double check that the "
              + "environment this key was generated for matches the desired deployment."
          )
      )
      let done = try await api.post("/api/function", body, api.admin)
      #expect(done.body == #"{"status":"success","value":null}"#)
      let component = try await api.post(
        "/api/function",
        #"{"path":"chat/messages:clear","args":{},"componentPath":"mail"}"#,
        api.admin
      )
      #expect(component.error.code == "InvalidComponentPath")
    }
  }

  @Test func `run takes the path from the URL and writes clean JSON`() async throws {
    try await APIFixture.with { api in
      let echo = try await api.post(
        "/api/run/values/echo",
        #"{"args":{"value":{"$integer":"IQAAAAAAAAA="}}}"#,
        "Convex-Client: npm-1.0.0"
      )
      #expect(echo.body == #"{"status":"success","value":"33"}"#)
      let nested = try await api.post("/api/run/chat/messages/count", #"{"args":{}}"#)
      #expect(nested.body == #"{"status":"success","value":0.0}"#)
      let mutation = try await api.post("/api/run/chat%2Fmessages/send", #"{"args":{"body":"x"}}"#)
      #expect(mutation.body == #"{"status":"success","value":null}"#)
      let byDefault = try await api.post("/api/run/defaults/default", #"{"args":{}}"#)
      #expect(byDefault.body == #"{"status":"success","value":"by default"}"#)
      let encoded = try await api.post(
        "/api/run/values/echo",
        #"{"args":{"value":{"$integer":"IQAAAAAAAAA="}},"format":"convex_encoded_json"}"#
      )
      #expect(encoded.body == #"{"status":"success","value":{"$integer":"IQAAAAAAAAA="}}"#)
    }
  }

  @Test func `run says what it does not find`() async throws {
    try await APIFixture.with { api in
      for target in ["/api/run/messages", "/api/run/%FF/list"] {
        let refusal = try await api.post(target, #"{"args":{}}"#).error
        #expect(
          refusal
            == APIErrorText(
              400,
              "MissingIdentifier",
              "Path or function name not provided in path, e.g. /api/run/messages/list"
            )
        )
      }
      for target in ["/api/run/nope/list", "/api/run/people/secret"] {
        let message = try await api.post(target, #"{"args":{}}"#).text("errorMessage")
        #expect(message?.contains("Could not find function for '") == true)
        #expect(message?.contains("Did you forget to run `npx convex dev`?") == true)
      }
      let refusal = try await api.post("/api/run/a.txt/b", #"{"args":{}}"#).error.code
      #expect(
        refusal
          == "BadConvexFunctionIdentifier"
      )
    }
  }

  @Test func `the address and program of the caller reach the function`() async throws {
    try await APIFixture.with { api in
      let call = #"{"path":"people:caller","args":{}}"#
      let forwarded = try await api.post(
        "/api/mutation",
        call,
        "X-Forwarded-For: 203.0.113.9 , 10.0.0.1",
        "User-Agent: \(String(repeating: "ü", count: 300))"
      )
      #expect(forwarded.body.contains(#""ip":"203.0.113.9""#))
      #expect(forwarded.body.contains(#""userAgent":"\#(String(repeating: "ü", count: 256))""#))
      let direct = try await api.post("/api/mutation", call)
      #expect(direct.body.contains(#""ip":"127.0.0.1","userAgent":null"#))
    }
  }
}
