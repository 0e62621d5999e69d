import Hull
import HullServer
import NIOCore
import NIOPosix
import Testing

@Suite(.timeLimit(.minutes(1))) struct IncomingStreamTests {
  @Test func `a streamed route gets the body however it is framed`() async throws {
    try await withServer(StreamRouter()) { server in
      let client = try await RawClient(port: server.port)
      #expect(try await client.request("GET", "/length").body == "0 bytes, last ")
      #expect(try await client.request("POST", "/length", body: "ab").body == "2 bytes, last ab")
      #expect(try await client.request("POST", "/length", body: "").body == "0 bytes, last ")
      try await client.send("POST /length HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
      try await client.send("1\r\na\r\n")
      try await client.send("1\r\nb\r\n0\r\n\r\n")
      #expect(try await client.response().body == "2 bytes, last ab")
    }
  }

  @Test func `a streamed route starts before the body is there`() async throws {
    try await withServer(StreamRouter()) { server in
      let client = try await RawClient(port: server.port)
      try await client.send("POST /first HTTP/1.1\r\nContent-Length: 100000\r\n\r\nabc")
      let (status, fields) = try await client.head()
      #expect(status == 200)
      #expect(fields["connection"] == "close")
      #expect(try await client.bytes(7) == Array("first 3".utf8))
    }
  }

  @Test func `a large body arrives whole`() async throws {
    try await withServer(StreamRouter()) { server in
      let client = try await RawClient(port: server.port)
      let body = String(repeating: "b", count: 20_000_000)
      let response = try await client.request("POST", "/length", body: body)
      #expect(response.body == "20000000 bytes, last bbb")
      #expect(try await client.request("GET", "/now").status == 200)
    }
  }

  @Test func `a reader that is behind holds the sender back`() async throws {
    let router = StreamRouter()
    try await withServer(router) { server in
      let client = try await RawClient(port: server.port)
      let size = 48 * 1024 * 1024
      try await client.send(
        "POST /wait-then-length HTTP/1.1\r\nContent-Length: \(size)\r\n\r\n"
      )
      await router.events.wait()
      let sent = StreamRouter.Counter()
      let piece = [UInt8](repeating: 0x61, count: 1024 * 1024)
      let sending = client.sendCounted(pieces: 48, of: piece) { _ = sent.add() }
      // What the kernel keeps for both sockets goes out, and then no more.
      var before = -1
      while sent.value != before {
        before = sent.value
        try await pause()
      }
      #expect(sent.value < 24)
      router.mayGoOn.send()
      try await sending.value
      #expect(try await client.response().body == "\(size) bytes, last aaa")
    }
  }

  @Test func `requests behind a streamed one wait for it`() async throws {
    let router = StreamRouter()
    try await withServer(router) { server in
      let client = try await RawClient(port: server.port)
      let post = "POST /length HTTP/1.1\r\nContent-Length: 3\r\n\r\n"
      try await client.send(
        "GET /now?1 HTTP/1.1\r\n\r\n" + post + "abc" + post + "abd" + "GET /now?2 HTTP/1.1\r\n\r\n"
          + post + "a"
      )
      #expect(try await client.response().body == "now 1")
      #expect(try await client.response().body == "3 bytes, last abc")
      #expect(try await client.response().body == "3 bytes, last abd")
      #expect(try await client.response().body == "now 2")
      try await client.send("bc" + "GET /now?3 HTTP/1.1\r\n\r\n")
      #expect(try await client.response().body == "3 bytes, last abc")
      #expect(try await client.response().body == "now 3")
    }
  }

  @Test func `a short rest of an answered request is dropped and the connection stays`()
    async throws
  {
    try await withServer(StreamRouter()) { server in
      let client = try await RawClient(port: server.port)
      try await client.send("POST /early HTTP/1.1\r\nContent-Length: 5\r\n\r\nab")
      let response = try await client.response()
      #expect(response.body == "early")
      #expect(response["connection"] == nil)
      try await client.send("cdeGET /now HTTP/1.1\r\n\r\n")
      #expect(try await client.response().body == "now ")
    }
  }

  @Test(arguments: ["Content-Length: 70000", "Transfer-Encoding: chunked"])
  func `a long rest of an answered request ends the connection`(framing: String) async throws {
    try await withServer(StreamRouter()) { server in
      let client = try await RawClient(port: server.port)
      try await client.send("POST /early HTTP/1.1\r\n\(framing)\r\n\r\n")
      let response = try await client.response()
      #expect(response.body == "early")
      #expect(response["connection"] == "close")
      // It is not cut off while it sends, so that it gets to read the answer.
      if framing.hasPrefix("Content") {
        try await client.send(bytes: [UInt8](repeating: 0, count: 70_000))
      } else {
        try await client.send("3\r\nabc\r\n0\r\n\r\n")
      }
      #expect(try await client.remainder() == "")
    }
  }

  @Test func `a client that waits for 100 is told to go on when the body is read`() async throws {
    let router = StreamRouter()
    try await withServer(router) { server in
      let client = try await RawClient(port: server.port)
      let expectation = "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n"
      try await client.send("POST /wait-then-length HTTP/1.1\r\n" + expectation)
      await router.events.wait()
      router.mayGoOn.send()
      #expect(try await client.response().status == 100)
      try await client.send("abc")
      #expect(try await client.response().body == "3 bytes, last abc")
      #expect(try await client.request("GET", "/now").status == 200)

      try await client.send("POST /early HTTP/1.1\r\n" + expectation)
      let early = try await client.response()
      #expect(early.status == 200)
      #expect(early["connection"] == "close")
    }
  }

  @Test func `a body longer than the route takes fails where it is read`() async throws {
    var router = StreamRouter()
    router.bodyLimit = 10
    try await withServer(router) { server in
      let client = try await RawClient(port: server.port)
      try await client.send("POST /length HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
      try await client.send("6\r\nabcdef\r\n6\r\nabcdef\r\n0\r\n\r\n")
      let response = try await client.response()
      #expect(response.status == 409)
      #expect(response.body == "\(HTTPBodyError.tooLong(limit: 10))")
      #expect(response["connection"] == "close")
      #expect(try await client.remainder() == "")
    }
  }

  @Test func `a body can be read once`() async throws {
    try await withServer(StreamRouter()) { server in
      let client = try await RawClient(port: server.port)
      let response = try await client.request("POST", "/twice", body: "abc")
      #expect(response.body == "\(HTTPBodyError.alreadyRead)")
    }
  }

  @Test(arguments: [HTTPRoute.DisconnectPolicy.cancel, .runToCompletion])
  func `a client that goes away ends the body with an error`(
    policy: HTTPRoute.DisconnectPolicy
  ) async throws {
    var router = StreamRouter()
    router.onDisconnect = policy
    try await withServer(router) { server in
      let client = try await RawClient(port: server.port)
      try await client.send("POST /wait-then-length HTTP/1.1\r\nContent-Length: 30\r\n\r\nabc")
      await router.events.wait()
      router.mayGoOn.send()
      try await client.close()
      let event = await router.events.wait()
      let expected: [any Error] =
        switch policy {
        // Whichever is noticed first.
        case .cancel: [HTTPBodyError.disconnected, CancellationError()]
        case .runToCompletion: [HTTPBodyError.disconnected]
        }
      #expect(expected.map { "failed: \($0)" }.contains(event))
    }
  }

  @Test func `a malformed chunk is refused whatever the route does`() async throws {
    let router = StreamRouter()
    try await withServer(router) { server in
      let client = try await RawClient(port: server.port)
      try await client.send(
        "POST /length HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\nxyz\r\n"
      )
      #expect(try await client.response().status == 400)
      #expect(try await client.remainder() == "")
      let event = await router.events.wait()
      #expect(
        event == "failed: \(HTTPBodyError.malformed)" || event == "failed: \(CancellationError())"
      )
    }
  }

  @Test func `a client that sends too slowly gets 408`() async throws {
    let router = StreamRouter()
    let configuration = ServerConfiguration.test { $0.bodyTimeout = .milliseconds(50) }
    try await withServer(router, configuration: configuration) { server in
      let client = try await RawClient(port: server.port)
      try await client.send("POST /length HTTP/1.1\r\nContent-Length: 100000\r\n\r\nabc")
      #expect(try await client.response().status == 408)
      #expect(try await client.remainder() == "")
    }
  }

  @Test func `slow uploads do not keep other requests waiting`() async throws {
    let router = StreamRouter()
    let configuration = ServerConfiguration.test {
      $0.maximumConcurrentRequests = 1
      $0.maximumConcurrentStreams = 1
    }
    try await withServer(router, configuration: configuration) { server in
      let slow = try await RawClient(port: server.port)
      try await slow.send("POST /wait-then-length HTTP/1.1\r\nContent-Length: 3\r\n\r\n")
      await router.events.wait()
      let other = try await RawClient(port: server.port)
      #expect(try await other.request("GET", "/now").status == 200)
      // A second upload waits its turn.
      try await other.send("POST /length HTTP/1.1\r\nContent-Length: 2\r\n\r\nab")
      router.mayGoOn.send()
      try await slow.send("abc")
      #expect(try await slow.response().body == "3 bytes, last abc")
      #expect(try await other.response().body == "2 bytes, last ab")
    }
  }
}

/// Lets a few milliseconds pass, for what can only be seen not to happen.
func pause() async throws {
  try await MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: .milliseconds(50)) {}
    .futureResult.get()
}
