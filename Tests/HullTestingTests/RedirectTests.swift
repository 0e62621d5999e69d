import Hull
import HullTesting
import HullValues
import Testing

/// Stubs answer what the network would, and nothing else is different.
@Suite struct RedirectTests {
  enum App: HullApplication {
    static let name = "redirects"
    static let modules = [
      Module("m") {
        $0.action("post", args: v.object(["url": v.string(), "redirects": v.number()])) {
          ctx,
          args in
          guard case .float64(let redirects)? = args["redirects"] else { return "" }
          let request = HTTPRequest(
            .post,
            args["url"]?.string ?? "",
            headers: ["authorization": "a", "content-type": "text/plain"],
            body: HTTPBody("text")
          )
          do {
            let options = FetchOptions(maximumRedirects: Int(redirects))
            let response = try await ctx.fetch(request, options: options)
            return "\(response.status) \(try await response.text())"
          } catch let error as FetchError {
            return "\(error.reason)"
          }
        }
      }
    ]
  }

  private func post(
    _ t: TestBackend,
    _ url: String,
    redirects: Double = 20
  ) async throws -> String? {
    try await t.action("m:post", ["url": .string(url), "redirects": .float64(redirects)]).string
  }

  @Test func `a stub that redirects is followed, as a server would be`() async throws {
    try await withTestBackend(App.self) { t in
      t.http.stub(
        .post,
        "https://a.example/old/form",
        HTTPResponse(status: 302, headers: ["location": "../new?x=1"])
      )
      t.http.stub(
        .get,
        "https://a.example/new?x=1",
        HTTPResponse(status: 307, headers: ["location": "https://b.example/"])
      )
      t.http.stub(.get, "https://b.example/", .text("here"))
      let followed = try await post(t, "https://a.example/old/form")
      #expect(followed == "200 here")
      #expect(t.http.requests.map(\.text) == ["text", "", ""])
      #expect(t.http.requests.map { $0.headers["authorization"] } == ["a", "a", nil])
      #expect(t.http.requests.map { $0.headers["content-type"] } == ["text/plain", nil, nil])
      let once = try await post(t, "https://a.example/old/form", redirects: 1)
      #expect(once == "tooManyRedirects")
      let never = try await post(t, "https://a.example/old/form", redirects: 0)
      #expect(never == "302 ")
    }
  }

  @Test func `what is no URL is refused before any stub is asked`() async throws {
    try await withTestBackend(App.self) { t in
      t.http.stub(prefix: "", .text("anything"))
      for url in ["a.example/form", "ftp://a.example/form"] {
        let refused = try await post(t, url)
        #expect(refused == "invalidRequest")
      }
      #expect(t.http.requests.isEmpty)
    }
  }
}
