import HullServer
import Logging
import NIOCore
import Testing

@Suite(.timeLimit(.minutes(1))) struct HTTPServerLifecycleTests {
  private static func configuration(
    _ change: (inout ServerConfiguration) -> Void
  ) -> ServerConfiguration {
    var configuration = ServerConfiguration()
    change(&configuration)
    return configuration
  }

  @Test func `a head that does not end is cut with 408`() async throws {
    let configuration = Self.configuration { $0.headTimeout = .milliseconds(50) }
    try await withServer(StubRouter(), configuration: configuration) { server in
      let client = try await RawClient(port: server.port)
      try await client.send("GET /now HTTP/1.1\r\nHost:")
      let response = try await client.response()
      #expect(response.status == 408)
      #expect(response["connection"] == "close")
    }
  }

  @Test func `a body that does not end is cut with 408`() async throws {
    let configuration = Self.configuration { $0.bodyTimeout = .milliseconds(50) }
    try await withServer(StubRouter(), configuration: configuration) { server in
      let client = try await RawClient(port: server.port)
      try await client.send("POST /echo HTTP/1.1\r\nContent-Length: 5\r\n\r\nab")
      #expect(try await client.response().status == 408)
      #expect(try await client.remainder() == "")
    }
  }

  @Test func `an idle connection is closed without a word`() async throws {
    let configuration = Self.configuration { $0.idleTimeout = .milliseconds(50) }
    try await withServer(StubRouter(), configuration: configuration) { server in
      let silent = try await RawClient(port: server.port)
      #expect(try await silent.remainder() == "")
    }
  }

  @Test func `a used connection is closed once it has been idle`() async throws {
    let configuration = Self.configuration { $0.idleTimeout = .seconds(1) }
    try await withServer(StubRouter(), configuration: configuration) { server in
      // On a busy machine a connection may be idle for too long before its first request.
      var used: RawClient?
      while used == nil {
        let client = try await RawClient(port: server.port)
        if let response = try? await client.request("GET", "/now") {
          #expect(response.status == 200)
          used = client
        }
      }
      #expect(try await used?.remainder() == "")
    }
  }

  @Test func `an answer that takes too long becomes 408 and the query is cancelled`() async throws {
    let configuration = Self.configuration { $0.requestTimeout = .milliseconds(50) }
    let router = StubRouter()
    try await withServer(router, configuration: configuration) { server in
      let client = try await RawClient(port: server.port)
      let response = try await client.request("GET", "/wait")
      #expect(response.status == 408)
      #expect(response.body == "")
      #expect(await router.finished.wait() == "cancelled")
    }
  }

  @Test func `an answer that takes too long does not stop a mutation`() async throws {
    let configuration = Self.configuration { $0.requestTimeout = .milliseconds(50) }
    let router = StubRouter()
    try await withServer(router, configuration: configuration) { server in
      let client = try await RawClient(port: server.port)
      #expect(try await client.request("GET", "/wait-on").status == 408)
      router.mayFinish.send()
      #expect(await router.finished.wait() == "finished")
    }
  }

  @Test func `a query is cancelled when its client goes away`() async throws {
    let router = StubRouter()
    try await withServer(router) { server in
      let client = try await RawClient(port: server.port)
      try await client.send("GET /wait HTTP/1.1\r\n\r\n")
      await router.started.wait()
      try await client.close()
      #expect(await router.finished.wait() == "cancelled")
    }
  }

  @Test func `a mutation runs on when its client goes away`() async throws {
    let router = StubRouter()
    try await withServer(router) { server in
      let client = try await RawClient(port: server.port)
      try await client.send("GET /wait-on HTTP/1.1\r\n\r\n")
      await router.started.wait()
      try await client.close()
      // The server has seen the end once it answers someone who came later.
      let witness = try await RawClient(port: server.port)
      #expect(try await witness.request("GET", "/now").status == 200)
      router.mayFinish.send()
      #expect(await router.finished.wait() == "finished")
    }
  }

  @Test func `requests beyond the concurrency limit wait for a place`() async throws {
    let configuration = Self.configuration { $0.maximumConcurrentRequests = 1 }
    let router = StubRouter()
    try await withServer(router, configuration: configuration) { server in
      let first = try await RawClient(port: server.port)
      let second = try await RawClient(port: server.port)
      let third = try await RawClient(port: server.port)
      try await first.send("GET /wait HTTP/1.1\r\n\r\n")
      await router.started.wait()
      try await second.send("GET /large?bytes=2 HTTP/1.1\r\n\r\n")
      try await third.send("GET /large?bytes=3 HTTP/1.1\r\n\r\n")
      try await third.close()
      router.mayFinish.send()
      #expect(try await first.response().body == "finished")
      #expect(try await second.response().body == "aa")
      // The place of a client that left while it waited is not lost.
      let fourth = try await RawClient(port: server.port)
      #expect(try await fourth.request("GET", "/large?bytes=4").body == "aaaa")
    }
  }

  @Test func `connections beyond the limit wait until one closes`() async throws {
    let configuration = Self.configuration { $0.maximumConnections = 2 }
    try await withServer(StubRouter(), configuration: configuration) { server in
      // A burst may be accepted together, so the limit is reached one at a time.
      let first = try await RawClient(port: server.port)
      #expect(try await first.request("GET", "/now").status == 200)
      let second = try await RawClient(port: server.port)
      #expect(try await second.request("GET", "/now").status == 200)
      let third = try await RawClient(port: server.port)
      try await third.send("GET /now?third HTTP/1.1\r\n\r\n")
      #expect(try await second.request("GET", "/now").status == 200)
      try await first.close()
      #expect(try await third.response().body == "now third")
    }
  }

  @Test func `shutdown finishes what is in hand and closes what is idle`() async throws {
    let router = StubRouter()
    let server = try await start(router)
    let idle = try await RawClient(port: server.port)
    #expect(try await idle.request("GET", "/now").status == 200)
    let busy = try await RawClient(port: server.port)
    try await busy.send("GET /wait HTTP/1.1\r\n\r\n")
    await router.started.wait()
    async let stopped: Void = server.shutdown(within: .seconds(30))
    #expect(try await idle.remainder() == "")
    router.mayFinish.send()
    let response = try await busy.response()
    #expect(response.body == "finished")
    #expect(response["connection"] == "close")
    await stopped
    await #expect(throws: (any Error).self) { try await RawClient(port: server.port) }
  }

  @Test func `shutdown does not wait beyond its limit`() async throws {
    let router = StubRouter()
    let server = try await start(router)
    let busy = try await RawClient(port: server.port)
    try await busy.send("GET /wait HTTP/1.1\r\n\r\n")
    await router.started.wait()
    await server.shutdown(within: .milliseconds(20))
    #expect(try await busy.remainder() == "")
    #expect(await router.finished.wait() == "cancelled")
  }

  private func start(_ router: StubRouter) async throws -> HTTPServer {
    try await HTTPServer.start(
      ServerConfiguration(port: 0),
      router: router,
      logger: .init(label: "test")
    )
  }

  @Test func `a port in use is named`() async throws {
    try await withServer(StubRouter()) { server in
      let error = await #expect(throws: ServerStartError.self) {
        try await HTTPServer.start(
          ServerConfiguration(port: server.port),
          router: StubRouter(),
          logger: .init(label: "test")
        )
      }
      #expect(error?.reason == .addressInUse)
      #expect(error?.description.contains("Port \(server.port)") == true)
    }
  }

  @Test func `a host that is not ours is refused`() async throws {
    let error = await #expect(throws: ServerStartError.self) {
      try await HTTPServer.start(
        ServerConfiguration(host: "192.0.2.1", port: 0),
        router: StubRouter(),
        logger: .init(label: "test")
      )
    }
    #expect(error?.reason == .addressNotAvailable)
  }
}
