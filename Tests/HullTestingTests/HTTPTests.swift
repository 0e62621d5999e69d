import Hull
import HullTesting
import Testing

/// An application with HTTP actions and actions that ask other servers.
private enum Site: HullApplication {
  static let name = "site"
  static let modules = [
    Module("notes") {
      $0.internalQuery("count") { ctx, _ in
        Double(try await ctx.db.query("notes").collect().count)
      }
      $0.internalMutation("add", args: v.object(["text": v.string()])) { ctx, args in
        _ = try await ctx.db.insert("notes", args)
      }
    },
    Module("weather") {
      $0.action("store", args: v.object(["city": v.string()])) { ctx, args in
        let city = args["city"]?.string ?? ""
        let response = try await ctx.fetch(
          HTTPRequest(
            .post,
            "https://weather.example/v1?city=\(city)",
            headers: ["authorization": "Bearer key"],
            body: HTTPBody("{}")
          )
        )
        guard response.isSuccess else { throw ConvexError("status \(response.status)") }
        let text = try await response.text()
        try await ctx.runMutation("notes:add", ["text": .string(text)])
      }
    },
  ]

  private struct Broken: Error {}

  static let http = HTTPRouter {
    $0.get("/foo") { _, request in .text("arg is \(request.query("arg") ?? "missing")") }
    $0.post("/notes") { ctx, request in
      let text = try await request.json()
      try await ctx.runMutation("notes:add", ["text": text])
      return .json(try await ctx.runQuery("notes:count"))
    }
    $0.get(prefix: "/people/") { _, request in
      .text(String(request.path.dropFirst("/people/".count)))
    }
    $0.get("/me") { ctx, _ in .text(try await ctx.auth.getUserIdentity()?.name ?? "nobody") }
    $0.get("/url") { _, request in .text(request.url) }
    $0.get("/boom") { _, _ in throw Broken() }
    $0.get("/refuse") { _, _ in throw ConvexError(["reason": "no"]) }
    $0.get("/meta") { ctx, _ in
      let function = ctx.meta.getFunctionMetadata()
      ctx.log("seen")
      return .text("\(function.name) \(function.componentPath) \(function.type.rawValue)")
    }
    $0.get("/stream") { _, request in
      let chunks = AsyncThrowingStream<[UInt8], any Error> { stream in
        for word in ["a", "b"] { stream.yield(Array(word.utf8)) }
        stream.finish(throwing: request.query("fails") == nil ? nil : Broken())
      }
      return HTTPResponse(body: HTTPBody(chunks))
    }
    $0.put("/upload") { _, request in
      var sizes: [Double] = []
      for try await chunk in request.body { sizes.append(Double(chunk.count)) }
      return try .json(sizes)
    }
  }
}

@Suite struct HTTPTests {
  @Test func `a request reaches its route with path, query and body`() async throws {
    let t = try await TestBackend(Site.self)
    #expect(try await t.fetch("/foo?arg=hello").text() == "arg is hello")
    #expect(try await t.fetch("/people/ada/x").text() == "ada/x")
    #expect(try await t.fetch("/url?a=b").text() == "https://some.convex.site/url?a=b")
    let posted = try await t.fetch("/notes", method: .post, body: HTTPBody(#""hi""#))
    #expect(try await posted.json(as: Double.self) == 1)
    #expect(posted.headers["content-type"] == "application/json")
    #expect(try await t.query("notes:count") == 1.0)
  }

  @Test func `what no route answers is 404`() async throws {
    let t = try await TestBackend(Site.self)
    let missing = try await t.fetch("/missing")
    #expect(missing.status == 404)
    #expect(try await missing.text() == "No matching routes found")
    #expect(try await t.fetch("/foo", method: .post).status == 404)
    await #expect(throws: HullError.self) { try await t.fetch("foo") }
    let none = try await TestBackend()
    #expect(
      try await none.fetch("/").text()
        == "This Convex deployment does not have HTTP actions enabled."
    )
  }

  @Test func `HEAD has no body and GET sends none`() async throws {
    let t = try await TestBackend(Site.self)
    let head = try await t.fetch("/foo?arg=1", method: .head)
    #expect(head.status == 200)
    #expect(head.headers["content-type"] == "text/plain; charset=utf-8")
    #expect(try await head.bytes() == [])
  }

  @Test func `the action sees the caller, unless a field says who it is`() async throws {
    let t = try await TestBackend(Site.self)
    #expect(try await t.fetch("/me").text() == "nobody")
    let ada = try t.withIdentity(["name": "Ada"])
    #expect(try await ada.fetch("/me").text() == "Ada")
    let field: HTTPFields = ["authorization": "Bearer nonsense"]
    #expect(try await ada.fetch("/me", headers: field).text() == "nobody")
  }

  @Test func `an error is the response a client would get, or is thrown`() async throws {
    let t = try await TestBackend(Site.self)
    let boom = try await t.fetch("/boom")
    #expect(boom.status == 500)
    guard case .object(let body) = try await boom.json() else {
      Issue.record("no object")
      return
    }
    #expect(body["code"]?.string?.hasSuffix("Server Error: Uncaught Error: Broken()") == true)
    #expect(body["trace"]?.string?.hasPrefix("Uncaught Error: Broken()\n    at ") == true)
    let error = await #expect(throws: FunctionError.self) { try await t.fetchOrThrow("/boom") }
    #expect(error?.message == "Uncaught Error: Broken()")
    await #expect(throws: ConvexError(["reason": "no"])) { try await t.fetchOrThrow("/refuse") }
    #expect(try await t.fetchOrThrow("/foo").status == 200)
    #expect(try await t.fetchOrThrow("/missing").status == 404)
  }

  @Test func `bodies stream in both directions`() async throws {
    let t = try await TestBackend(Site.self)
    var chunks: [[UInt8]] = []
    for try await chunk in try await t.fetch("/stream").body { chunks.append(chunk) }
    #expect(chunks == [[0x61], [0x62]])
    await #expect(throws: FunctionError.self) {
      _ = try await t.fetch("/stream?fails=1").text()
    }
    let upload = HTTPBody(
      AsyncStream<[UInt8]> { stream in
        stream.yield([1])
        stream.yield([1, 2])
        stream.finish()
      }
    )
    let response = try await t.fetch("/upload", method: .put, body: upload)
    #expect(try await response.json(as: [Double].self) == [1, 2])
  }

