import Hull
import HullValues
import Testing

@Suite struct HTTPMessageTests {
  @Test(
    arguments: [
      ("https://a.example/x/y?b=1", "/x/y", "b=1"),
      ("https://a.example", "/", nil),
      ("https://a.example?b", "/", "b"),
      ("https://a.example/x#f", "/x", nil),
      ("https://a.example/x?b#f?c", "/x", "b"),
      ("https://a.example/x%20y/?", "/x%20y/", ""),
      ("/x?b", "/x", "b"),
      ("", "/", nil),
    ] as [(String, String, String?)]
  )
  func `a URL has a path and perhaps a query`(url: String, path: String, query: String?) {
    let request = HTTPRequest(.get, url)
    #expect(request.path == path)
    #expect(request.query == query)
  }

  @Test(arguments: [
    ("https://a.example/channels/a%20b", ["channels", "a b"]),
    ("https://a.example/caf%C3%A9/x%2Fy?z=/", ["café", "x/y"]),
    ("https://a.example/a/", ["a", ""]), ("https://a.example/a//b", ["a", "", "b"]),
    ("https://a.example", [""]), ("/a+b", ["a+b"]),
  ])
  func `a path has segments, which are decoded`(url: String, segments: [String]) {
    #expect(HTTPRequest(.get, url).pathSegments == segments)
  }

  @Test func `the query is decoded like a form`() {
    let request = HTTPRequest(.get, "https://a.example/?a=b+c&a=%C3%A4&d&=e&f=%zz&g=h=i&j=%FF")
    #expect(
      request.queryItems == [
        .init(name: "a", value: "b c"), .init(name: "a", value: "ä"), .init(name: "d", value: ""),
        .init(name: "", value: "e"), .init(name: "f", value: "%zz"),
        .init(name: "g", value: "h=i"), .init(name: "j", value: "\u{FFFD}"),
      ]
    )
    #expect(request.query("a") == "b c")
    #expect(request.query("missing") == nil)
  }

  @Test func `names of header fields are compared without regard to case`() {
    var fields: HTTPFields = ["Content-Type": "text/plain", "X-A": "1"]
    fields.append("x-a", "2")
    #expect(fields["content-type"] == "text/plain")
    #expect(fields["X-a"] == "1, 2")
    #expect(fields.values(of: "x-A") == ["1", "2"])
    fields["x-A"] = "3"
    #expect(fields.values(of: "x-a") == ["3"])
    fields["x-a"] = nil
    #expect(fields["x-a"] == nil)
    #expect(fields.fields.count == 1)
  }

  @Test func `plain JSON may have any names`() async throws {
    let text =
      #"{"$schema": "x", "n": 1, "big": 9007199254740993, "list": [true, null, 1.5], "ä": {}}"#
    let value = try await HTTPRequest(.post, "/", body: HTTPBody(text)).json()
    guard case .object(let object) = value else {
      Issue.record("not an object")
      return
    }
    #expect(object["$schema"] == "x")
    #expect(object["n"] == 1.0)
    #expect(object["list"] == [true, .null, 1.5])
    #expect(object["ä"] == [:])
  }

  @Test func `JSON is read as a Swift type`() async throws {
    let request = HTTPRequest(.post, "/", body: HTTPBody("[1, 2]"))
    #expect(try await request.json(as: [Int].self) == [1, 2])
    await #expect(throws: ValueDecodingError.self) { try await request.json(as: String.self) }
    await #expect(throws: JSONParseError.self) {
      try await HTTPRequest(.post, "/", body: HTTPBody("{")).json()
    }
  }

  @Test func `responses say what they are`() async throws {
    let text = HTTPResponse.text("hi", status: 201)
    #expect(text.status == 201)
    #expect(text.headers["content-type"] == "text/plain; charset=utf-8")
    let json = HTTPResponse.json(["a": 1.5], headers: ["Content-Type": "application/ld+json"])
    #expect(json.headers.values(of: "content-type") == ["application/ld+json"])
    #expect(try await json.text() == #"{"a":1.5}"#)
    #expect(HTTPResponse(status: 204).isSuccess)
    #expect(!HTTPResponse(status: 304).isSuccess)
  }

  @Test func `a body is read up to a limit`() async throws {
    let chunks = HTTPBody(
      AsyncStream { stream in
        for _ in 0..<3 { stream.yield([1, 2, 3]) }
        stream.finish()
      }
    )
    await #expect(throws: HTTPBodyError.tooLong(limit: 8)) { try await chunks.collect(upTo: 8) }
    #expect(try await HTTPBody([1, 2]).collect(upTo: 2) == [1, 2])
    await #expect(throws: HTTPBodyError.tooLong(limit: 1)) {
      try await HTTPBody([1, 2]).collect(upTo: 1)
    }
    await #expect(throws: HTTPBodyError.notUTF8) {
      try await HTTPResponse(body: HTTPBody([0xFF])).text()
    }
  }

  @Test func `a body in memory can be read again`() async throws {
    let body = HTTPBody("abc")
    for _ in 0..<2 { #expect(try await body.collect(upTo: 3) == Array("abc".utf8)) }
    #expect(body.length == 3)
  }

  @Test func `an action may send requests`() async throws {
    let context = ActionContext(host: HostHandle(FakeHost()))
    #expect(try await context.fetch("https://a.example/").text() == "GET https://a.example/")
  }
}
