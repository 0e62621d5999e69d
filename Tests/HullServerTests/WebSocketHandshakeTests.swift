import HullServer
import Testing

@Suite(.timeLimit(.minutes(1))) struct WebSocketHandshakeTests {
  @Test func `a handshake is answered by the rules`() async throws {
    let router = SocketRouter()
    try await withServer(router) { server in
      let socket = try await RawWebSocketClient(port: server.port)
      #expect(socket.response.status == 101)
      #expect(socket.response["upgrade"] == "websocket")
      #expect(socket.response["connection"] == "upgrade")
      #expect(socket.response["sec-websocket-accept"] == RawWebSocketClient.accept)
      #expect(socket.response["sec-websocket-extensions"] == nil)
      #expect(socket.response["x-extra"] == "yes")
      #expect(socket.response["x-forged"] == nil)
      #expect(socket.response["content-length"] == nil)
      #expect(await router.events.wait() == "opened")
    }
  }

  @Test func `an offer to compress is not taken up`() async throws {
    try await withServer(SocketRouter()) { server in
      let socket = try await RawWebSocketClient(
        port: server.port,
        fields: ["Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"]
      )
      #expect(socket.response["sec-websocket-extensions"] == nil)
      try await socket.send("plain")
      #expect(try await socket.text() == "plain")
    }
  }

  static let flaws: [(method: String, fields: [String], code: String)] = [
    ("HEAD", ["Upgrade: websocket", "Connection: Upgrade"], ""),
    ("GET", [], "InvalidConnectionHeader"),
    ("GET", ["Upgrade: websocket"], "InvalidConnectionHeader"),
    ("GET", ["Connection: Upgrade"], "InvalidUpgradeHeader"),
    ("GET", ["Connection: Upgrade", "Upgrade: h2c"], "InvalidUpgradeHeader"),
    ("GET", ["Connection: Upgrade", "Upgrade: websocket"], "WebSocketKeyHeaderMissing"),
    (
      "GET", ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: x"],
      "InvalidWebSocketVersionHeader"
    ),
    (
      "GET",
      [
        "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: x",
        "Sec-WebSocket-Version: 8",
      ],
      "InvalidWebSocketVersionHeader"
    ),
    ("POST", ["Connection: Upgrade", "Upgrade: websocket"], "MethodNotGet"),
  ]

  @Test(arguments: flaws) func `a bad handshake is refused and the connection goes on`(
    method: String,
    fields: [String],
    code: String
  ) async throws {
    try await withServer(SocketRouter()) { server in
      let client = try await RawClient(port: server.port)
      for _ in 0..<2 {
        let response = try await client.request(method, "/socket", fields: fields)
        #expect(response.status == 400)
        #expect(response["content-type"] == "application/json")
        #expect(response["x-extra"] == "yes")
        if method != "HEAD" { #expect(response.text("code") == code) }
        #expect(try await client.request("GET", "/now").status == 200)
      }
      let socket = try await RawWebSocketClient(upgrading: client)
      try await socket.send("at last")
      #expect(try await socket.text() == "at last")
    }
  }

  @Test func `HTTP 1.0 cannot be upgraded`() async throws {
    try await withServer(SocketRouter()) { server in
      let client = try await RawClient(port: server.port)
      let head = RawWebSocketClient.handshake("/socket")
      try await client.send(head.replacing("HTTP/1.1", with: "HTTP/1.0"))
      let response = try await client.response()
      #expect(response.status == 400)
      #expect(response.text("code") == "ConnectionNotUpgradable")
    }
  }

  @Test func `a route may refuse, and what was pipelined is answered`() async throws {
    try await withServer(SocketRouter()) { server in
      let client = try await RawClient(port: server.port)
      let refused = RawWebSocketClient.handshake("/refused")
      try await client.send(
        refused + "GET /now?1 HTTP/1.1\r\n\r\n" + refused + "GET /now?2 HTTP/1.1\r\n"
      )
      #expect(try await client.response().status == 403)
      #expect(try await client.response().body == "now 1")
      #expect(try await client.response().status == 403)
      try await client.send("\r\n")
      #expect(try await client.response().body == "now 2")
    }
  }

  @Test func `frames may be glued to the handshake`() async throws {
    try await withServer(SocketRouter()) { server in
      let client = try await RawClient(port: server.port)
      let frames =
        RawWebSocketClient.frame(1, Array("one".utf8))
        + RawWebSocketClient.frame(1, Array("two".utf8)).dropLast(2)
      try await client.send(bytes: Array(RawWebSocketClient.handshake("/socket").utf8) + frames)
      let socket = RawWebSocketClient(opened: client, response: try await client.response())
      #expect(try await socket.text() == "one")
      try await client.send(bytes: RawWebSocketClient.frame(1, Array("two".utf8)).suffix(2))
      #expect(try await socket.text() == "two")
    }
  }

  @Test func `a handshake may arrive one byte at a time`() async throws {
    try await withServer(SocketRouter()) { server in
      let client = try await RawClient(port: server.port)
      let frame = RawWebSocketClient.frame(1, Array("x".utf8))
      for byte in Array(RawWebSocketClient.handshake("/socket").utf8) + frame {
        try await client.send(bytes: [byte])
      }
      let socket = RawWebSocketClient(opened: client, response: try await client.response())
      #expect(try await socket.text() == "x")
    }
  }

  @Test func `a handshake waits its turn behind earlier requests, frames and all`() async throws {
    let router = SocketRouter()
    try await withServer(router) { server in
      let client = try await RawClient(port: server.port)
      let frames =
        RawWebSocketClient.frame(1, Array("one".utf8))
        + RawWebSocketClient.frame(1, Array("two".utf8))
      try await client.send(
        bytes: Array("GET /wait HTTP/1.1\r\n\r\nGET /now?x HTTP/1.1\r\n\r\n".utf8)
          + Array(RawWebSocketClient.handshake("/socket").utf8) + frames
      )
      await router.stub.started.wait()
      try await client.send(bytes: RawWebSocketClient.frame(1, Array("three".utf8)))
      router.stub.mayFinish.send()
      #expect(try await client.response().body == "finished")
      #expect(try await client.response().body == "now x")
      let socket = RawWebSocketClient(opened: client, response: try await client.response())
      #expect(socket.response.status == 101)
      for text in ["one", "two", "three"] { #expect(try await socket.text() == text) }
      try await socket.send("four")
      #expect(try await socket.text() == "four")
    }
  }

  @Test func `a socket takes no place among the requests at work`() async throws {
    let configuration = ServerConfiguration.test { $0.maximumConcurrentRequests = 1 }
    try await withServer(SocketRouter(), configuration: configuration) { server in
      let socket = try await RawWebSocketClient(port: server.port)
      let second = try await RawWebSocketClient(port: server.port)
      let client = try await RawClient(port: server.port)
      #expect(try await client.request("GET", "/now").status == 200)
      try await socket.send("a")
      #expect(try await socket.text() == "a")
      try await second.send("b")
      #expect(try await second.text() == "b")
    }
  }

  @Test func `the time limits of requests do not concern a socket`() async throws {
    let configuration = ServerConfiguration.test {
      $0.idleTimeout = .milliseconds(200)
      $0.headTimeout = .milliseconds(200)
      $0.bodyTimeout = .milliseconds(200)
      $0.requestTimeout = .milliseconds(200)
      $0.webSocketPingInterval = .milliseconds(100)
      $0.webSocketTickInterval = .milliseconds(20)
    }
    try await withServer(SocketRouter(), configuration: configuration) { server in
      // On a busy machine a connection may be idle for too long before its handshake.
      var opened: RawWebSocketClient?
      while opened == nil {
        try Task.checkCancellation()
        opened = try? await RawWebSocketClient(port: server.port)
      }
      let socket = try #require(opened)
      for _ in 0..<6 { #expect(try await socket.frame() == .ping([])) }
      try await socket.send("still here")
      #expect(try await socket.text() == "still here")
    }
  }

  @Test func `sockets are counted`() async throws {
    let counters = ServerCounters()
    let router = SocketRouter()
    try await withServer(router, counters: counters) { server in
      let first = try await RawWebSocketClient(port: server.port)
      let second = try await RawWebSocketClient(port: server.port)
      try await second.send("x")
      #expect(try await second.text() == "x")
      #expect(counters.openWebSockets == 2)
      try await first.close(code: 1000)
      #expect(try await first.next() == .close(code: 1000, reason: ""))
      #expect(try await first.endsNow())
      try await eventually { counters.openWebSockets == 1 }
    }
  }
}
