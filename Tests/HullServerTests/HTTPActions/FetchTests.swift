import Hull
import HullRuntime
import HullServer
import NIOCore
import NIOHTTP1
import Testing

/// A server for actions to ask.
private struct OtherServer: HullServer.HTTPRouter {
  let stream: StreamRouter

  func route(method: NIOHTTP1.HTTPMethod, path: String) -> HTTPRoute {
    switch path {
    case "/show":
      HTTPRoute(
        bodyLimit: 1_000_000,
        work: .immediate { request in
          let fields = ["x-a", "authorization", "content-type", "user-agent"].map {
            "\($0): \(request.headers.first(name: $0) ?? "-")"
          }
          let body = String(buffer: request.body)
          return .text("\(request.method.rawValue) \(request.query ?? "") \(fields) \(body)")
        }
      )
    case "/redirect":
      HTTPRoute(
        bodyLimit: 1_000_000,
        work: .immediate { request in
          HullServer.HTTPResponse(
            status: HTTPResponseStatus(
              statusCode: Int(request.queryParameter("code") ?? "") ?? 302
            ),
            fields: [.init("location", request.queryParameter("to") ?? "/show")]
          )
        }
      )
    case "/loop":
      HTTPRoute(
        bodyLimit: 0,
        work: .immediate { _ in
          HullServer.HTTPResponse(status: .found, fields: [.init("location", "/loop")])
        }
      )
    default: stream.route(method: method, path: path)
    }
  }
}

