import Testing

@Suite(.timeLimit(.minutes(1))) struct SurroundingsTests {
  private static let vary =
    "origin, access-control-request-method, access-control-request-headers"

  @Test func `a preflight is answered without reaching a route`() async throws {
    try await APIFixture.with { api in
      for target in ["/api/query", "/api/mutation", "/api/run/a/b", "/instance_name", "/"] {
        let response = try await api.client.request(
          "OPTIONS",
          target,
          fields: [
            "Origin: https://app.example", "Access-Control-Request-Method: POST",
            "Access-Control-Request-Headers: content-type,convex-client",
          ]
        )
        #expect(response.status == 200)
        #expect(response.body == "")
        #expect(response["access-control-allow-origin"] == "https://app.example")
        #expect(response["access-control-allow-credentials"] == "true")
        #expect(response["access-control-allow-methods"] == "GET,POST,OPTIONS,PATCH,DELETE,PUT")
        #expect(response["access-control-allow-headers"] == "content-type,convex-client")
        #expect(response["access-control-max-age"] == "86400")
        #expect(response["vary"] == Self.vary)
      }
    }
  }

  @Test func `answers and errors mirror the origin`() async throws {
    try await APIFixture.with { api in
      for body in [#"{"path":"chat/messages:count","args":{}}"#, "nonsense"] {
        let response = try await api.post("/api/query", body, "Origin: http://localhost:5173")
        #expect(response["access-control-allow-origin"] == "http://localhost:5173")
        #expect(response["access-control-allow-credentials"] == "true")
        #expect(response["vary"] == Self.vary)
        #expect(response["access-control-allow-methods"] == nil)
      }
      let plain = try await api.post("/api/query", "nonsense")
      #expect(plain["access-control-allow-origin"] == nil)
    }
  }

  @Test(arguments: ["/version", "/metrics"])
  func `what operators ask for stands outside`(target: String) async throws {
    try await APIFixture.with { api in
      let response = try await api.get(
        target,
        "Origin: https://app.example",
        "Convex-Client: nonsense"
      )
      #expect(response.status == 200)
      #expect(response["access-control-allow-origin"] == nil)
      #expect(response["vary"] == nil)
    }
  }

  @Test func `a client without a version is refused`() async throws {
    try await APIFixture.with { api in
      let refusal = try await api.get("/", "Convex-Client: npm").error
      #expect(
        refusal
          == APIErrorText(
            400,
            "InvalidClientVersion",
            "Failed to parse client version string: 'npm'. Expected format is "
              + "{client_name}-{semver}, e.g. my-esolang-client-0.0.1"
          )
      )
    }
  }

  @Test(arguments: [
    "npm-0.19.1", "npm-0.0.1", "npm-cli-0.19.1", "actions-0.19.1-alpha.1", "npm-main",
    "python-0.0.2", "python-convex-0.0.2", "rust-0.0.1", "NPM-0.1.0", "rust-latest-build",
  ])
  func `an unsupported client is refused with advice`(client: String) async throws {
    try await APIFixture.with { api in
      let response = try await api.get("/", "Convex-Client: \(client)")
      #expect(response.error.status == 400)
      #expect(response.error.code == "ClientVersionUnsupported")
      #expect(response["x-convex-deprecation-state"] == "Unsupported")
      #expect(response["x-convex-deprecation-message"] == response.error.message)
      #expect(response.error.message.contains("is no longer supported. Update your Convex"))
    }
  }

  @Test func `a deprecated client is answered with advice`() async throws {
    try await APIFixture.with { api in
      let response = try await api.post(
        "/api/query",
        #"{"path":"chat/messages:count","args":{}}"#,
        "Convex-Client: python-0.2.0"
      )
      #expect(response.body == #"{"status":"success","value":0.0}"#)
      #expect(response["x-convex-deprecation-state"] == "UpgradeRequired")
      #expect(
        response["x-convex-deprecation-message"]?.hasPrefix(
          "The Convex python package at 0.2.0 is deprecated"
        ) == true
      )
    }
  }

  @Test(arguments: [
    "npm-1.45.0", "npm-0.19.2", "python-0.7.0", "rust-0.10.2", "swift-0.8.1", "kotlin-0.0.1",
    "my-esolang-client-0.0.1", "dashboard-0.0.0", "whatever-x", "npm-1.0.0-alpha.1",
    "npm-1.0.0+build-7", "-", "swift-",
  ])
  func `every other client is welcome`(client: String) async throws {
    try await APIFixture.with { api in
      let response = try await api.get("/", "Convex-Client: \(client)")
      #expect(response.status == 200)
      #expect(response["x-convex-deprecation-state"] == nil)
    }
  }

  @Test func `the deployment names itself`() async throws {
    try await APIFixture.with { api in
      let root = try await api.get("/")
      #expect(root.body == "This Convex deployment is running. See https://docs.convex.dev/.")
      #expect(root["content-type"] == "text/plain; charset=utf-8")
      #expect(try await api.get("/instance_name").body == "quiet-wren-100")
      let version = try await api.get("/version").body
      #expect(version != "")
      #expect(try await api.get("/instance_version").body == version)
      #expect(try await api.client.request("HEAD", "/instance_name")["content-length"] == "14")
    }
  }

  @Test func `echo gives a body back`() async throws {
    try await APIFixture.with { api in
      let body = String(repeating: "0123456789", count: 100_000)
      let response = try await api.client.request("POST", "/echo", body: body)
      #expect(response.body == body)
    }
  }

  @Test func `metrics count requests`() async throws {
    try await APIFixture.with { api in
      _ = try await api.get("/")
      _ = try await api.get("/nope")
      let text = try await api.get("/metrics").body
      #expect(text.contains("\nhull_http_connections_open 1\n"))
      #expect(text.contains("\nhull_http_responses_total{class=\"2xx\"} 1\n"))
      #expect(text.contains("\nhull_http_responses_total{class=\"4xx\"} 1\n"))
      #expect(text.contains("\nhull_vector_searches_total 0\n"))
      #expect(text.contains("\nhull_row_cache_hits_total 0\n"))
    }
  }
}
