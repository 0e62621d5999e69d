import HullServer
import Testing

@Suite(.timeLimit(.minutes(1))) struct WebSocketMessageTests {
  @Test func `a message of any size is echoed`() async throws {
    try await withServer(SocketRouter()) { server in
      let socket = try await RawWebSocketClient(port: server.port)
      for size in [0, 1, 2, 3, 4, 7, 8, 9, 125, 126, 127, 65_535, 65_536, 300_000] {
        let text = String(repeating: "é", count: size / 2) + String(repeating: "x", count: size % 2)
        try await socket.send(text)
        #expect(try await socket.text() == text)
      }
    }
  }

  @Test func `messages sent together are answered in order`() async throws {
    try await withServer(SocketRouter()) { server in
      let socket = try await RawWebSocketClient(port: server.port)
      let frames = (0..<500).flatMap { RawWebSocketClient.frame(1, Array("\($0)".utf8)) }
      try await socket.client.send(bytes: frames)
      for number in 0..<500 { #expect(try await socket.text() == "\(number)") }
    }
  }

  @Test func `fragments are joined, with control frames between them`() async throws {
    try await withServer(SocketRouter()) { server in
      let socket = try await RawWebSocketClient(port: server.port)
      let euro = Array("€".utf8)
      try await socket.send(1, Array("a".utf8) + euro.prefix(1), isFinal: false)
      try await socket.send(9, Array("are you there?".utf8))
      #expect(try await socket.next() == .pong(Array("are you there?".utf8)))
      try await socket.send(0, [], isFinal: false)
      try await socket.send(10, Array("unasked".utf8))
      try await socket.send(0, euro.suffix(2) + Array("b".utf8))
      #expect(try await socket.text() == "a€b")
      try await socket.send("whole")
      #expect(try await socket.text() == "whole")
    }
  }

  @Test func `the first frame is a ping, and others follow`() async throws {
    let configuration = ServerConfiguration.test {
      $0.webSocketPingInterval = .milliseconds(20)
      $0.webSocketTickInterval = .milliseconds(10)
    }
    try await withServer(SocketRouter(), configuration: configuration) { server in
      let socket = try await RawWebSocketClient(port: server.port)
      for _ in 0..<3 { #expect(try await socket.frame() == .ping([])) }
    }
  }

  @Test func `of many pings the last is answered`() async throws {
    try await withServer(SocketRouter()) { server in
      let socket = try await RawWebSocketClient(port: server.port)
      let pings = (0..<100).flatMap { RawWebSocketClient.frame(9, [UInt8($0)]) }
      try await socket.client.send(bytes: pings)
      var last: RawWebSocketClient.Incoming?
      while last != .pong([99]) { last = try await socket.next() }
    }
  }

  @Test func `what a binary message means is the peer's business`() async throws {
    try await withServer(SocketRouter()) { server in
      let socket = try await RawWebSocketClient(port: server.port)
      try await socket.send(2, [0xFF, 0xFE], isFinal: false)
      try await socket.send(0, [0xFD])
      #expect(try await socket.next() == .close(code: 1011, reason: "binary"))
    }
  }

  @Test func `a peer that reads no more holds the client back`() async throws {
    let router = SocketRouter()
    let configuration = ServerConfiguration.test { $0.webSocketTickInterval = .milliseconds(10) }
    try await withServer(router, configuration: configuration) { server in
      let socket = try await RawWebSocketClient(port: server.port)
      #expect(await router.events.wait() == "opened")
      for _ in 0..<5 {
        try await socket.send("pause")
        #expect(await router.events.wait() == "paused")
        try await socket.send("after")
        // The peer reads on at its next tick.
        #expect(try await socket.text() == "after")
      }
    }
  }

  @Test func `a slow client gets everything, in order, when it reads`() async throws {
    let router = SocketRouter()
    try await withServer(router) { server in
      let socket = try await RawWebSocketClient(port: server.port, isSlow: true)
      #expect(await router.events.wait() == "opened")
      try await socket.send("flood 120 100000")
      #expect(await router.events.wait() == "queued some")
      try await socket.client.startReading()
      #expect(try await socket.client.response().status == 101)
      for number in 0..<120 {
        let text = try await socket.text()
        #expect(text.hasPrefix("\(number) x"))
        #expect(text.utf8.count > 100_000)
      }
      #expect(await router.events.wait() == "drained")
      try await socket.send("again")
      #expect(try await socket.text() == "again")
    }
  }

  @Test func `a client that is too slow is closed and what waited for it forgotten`() async throws {
    let router = SocketRouter()
    let counters = ServerCounters()
    let configuration = ServerConfiguration.test { $0.maximumWebSocketQueuedBytes = 1_000_000 }
    try await withServer(router, configuration: configuration, counters: counters) { server in
      let socket = try await RawWebSocketClient(port: server.port, isSlow: true)
      #expect(await router.events.wait() == "opened")
      try await socket.send("flood 150 100000")
      #expect(await router.events.wait() == "queued none")
      #expect(await router.events.wait() == "closed")
      #expect(counters.bufferedBodyBytes == 0)
      try await socket.client.startReading()
      #expect(try await socket.client.response().status == 101)
      var frame = try await socket.next()
      var received = 0
      while case .text = frame {
        received += 1
        frame = try await socket.next()
      }
      guard case .close(1013, let reason) = frame else {
        Issue.record("\(frame)")
        return
      }
      #expect(reason.hasPrefix("ClientTooSlow"))
      #expect(received < 100)
      try await socket.close(code: 1013)
      #expect(try await socket.endsNow())
    }
  }

  @Test func `a client that never reads again is cut off`() async throws {
    let router = SocketRouter()
    let counters = ServerCounters()
    let configuration = ServerConfiguration.test {
      $0.maximumWebSocketQueuedBytes = 1_000_000
      $0.webSocketCloseTimeout = .milliseconds(50)
      $0.webSocketTickInterval = .milliseconds(10)
    }
    try await withServer(router, configuration: configuration, counters: counters) { server in
      let socket = try await RawWebSocketClient(port: server.port, isSlow: true)
      try await socket.send("flood 150 100000")
      #expect(await router.events.wait() == "opened")
      #expect(await router.events.wait() == "queued none")
      #expect(await router.events.wait() == "closed")
      try await eventually { counters.openWebSockets == 0 }
    }
  }

  @Test func `what the peers keep of messages counts with what waits`() async throws {
    let router = SocketRouter()
    let counters = ServerCounters()
    let configuration = ServerConfiguration.test {
      $0.maximumBufferedBytes = 1_000_000
      $0.webSocketTickInterval = .milliseconds(10)
    }
    try await withServer(router, configuration: configuration, counters: counters) { server in
      let socket = try await RawWebSocketClient(port: server.port)
      try await socket.send("keep 600000")
      #expect(try await socket.text() == "keep 600000")
      try await eventually { counters.bufferedBodyBytes == 600_000 }
      let other = try await RawWebSocketClient(port: server.port)
      try await other.send("keep 600000")
      #expect(try await other.text() == "keep 600000")
      guard case .close(1013, let reason) = try await other.next() else {
        Issue.record("the second socket was not closed")
        return
      }
      #expect(reason.hasPrefix("WorkerOverloaded"))
      try await eventually { counters.bufferedBodyBytes == 600_000 }
      // What is let go of is free again, at the next message or the next tick.
      try await socket.send("keep 5")
      #expect(try await socket.text() == "keep 5")
      try await eventually { counters.bufferedBodyBytes == 0 }
    }
  }

  @Test func `a client that takes what is left is given the time`() async throws {
    let router = SocketRouter()
    let timeout: Duration = .seconds(2)
    let configuration = ServerConfiguration.test {
      $0.webSocketCloseTimeout = timeout
      $0.webSocketTickInterval = .milliseconds(10)
    }
    try await withServer(router, configuration: configuration) { server in
      let socket = try await RawWebSocketClient(port: server.port, isSlow: true)
      try await socket.send("flood 150 100000")
      try await socket.send("close 4000 enough")
      #expect(await router.events.wait() == "opened")
      #expect(await router.events.wait() == "queued some")
      #expect(await router.events.wait() == "closed")
      // It takes some of it at a time, and longer in all than the close may take. The system tells of
      // room only when a third of what it keeps for the socket is free again.
      let began = ContinuousClock.now
      while ContinuousClock.now - began < timeout * 1.5 {
        for _ in 0..<10 { try await socket.client.readOnce() }
        try await pause()
      }
      try await socket.client.startReading()
      #expect(try await socket.client.response().status == 101)
      for number in 0..<150 { #expect(try await socket.text().hasPrefix("\(number) ")) }
      #expect(try await socket.text() == "last")
      let end = try await socket.next()
      #expect(end == .close(code: 4000, reason: "enough"))
    }
  }

  @Test func `what waits on all sockets together is bounded`() async throws {
    let router = SocketRouter()
    let counters = ServerCounters()
    let configuration = ServerConfiguration.test { $0.maximumBufferedBytes = 1_000_000 }
    try await withServer(router, configuration: configuration, counters: counters) { server in
      let socket = try await RawWebSocketClient(port: server.port)
      try await socket.send(1, [UInt8](repeating: 0x61, count: 600_000), isFinal: false)
      try await eventually { counters.bufferedBodyBytes >= 600_000 }
      let other = try await RawWebSocketClient(port: server.port)
      try await other.send(1, [UInt8](repeating: 0x61, count: 600_000), isFinal: false)
      guard case .close(1013, let reason) = try await other.next() else {
        Issue.record("the second socket was not closed")
        return
      }
      #expect(reason.hasPrefix("WorkerOverloaded"))
      try await socket.send(0, [])
      #expect(try await socket.text().utf8.count == 600_000)
      try await eventually { counters.bufferedBodyBytes == 0 }
    }
  }
}