@Suite(.timeLimit(.minutes(1))) struct FetchTests {
  private func withClient(
    _ body: (ActionHTTPClient, StreamRouter, String) async throws -> Void
  ) async throws {
    let stream = StreamRouter()
    try await withServer(OtherServer(stream: stream)) { server in
      let client = ActionHTTPClient()
      do {
        try await body(client, stream, "http://127.0.0.1:\(server.port)")
      } catch {
        await client.shutdown()
        throw error
      }
      await client.shutdown()
    }
  }

  @Test func `a request arrives as it was made`() async throws {
    try await withClient { client, _, origin in
      let response = try await client.fetch(
        Hull.HTTPRequest(
          .put,
          origin + "/show?a=b",
          headers: ["X-A": "1", "Content-Length": "7", "Connection": "close"],
          body: HTTPBody("text")
        ),
        FetchOptions()
      )
      #expect(response.status == 200)
      #expect(response.headers["content-type"] == "text/plain; charset=utf-8")
      #expect(
        try await response.text()
          == #"PUT a=b ["x-a: 1", "authorization: -", "content-type: -", "user-agent: Hull/1"] text"#
      )
    }
  }

  @Test func `bodies stream in both directions`() async throws {
    try await withClient { client, _, origin in
      let words = AsyncStream<[UInt8]>.makeStream()
      words.continuation.yield(Array("to".utf8))
      let response = try await client.fetch(
        Hull.HTTPRequest(.post, origin + "/give-back", body: HTTPBody(words.stream)),
        FetchOptions()
      )
      var chunks = response.body.makeAsyncIterator()
      #expect(try await chunks.next() == Array("to".utf8))
      words.continuation.yield(Array("and fro".utf8))
      #expect(try await chunks.next() == Array("and fro".utf8))
      words.continuation.finish()
      #expect(try await chunks.next() == nil)
    }
  }

  @Test func `a body that is not read holds the other server back`() async throws {
    try await withClient { client, stream, origin in
      let response = try await client.fetch(
        Hull.HTTPRequest(.get, origin + "/endless"),
        FetchOptions()
      )
      var chunks = response.body.makeAsyncIterator()
      #expect(try await chunks.next()?.isEmpty == false)
      var before = -1
      while stream.produced.value != before {
        before = stream.produced.value
        try await pause()
      }
      #expect(before < 2000)
    }
  }

  @Test(arguments: [
    (301, "POST", "GET", false), (302, "POST", "GET", false), (303, "PUT", "GET", false),
    (307, "POST", "POST", true), (308, "PUT", "PUT", true), (302, "GET", "GET", false),
  ])
  func `redirects are followed as browsers do`(
    code: Int,
    method: String,
    followed: String,
    keepsBody: Bool
  ) async throws {
    try await withClient { client, _, origin in
      let method = try #require(Hull.HTTPRequest.Method(rawValue: method))
      let response = try await client.fetch(
        Hull.HTTPRequest(
          method,
          origin + "/redirect?code=\(code)&to=/show?x",
          headers: ["authorization": "a"],
          body: method == .get ? .empty : HTTPBody("text")
        ),
        FetchOptions()
      )
      let text = try await response.text()
      #expect(text.hasPrefix("\(followed) x "))
      #expect(text.hasSuffix(keepsBody ? "] text" : "] "))
      #expect(text.contains("authorization: a"))
    }
  }

  @Test(arguments: ["show?x", "./show?x", "/there/../show?x", "//{host}/show?x", "/show?x#part"])
  func `a redirect may name only what changes of the URL`(location: String) async throws {
    try await withClient { client, _, origin in
      let host = String(origin.dropFirst("http://".count))
      let response = try await client.fetch(
        Hull.HTTPRequest(
          .get,
          origin + "/redirect?to="
            + location.replacing("{host}", with: host)
            .replacing("?", with: "%3F").replacing("#", with: "%23"),
          headers: ["authorization": "a"]
        ),
        FetchOptions()
      )
      let text = try await response.text()
      #expect(text.hasPrefix("GET x "))
      #expect(text.contains("authorization: a"))
    }
  }

  @Test func `another port does not learn who asks`() async throws {
    try await withClient { client, _, origin in
      try await withServer(OtherServer(stream: StreamRouter())) { other in
        let response = try await client.fetch(
          Hull.HTTPRequest(
            .get,
            origin + "/redirect?to=http://127.0.0.1:\(other.port)/show",
            headers: ["authorization": "a", "x-a": "1"]
          ),
          FetchOptions()
        )
        let text = try await response.text()
        #expect(text.contains("authorization: -"))
        #expect(text.contains("x-a: 1"))
      }
    }
  }

  @Test func `a request that is given longer waits longer than others`() async throws {
    let stream = StreamRouter()
    try await withServer(OtherServer(stream: stream)) { server in
      let client = ActionHTTPClient(silence: .milliseconds(30))
      let url = "http://127.0.0.1:\(server.port)/wait-then-length"
      let late = try await #require(throws: FetchError.self) {
        try await client.fetch(
          Hull.HTTPRequest(.get, url),
          FetchOptions(timeout: .milliseconds(20))
        )
      }
      #expect(late.reason == .timedOut)
      async let response = client.fetch(
        Hull.HTTPRequest(.post, url, body: HTTPBody("abc")),
        FetchOptions(timeout: .seconds(50))
      )
      await stream.events.wait()
      await stream.events.wait()
      // Longer than what the client is made to wait by itself.
      try await pause()
      stream.mayGoOn.send()
      stream.mayGoOn.send()
      #expect(try await response.status == 200)
      await client.shutdown()
    }
  }

  @Test func `another host does not learn who asks`() async throws {
    try await withClient { client, _, origin in
      let other = origin.replacing("127.0.0.1", with: "localhost")
      let response = try await client.fetch(
        Hull.HTTPRequest(
          .get,
          origin + "/redirect?to=\(other)/show",
          headers: ["authorization": "a", "x-a": "1"]
        ),
        FetchOptions()
      )
      let text = try await response.text()
      #expect(text.contains("authorization: -"))
      #expect(text.contains("x-a: 1"))
    }
  }

  @Test func `redirects are bounded, or not followed at all`() async throws {
    try await withClient { client, _, origin in
      let request = Hull.HTTPRequest(.get, origin + "/loop")
      let error = try await #require(throws: FetchError.self) {
        try await client.fetch(request, FetchOptions(maximumRedirects: 3))
      }
      #expect(error.reason == .tooManyRedirects)
      let response = try await client.fetch(request, FetchOptions(maximumRedirects: 0))
      #expect(response.status == 302)
    }
  }

  @Test func `what cannot be asked is told with its URL`() async throws {
    try await withClient { client, stream, origin in
      for url in ["", "ftp://a.example/", "a.example", "http://", "file:///etc/passwd"] {
        let error = try await #require(throws: FetchError.self) {
          try await client.fetch(Hull.HTTPRequest(.get, url), FetchOptions())
        }
        #expect(error.reason == .invalidRequest)
      }
      let refused = try await #require(throws: FetchError.self) {
        try await client.fetch(Hull.HTTPRequest(.get, "http://127.0.0.1:1/"), FetchOptions())
      }
      #expect(refused.reason == .connectionFailed)
      #expect(refused.message.hasPrefix("http://127.0.0.1:1/ could not be reached: "))
      let late = try await #require(throws: FetchError.self) {
        try await client.fetch(
          Hull.HTTPRequest(.get, origin + "/wait-then-length"),
          FetchOptions(timeout: .milliseconds(50))
        )
      }
      #expect(late.reason == .timedOut)
      stream.mayGoOn.send()
    }
  }

  @Test func `an HTTP action passes on what another server answers`() async throws {
    let stream = StreamRouter()
    let client = ActionHTTPClient()
    try await withServer(OtherServer(stream: stream)) { server in
      try await SiteFixture.with(configure: { $0.requestSender = client }) { fixture in
        let origin = "http://127.0.0.1:\(server.port)"
        try await fixture.site.send("GET /proxy?url=\(origin)/chunks HTTP/1.1\r\n\r\n")
        let (status, fields) = try await fixture.site.head()
        #expect(status == 200)
        #expect(fields["x-kind"] == "stream")
        for word in ["one", "two"] {
          stream.chunks.continuation.yield(Array(word.utf8))
          #expect(try await fixture.site.chunk() == word)
        }
        stream.chunks.continuation.finish()
        #expect(try await fixture.site.chunk() == "")
        let failed = try await fixture.site.request("GET", "/proxy?url=nonsense")
        #expect(failed.text("code")?.hasSuffix("nonsense is no URL of http or https.") == true)
      }
    }
    await client.shutdown()
  }

  @Test func `a backend without a client sends nothing`() async throws {
    try await SiteFixture.with { fixture in
      let failed = try await fixture.site.request("GET", "/proxy?url=http://a.example/")
      #expect(failed.status == 500)
      #expect(
        failed.text("code")?.hasSuffix("http://a.example/: this backend sends no HTTP requests.")
          == true
      )
    }
  }
}