  @Test func `an HTTP action is logged and knows what it is`() async throws {
    let t = try await TestBackend(Site.self)
    #expect(try await t.fetch("/meta").text() == "http  action")
    #expect(t.logs.map(\.text) == ["'seen'"])
  }

  // MARK: Other servers

  @Test func `an action stores what a stub answers`() async throws {
    let t = try await TestBackend(Site.self)
    t.http.stub(.post, "https://weather.example/v1?city=Oslo", .text("cold"))
    try await t.action("weather:store", ["city": "Oslo"])
    let notes = try await t.run { ctx in try await ctx.db.query("notes").collect() }
    #expect(notes.map { $0["text"] } == ["cold"])
    let sent = try #require(t.http.requests.first)
    #expect(sent.method == .post)
    #expect(sent.url == "https://weather.example/v1?city=Oslo")
    #expect(sent.headers["authorization"] == "Bearer key")
    #expect(sent.text == "{}")
    #expect(sent.isMatched)
  }

  @Test func `stubs match by method, URL, fields and body, the last one first`() async throws {
    let t = try await TestBackend(Site.self)
    t.http.stub(prefix: "https://weather.example/", .text("any"))
    t.http.stub(.get, prefix: "https://weather.example/", .text("wrong method"))
    t.http.stub(prefix: "https://weather.example/", headers: ["x": "y"], .text("wrong field"))
    t.http.stub(prefix: "https://weather.example/", body: "[]", .text("wrong body"))
    t.http.stub(nil, "https://weather.example/", .text("wrong URL"))
    #expect(try await answer(t) == "any")
    t.http.stub(
      .post,
      prefix: "https://weather.example/v1",
      headers: ["Authorization": "Bearer key"],
      body: "{}"
    ) { request in .text("right \(request.query("city") ?? "")") }
    #expect(try await answer(t) == "right Oslo")
    #expect(t.http.requests.count == 2)
    t.http.reset()
    #expect(t.http.requests.isEmpty)
    await #expect(throws: FunctionError.self) { try await answer(t) }
  }

  @Test func `a request without a stub fails and names itself`() async throws {
    let t = try await TestBackend(Site.self)
    let error = await #expect(throws: FunctionError.self) { try await answer(t) }
    #expect(
      error?.message
        == "Uncaught Error: No stub answers POST https://weather.example/v1?city=Oslo, and tests have "
        + "no network. Declare one by t.http.stub(…)."
    )
    #expect(t.http.requests.map(\.isMatched) == [false])
  }

  @Test func `a stub may answer badly or not at all`() async throws {
    let t = try await TestBackend(Site.self)
    t.http.stub(prefix: "https://", .text("", status: 503))
    await #expect(throws: ConvexError("status 503")) { try await answer(t) }
    t.http.stub(prefix: "https://") { _ in throw FetchError(.timedOut, "too late") }
    let error = await #expect(throws: FunctionError.self) { try await answer(t) }
    #expect(error?.message == "Uncaught Error: too late")
  }

  @discardableResult
  private func answer(_ t: TestBackend) async throws -> String? {
    try await t.action("weather:store", ["city": "Oslo"])
    return try await t.run { ctx in try await ctx.db.query("notes").collect() }.last?["text"]?
      .string
  }
}
