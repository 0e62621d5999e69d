import Hull
import HullRuntime
import HullServer
import HullValues
import Testing

@Suite(.timeLimit(.minutes(1))) struct HTTPActionTests {
  @Test func `actions are on the site port and below http on the other one`() async throws {
    try await SiteFixture.with { fixture in
      let query = try await fixture.site.request("GET", "/query?arg=a+b")
      #expect(query.body == "a b")
      #expect(try await fixture.api.request("GET", "/http/query?arg=a+b").body == "a b")
      #expect(try await fixture.site.request("GET", "/people/ada/x").body == "prefix /people/ada/x")
      #expect(try await fixture.api.request("GET", "/http/people/").body == "prefix /people/")
      #expect(try await fixture.api.request("GET", "/http/").body == "root of http://localhost/")
      #expect(try await fixture.api.request("GET", "/http").status == 404)
      #expect(try await fixture.api.request("GET", "/http").body == "")
      // The site port has nothing of its own.
      #expect(try await fixture.site.request("GET", "/version").body == "No matching routes found")
    }
  }

  @Test func `what no route answers is told in two ways`() async throws {
    try await SiteFixture.with { fixture in
      for client in [(fixture.site, "/none"), (fixture.api, "/http/none")] {
        let response = try await client.0.request("GET", client.1)
        #expect(response.status == 404)
        #expect(response["content-type"] == "text/plain; charset=utf-8")
        #expect(response.body == "No matching routes found")
      }
      #expect(try await fixture.site.request("POST", "/query").status == 404)
    }
    try await APIFixture.with { fixture in
      let response = try await fixture.get("/http/none")
      #expect(response.status == 404)
      #expect(
        response.body == "This Convex deployment does not have HTTP actions enabled."
      )
    }
  }

  @Test(arguments: ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
  func `every method has routes of its own, and a body where it can have one`(
    method: String
  ) async throws {
    try await SiteFixture.with { fixture in
      let response = try await fixture.site.request(
        method,
        "/show",
        fields: ["X-A: 1"],
        body: "text"
      )
      let hasBody = method != "GET" && method != "OPTIONS"
      #expect(response.body == "\(method) 1 \(hasBody ? "text" : "")")
      // Nothing is added for browsers of other sites.
      #expect(response.fields.allSatisfy { !$0.name.hasPrefix("access-control") })
    }
  }

  @Test func `HEAD is answered like GET without the body`() async throws {
    try await SiteFixture.with { fixture in
      let head = try await fixture.site.request("HEAD", "/show", fields: ["X-A: 1"])
      #expect(head.status == 200)
      #expect(head["content-length"] == "6")
      #expect(head.body == "")
      let get = try await fixture.site.request("GET", "/show", fields: ["X-A: 1"])
      #expect(get.body == "GET 1 ")
    }
  }

  @Test(arguments: ["TRACE", "PROPFIND"])
  func `other methods are refused`(method: String) async throws {
    try await SiteFixture.with { fixture in
      for client in [(fixture.site, "/show"), (fixture.api, "/http/show")] {
        let response = try await client.0.request(method, client.1)
        #expect(response.status == 405)
        #expect(response["allow"] == "GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS")
      }
    }
  }

  @Test(arguments: [
    ([], "http://localhost/url?x"),
    (["X-Forwarded-Proto: https"], "https://localhost/url?x"),
    (["Forwarded: for=1.2.3.4;proto=https;host=a.example"], "https://a.example/url?x"),
    (
      ["Forwarded: Proto=\"https\" ; Host = \"b.example:1\", proto=ftp"],
      "https://b.example:1/url?x"
    ),
    (["X-Forwarded-Host: c.example, d.example"], "http://c.example/url?x"),
    (
      ["X-Forwarded-Proto: https", "Forwarded: proto=http;host=e.example", "X-Forwarded-Host: f"],
      "https://e.example/url?x"
    ),
    (["X-Forwarded-Host: [::1]:8080"], "http://[::1]:8080/url?x"),
    // What is no scheme or no host could put another path before the one that was routed.
    (["X-Forwarded-Host: h/internal/secret?"], "http://localhost/url?x"),
    (["X-Forwarded-Host: h?", "Forwarded: host=h#"], "http://localhost/url?x"),
    (["Forwarded: host=\"h/x?\"", "X-Forwarded-Host: i.example"], "http://i.example/url?x"),
    (["X-Forwarded-Host: user@h"], "http://localhost/url?x"),
    (["X-Forwarded-Host: h:port"], "http://localhost/url?x"),
    (["X-Forwarded-Proto: http://h/internal/secret?"], "http://localhost/url?x"),
    (["X-Forwarded-Proto: javascript", "Forwarded: proto=HTTPS"], "https://localhost/url?x"),
  ])
  func `the URL is the one the client asked for`(fields: [String], url: String) async throws {
    try await SiteFixture.with { fixture in
      let site = try await fixture.site.request("GET", "/url?x", fields: fields)
      #expect(site.body == url)
      #expect(try await fixture.api.request("GET", "/http/url?x", fields: fields).body == url)
    }
  }

  @Test func `a host that is none does not change the path an action sees`() async throws {
    try await SiteFixture.with { fixture in
      try await fixture.site.send("GET /people/ada HTTP/1.1\r\nHost: h/people/eve?\r\n\r\n")
      #expect(try await fixture.site.response().body == "prefix /people/ada")
    }
  }

  @Test func `an action calls functions of every kind`() async throws {
    try await SiteFixture.with { fixture in
      for count in 1...2 {
        let response = try await fixture.site.request("POST", "/notes", body: #"{"text": "a"}"#)
        #expect(response.status == 201)
        #expect(response["content-type"] == "application/json")
        #expect(response.body == #"{"count":\#(count).0,"twice":\#(count * 2).0}"#)
      }
      #expect(try await fixture.site.request("POST", "/notes", body: "{}").status == 400)
      #expect(try await fixture.site.request("GET", "/meta").body == "http action")
    }
  }

  @Test(arguments: [
    nil, "Basic YTpi", "Bearer nonsense", "Bearer ", "Convex nonsense", "x", "Convex a|b:!!",
  ])
  func `who proves nothing is nobody`(authorization: String?) async throws {
    try await SiteFixture.with { fixture in
      let fields = authorization.map { ["Authorization: \($0)"] } ?? []
      let response = try await fixture.site.request("GET", "/me", fields: fields)
      #expect(response.status == 200)
      #expect(response.body == #"{"direct":null,"nested":null}"#)
    }
  }

  @Test func `an action and what it calls see who asks`() async throws {
    try await SiteFixture.with { fixture in
      let user = Base64.encode(Array(#"{"issuer":"https://a.example","subject":"ada"}"#.utf8))
      let field = "Authorization: Convex \(fixture.backend.issueAdminKey()):\(user)"
      let ada = "https://a.example|ada"
      for client in [(fixture.site, "/me"), (fixture.api, "/http/me")] {
        let response = try await client.0.request("GET", client.1, fields: [field])
        #expect(response.body == #"{"direct":"\#(ada)","nested":"\#(ada)"}"#)
      }
    }
  }

  @Test func `header fields are the action's, those about the connection the server's`()
    async throws
  {
    try await SiteFixture.with { fixture in
      let response = try await fixture.site.request("GET", "/fields")
      #expect(response.body == "body")
      #expect(response["x-own"] == "1")
      #expect(response["connection"] == nil)
      #expect(response["transfer-encoding"] == nil)
      #expect(response["keep-alive"] == nil)
      #expect(response["content-length"] == "4")
      #expect(response["date"] != "never")
      #expect(response.fields.filter { $0.name == "set-cookie" }.map(\.value) == ["a=1", "b=2"])
      let nothing = try await fixture.site.request("HEAD", "/nothing")
      #expect(nothing.status == 204)
      #expect(nothing["content-length"] == nil)
    }
  }

  @Test(arguments: [
    ("/split", "The header field 'x-a' cannot be sent"),
    ("/bad-name", "The header field 'x a' cannot be sent"),
    ("/status?code=199", "The status of a response must be from 200 to 599, not 199."),
    ("/status?code=600", "The status of a response must be from 200 to 599, not 600."),
    ("/large?size=20971521", "HttpResponseTooLarge: HTTP actions support responses up to 20 MiB"),
  ])
  func `a response that cannot be sent is an error of the action`(
    target: String,
    problem: String
  ) async throws {
    try await SiteFixture.with { fixture in
      let response = try await fixture.site.request("GET", target)
      #expect(response.status == 500)
      #expect(response.text("code")?.contains(problem) == true)
      #expect(response["set-cookie"] == nil)
    }
  }

  @Test func `a body of the largest size arrives whole`() async throws {
    try await SiteFixture.with { fixture in
      let response = try await fixture.site.request("GET", "/large?size=20971520")
      #expect(response.body.utf8.count == 20_971_520)
    }
  }

  @Test func `an error before the head is told with its trace and data`() async throws {
    try await SiteFixture.with { fixture in
      let boom = try await fixture.site.request(
        "GET",
        "/boom",
        fields: ["Convex-Request-Id: r1"]
      )
      #expect(boom.status == 500)
      #expect(boom["content-type"] == "application/json")
      #expect(boom.text("code") == "[Request ID: r1] Server Error: Uncaught Error: Broken()")
      #expect(boom.text("trace")?.hasPrefix("Uncaught Error: Broken()\n    at ") == true)
      #expect(boom.json?["data"] == nil)
      let refused = try await fixture.site.request("GET", "/refuse")
      #expect(refused.json?["data"]?.object?["code"] == "NO")
      let record = await fixture.records.next()
      #expect(record?.route == "GET /boom")
      #expect(record?.failure?.hasPrefix("Uncaught Error: Broken()") == true)
    }
  }

  @Test func `a redacted error keeps its text to itself`() async throws {
    try await SiteFixture.with(configure: { $0.redactsClientErrors = true }) { fixture in
      let refused = try await fixture.site.request(
        "GET",
        "/refuse",
        fields: ["Convex-Request-Id: r1"]
      )
      #expect(refused.status == 500)
      #expect(refused.text("code") == "[Request ID: r1] Server Error")
      #expect(refused.json?["trace"] == nil)
      #expect(refused.json?["data"]?.object?["code"] == "NO")
    }
  }

  @Test func `too many actions at once are refused like calls`() async throws {
    try await SiteFixture.with(configure: {
      $0.concurrency.actions = 1
      $0.concurrency.actionPatience = .milliseconds(10)
    }) { fixture in
      try await fixture.site.send("GET /wait HTTP/1.1\r\n\r\n")
      await fixture.application.events.wait()
      let refused = try await fixture.api.request("GET", "/http/url")
      #expect(refused.status == 429)
      #expect(refused.text("code") == "TooManyConcurrentRequests")
      fixture.application.mayGoOn.send()
      #expect(try await fixture.site.response().body == "late")
      #expect(try await fixture.api.request("GET", "/http/url").status == 200)
    }
  }

  @Test func `an action that takes too long is ended`() async throws {
    try await SiteFixture.with(configure: { $0.actionTime = .milliseconds(50) }) { fixture in
      let response = try await fixture.site.request("GET", "/wait")
      #expect(response.status == 500)
      #expect(response.text("code")?.contains("Function execution timed out") == true)
      #expect(await fixture.application.events.wait() == "started")
      #expect(await fixture.application.events.wait() == "cancelled")
    }
  }
}
