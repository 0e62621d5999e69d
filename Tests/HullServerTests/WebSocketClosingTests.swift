import HullServer
import Logging
import Testing

@Suite(.timeLimit(.minutes(1))) struct WebSocketClosingTests {
  @Test(arguments: [(1000, "bye"), (1001, ""), (4040, "why not"), (3000, "€")])
  func `a client's close is echoed`(code: Int, reason: String) async throws {
    let router = SocketRouter()
    try await withServer(router) { server in
      let socket = try await RawWebSocketClient(port: server.port)
      try await socket.close(code: UInt16(code), reason: reason)
      #expect(try await socket.next() == .close(code: UInt16(code), reason: ""))
      #expect(try await socket.endsNow())
      #expect(await router.events.wait() == "opened")
      #expect(await router.events.wait() == "closed")
    }
  }

  @Test func `a close without a code is echoed without one`() async throws {
    try await withServer(SocketRouter()) { server in
      let socket = try await RawWebSocketClient(port: server.port)
      try await socket.close()
      #expect(try await socket.next() == .close(code: nil, reason: ""))
      #expect(try await socket.endsNow())
    }
  }

  @Test func `what was sent before a close arrives, and nothing after it`() async throws {
    let router = SocketRouter()
    try await withServer(router) { server in
      let socket = try await RawWebSocketClient(port: server.port)
      try await socket.send("close 4001 enough")
      #expect(try await socket.text() == "last")
      #expect(try await socket.next() == .close(code: 4001, reason: "enough"))
      #expect(await router.events.wait() == "opened")
      #expect(await router.events.wait() == "closed")
      // The server still waits for the answer, and hears nothing else.
      try await socket.send("close 4002 again")
      try await socket.send(9)
      try await socket.close(code: 4001)
      #expect(try await socket.endsNow())
    }
  }

  @Test func `the server may close without a code`() async throws {
    try await withServer(SocketRouter()) { server in
      let socket = try await RawWebSocketClient(port: server.port)
      try await socket.send("close")
      #expect(try await socket.next() == .close(code: nil, reason: ""))
      try await socket.close()
      #expect(try await socket.endsNow())
    }
  }

  @Test func `a long reason is cut`() async throws {
    try await withServer(SocketRouter()) { server in
      let socket = try await RawWebSocketClient(port: server.port)
      let reason = String(repeating: "x", count: 80)
      try await socket.send("close 4001 \(reason)é")
      #expect(try await socket.text() == "last")
      #expect(try await socket.next() == .close(code: 4001, reason: reason + "é"))
    }
    let long = WebSocketClose(code: 1000, reason: String(repeating: "é", count: 100))
    #expect(long.reason == String(repeating: "é", count: 61))
  }

  @Test func `a client that does not answer a close is cut off`() async throws {
    let configuration = ServerConfiguration.test {
      $0.webSocketCloseTimeout = .milliseconds(50)
      $0.webSocketTickInterval = .milliseconds(10)
    }
    try await withServer(SocketRouter(), configuration: configuration) { server in
      let socket = try await RawWebSocketClient(port: server.port)
      try await socket.send("close")
      #expect(try await socket.next() == .close(code: nil, reason: ""))
      #expect(try await socket.endsNow())
    }
  }

  @Test func `a connection that breaks is told to the peer once`() async throws {
    let router = SocketRouter()
    try await withServer(router) { server in
      let socket = try await RawWebSocketClient(port: server.port)
      #expect(await router.events.wait() == "opened")
      try await socket.client.close()
      #expect(await router.events.wait() == "closed")
      let other = try await RawWebSocketClient(port: server.port)
      #expect(await router.events.wait() == "opened")
      try await other.close()
      #expect(await router.events.wait() == "closed")
    }
  }

  /// Bytes that violate the protocol, and the code that says so.
  static let violations: [(name: String, bytes: [UInt8], code: UInt16)] = [
    ("not masked", RawWebSocketClient.frame(1, [0x61], mask: nil), 1002),
    ("reserved bit 1", RawWebSocketClient.frame(1, [0x61], reservedBits: 4), 1002),
    ("reserved bit 2", RawWebSocketClient.frame(1, [0x61], reservedBits: 2), 1002),
    ("reserved bit 3", RawWebSocketClient.frame(1, [0x61], reservedBits: 1), 1002),
    ("reserved opcode", RawWebSocketClient.frame(3, [0x61]), 1002),
    ("reserved control opcode", RawWebSocketClient.frame(11, []), 1002),
    ("fragmented ping", RawWebSocketClient.frame(9, [], isFinal: false), 1002),
    ("long ping", RawWebSocketClient.frame(9, [UInt8](repeating: 0, count: 126)), 1002),
    ("nothing to continue", RawWebSocketClient.frame(0, [0x61]), 1002),
    (
      "message within a message",
      RawWebSocketClient.frame(1, [0x61], isFinal: false) + RawWebSocketClient.frame(1, [0x61]),
      1002
    ),
    ("half a close code", RawWebSocketClient.frame(8, [3]), 1002),
    ("close code 999", RawWebSocketClient.frame(8, [0x03, 0xE7]), 1002),
    ("close code 1005", RawWebSocketClient.frame(8, [0x03, 0xED]), 1002),
    ("close code 5000", RawWebSocketClient.frame(8, [0x13, 0x88]), 1002),
    ("close reason is no text", RawWebSocketClient.frame(8, [0x03, 0xE8, 0xFF]), 1007),
    ("text is no UTF-8", RawWebSocketClient.frame(1, [0x61, 0xC3]), 1007),
    ("surrogate", RawWebSocketClient.frame(1, [0xED, 0xA0, 0x80]), 1007),
    (
      "fragments are no UTF-8",
      RawWebSocketClient.frame(1, [0xE2], isFinal: false) + RawWebSocketClient.frame(0, [0x61]),
      1007
    ),
    ("frame too large", RawWebSocketClient.frame(1, [0x61], claimedLength: 2001), 1009),
    ("frame much too large", RawWebSocketClient.frame(2, [], claimedLength: .max), 1009),
    (
      "message too large",
      (0..<3).flatMap {
        RawWebSocketClient.frame(
          $0 == 0 ? 1 : 0,
          [UInt8](repeating: 0x61, count: 2000),
          isFinal: false
        )
      },
      1009
    ),
  ]

  @Test(arguments: violations) func `a violation closes the socket with its code`(
    name: String,
    bytes: [UInt8],
    code: UInt16
  ) async throws {
    let configuration = ServerConfiguration.test {
      $0.maximumWebSocketFrameSize = 2000
      $0.maximumWebSocketMessageSize = 5000
    }
    let router = SocketRouter()
    try await withServer(router, configuration: configuration) { server in
      let socket = try await RawWebSocketClient(port: server.port)
      try await socket.send("before")
      try await socket.client.send(bytes: bytes + RawWebSocketClient.frame(1, [0x61]))
      #expect(try await socket.text() == "before")
      guard case .close(let found?, let reason) = try await socket.next() else {
        Issue.record("no close frame")
        return
      }
      #expect(found == code)
      #expect(reason != "")
      #expect(try await socket.endsNow())
      #expect(await router.events.wait() == "opened")
      #expect(await router.events.wait() == "closed")
    }
  }

  @Test func `a client that is still sending reads why it was closed`() async throws {
    let configuration = ServerConfiguration.test { $0.maximumWebSocketFrameSize = 1_000_000 }
    try await withServer(SocketRouter(), configuration: configuration) { server in
      let socket = try await RawWebSocketClient(port: server.port)
      let payload = [UInt8](repeating: 0x61, count: 4_000_000)
      // The server stops listening half-way, so that not all of it may leave.
      try? await socket.client.send(bytes: RawWebSocketClient.frame(1, payload))
      guard case .close(1009, let reason) = try await socket.next() else {
        Issue.record("no close frame")
        return
      }
      #expect(reason == "A frame is longer than 1000000 bytes.")
    }
  }

  @Test func `a silent client is taken for dead`() async throws {
    let router = SocketRouter()
    let configuration = ServerConfiguration.test {
      $0.webSocketSilenceTimeout = .milliseconds(100)
      $0.webSocketPingInterval = .milliseconds(20)
      $0.webSocketTickInterval = .milliseconds(10)
    }
    try await withServer(router, configuration: configuration) { server in
      let socket = try await RawWebSocketClient(port: server.port)
      #expect(try await socket.frame() == .ping([]))
      #expect(try await socket.next() == .close(code: 1000, reason: "ClientDisconnected"))
      #expect(await router.events.wait() == "opened")
      #expect(await router.events.wait() == "closed")
    }
  }

  // MARK: Shutdown

  private func start(_ router: SocketRouter) async throws -> HTTPServer {
    try await HTTPServer.start(
      .test(),
      router: router,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    )
  }

  @Test func `shutdown closes sockets with 1001`() async throws {
    let router = SocketRouter()
    let server = try await start(router)
    let socket = try await RawWebSocketClient(port: server.port)
    #expect(await router.events.wait() == "opened")
    async let stopped: Void = server.shutdown(within: .seconds(30))
    #expect(try await socket.next() == .close(code: 1001, reason: "ServerShutdown"))
    try await socket.close(code: 1001)
    #expect(try await socket.endsNow())
    await stopped
    #expect(await router.events.wait() == "shouldClose")
    #expect(await router.events.wait() == "closed")
  }

  @Test func `a peer may finish its work before a shutdown closes it`() async throws {
    var router = SocketRouter()
    router.closesAtOnce = false
    let server = try await start(router)
    let socket = try await RawWebSocketClient(port: server.port)
    #expect(await router.events.wait() == "opened")
    async let stopped: Void = server.shutdown(within: .seconds(30))
    #expect(await router.events.wait() == "shouldClose")
    try await socket.send("close 4001 done")
    #expect(try await socket.text() == "last")
    #expect(try await socket.next() == .close(code: 4001, reason: "done"))
    try await socket.close(code: 4001)
    #expect(try await socket.endsNow())
    await stopped
  }

  @Test func `shutdown does not wait for a socket beyond its limit`() async throws {
    var router = SocketRouter()
    router.closesAtOnce = false
    let server = try await start(router)
    let socket = try await RawWebSocketClient(port: server.port)
    #expect(try await socket.frame() == .ping([]))
    await server.shutdown(within: .milliseconds(20))
    #expect(try await socket.endsNow())
  }
}
