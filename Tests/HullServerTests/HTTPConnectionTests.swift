import HullServer
import NIOCore
import Testing

@Suite(.timeLimit(.minutes(1))) struct HTTPConnectionTests {
  @Test func `one connection serves many requests`() async throws {
    try await withServer(StubRouter()) { server in
      let client = try await RawClient(port: server.port)
      for number in 0..<5 {
        let response = try await client.request("GET", "/now?\(number)")
        #expect(response.status == 200)
        #expect(response.body == "now \(number)")
        #expect(response["connection"] == nil)
      }
    }
  }

  @Test func `a request may arrive one byte at a time`() async throws {
    try await withServer(StubRouter()) { server in
      let client = try await RawClient(port: server.port)
      for byte in "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc".utf8 {
        try await client.send(bytes: [byte])
      }
      #expect(try await client.response().body == "abc")
    }
  }

  @Test func `a chunked body is put together`() async throws {
    try await withServer(StubRouter()) { server in
      let client = try await RawClient(port: server.port)
      try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
      try await client.send("3\r\nabc\r\n")
      try await client.send("4;name=value\r\ndefg\r\n0\r\nTrailer: x\r\n\r\n")
      #expect(try await client.response().body == "abcdefg")
      #expect(try await client.request("GET", "/now").status == 200)
    }
  }

  @Test func `the bodies of all connections together are bounded`() async throws {
    var router = StubRouter()
    router.bodyLimit = 100_000
    var configuration = ServerConfiguration(port: 0)
    configuration.maximumBufferedBytes = 100_000
    let counters = ServerCounters()
    try await withServer(router, configuration: configuration, counters: counters) { server in
      func head(_ length: Int) -> String {
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \(length)\r\n\r\n"
      }
      let part = String(repeating: "x", count: 60_000)
      let first = try await RawClient(port: server.port)
      try await first.send(head(90_000) + part)
      while counters.bufferedBodyBytes < 60_000 { await Task.yield() }
      // What one holds in the middle of its body, another cannot have.
      let second = try await RawClient(port: server.port)
      try await second.send(head(60_000) + part)
      let refusal = try await second.response()
      #expect(refusal.status == 503)
      #expect(refusal.body.contains("WorkerOverloaded"))
      #expect(refusal["retry-after"] == "1")
      // Once the first is answered, there is room again, and nothing is left counted.
      try await first.send(String(repeating: "y", count: 30_000))
      #expect(try await first.response().body.utf8.count == 90_000)
      try await first.send(head(60_000) + part)
      #expect(try await first.response().status == 200)
      try await eventually { counters.bufferedBodyBytes == 0 }
    }
  }

  @Test func `answers that clients do not take count with the bodies`() async throws {
    let counters = ServerCounters()
    let configuration = ServerConfiguration.test { $0.maximumBufferedBytes = 30_000_000 }
    try await withServer(StubRouter(), configuration: configuration, counters: counters) { server in
      let slow = try await RawClient(port: server.port, isSlow: true)
      try await slow.send("GET /large?bytes=20000000 HTTP/1.1\r\n\r\n")
      try await eventually { counters.bufferedBodyBytes == 20_000_000 }
      let other = try await RawClient(port: server.port)
      let refusal = try await other.request("GET", "/large?bytes=20000000")
      #expect(refusal.status == 503)
      #expect(refusal.body.contains("WorkerOverloaded"))
      #expect(refusal["retry-after"] == "1")
      // Shorter ones are answered.
      #expect(try await other.request("GET", "/large?bytes=1000000").body.utf8.count == 1_000_000)
      #expect(try await other.request("GET", "/large?bytes=3").body == "aaa")
      // What has been done is not refused.
      try await other.send("GET /large-done?bytes=20000000 HTTP/1.1\r\n\r\n")
      await #expect(throws: ConnectionEnded.self) { try await other.response() }
      try await slow.startReading()
      #expect(try await slow.response().body.utf8.count == 20_000_000)
      try await eventually { counters.bufferedBodyBytes == 0 }
      let third = try await RawClient(port: server.port)
      let answer = try await third.request("GET", "/large-done?bytes=20000000")
      #expect(answer.body.utf8.count == 20_000_000)
      try await eventually { counters.bufferedBodyBytes == 0 }
      // One that is given up is not counted either.
      let gone = try await RawClient(port: server.port, isSlow: true)
      try await gone.send("GET /large?bytes=20000000 HTTP/1.1\r\n\r\n")
      try await eventually { counters.bufferedBodyBytes == 20_000_000 }
      try await gone.close()
      try await eventually { counters.bufferedBodyBytes == 0 }
    }
  }

  @Test func `pipelined requests are answered in order`() async throws {
    try await withServer(StubRouter()) { server in
      let client = try await RawClient(port: server.port)
      var text = ""
      for number in 0..<50 {
        text += "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n\(number + 10)"
        text += "GET /now?\(number) HTTP/1.1\r\nHost: a\r\n\r\n"
      }
      try await client.send(text)
      for number in 0..<50 {
        #expect(try await client.response().body == "\(number + 10)")
        #expect(try await client.response().body == "now \(number)")
      }
    }
  }

  @Test func `a malformed request behind good ones is answered last`() async throws {
    try await withServer(StubRouter()) { server in
      let client = try await RawClient(port: server.port)
      try await client.send(
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx" + "nonsense\r\n\r\n"
      )
      #expect(try await client.response().body == "x")
      let refusal = try await client.response()
      #expect(refusal.status == 400)
      #expect(refusal["connection"] == "close")
      #expect(try await client.remainder() == "")
    }
  }

  @Test(arguments: [
    "nonsense\r\n\r\n",
    "GET /now HTTP/2.0\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "GET /now HTTP/1.1\r\nHost: a\r\nBad Header: x\r\n\r\n",
    "GET /now HTTP/1.1\r\n: nameless\r\n\r\n",
    "POST /echo HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "POST /echo HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    "POST /echo HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "POST /echo HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
    "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    "\u{0}\u{1}\u{2}\r\n\r\n",
  ])
  func `a malformed request gets 400 and the connection ends`(text: String) async throws {
    try await withServer(StubRouter()) { server in
      let client = try await RawClient(port: server.port)
      try await client.send(text)
      let response = try await client.response()
      #expect(response.status == 400)
      #expect(response.body == "")
      #expect(response["connection"] == "close")
      #expect(try await client.remainder() == "")
    }
  }

  @Test func `a head beyond the limits gets 431`() async throws {
    try await withServer(StubRouter()) { server in
      for head in [
        "GET /now HTTP/1.1\r\nX: \(String(repeating: "x", count: 20_000))\r\n\r\n",
        "GET /\(String(repeating: "x", count: 20_000)) HTTP/1.1\r\n\r\n",
        "GET /now HTTP/1.1\r\n\(String(repeating: "X: y\r\n", count: 200))\r\n",
        "GET /now HTTP/1.1\r\n"
          + String(repeating: "X: \(String(repeating: "y", count: 1000))\r\n", count: 70),
      ] {
        let client = try await RawClient(port: server.port)
        try await client.send(head)
        #expect(try await client.response().status == 431)
      }
    }
  }

  @Test func `a body announced beyond the limit is refused before it is sent`() async throws {
    try await withServer(StubRouter()) { server in
      let client = try await RawClient(port: server.port)
      try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n")
      let response = try await client.response()
      #expect(response.status == 400)
      #expect(response.body == "too long")
      #expect(response["connection"] == "close")
    }
  }

  @Test func `a client that sends a refused body whole still reads the answer`() async throws {
    try await withServer(StubRouter()) { server in
      let client = try await RawClient(port: server.port)
      let body = String(repeating: "x", count: 8 * 1024 * 1024)
      try await client.send(
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body
      )
      #expect(try await client.response().body == "too long")
      #expect(try await client.remainder() == "")
    }
  }

  @Test func `a chunked body is refused where it passes the limit`() async throws {
    try await withServer(StubRouter()) { server in
      let client = try await RawClient(port: server.port)
      try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
      for _ in 0..<3 {
        client.sendLater("190\r\n\(String(repeating: "x", count: 400))\r\n")
      }
      #expect(try await client.response().body == "too long")
    }
  }

  @Test func `a body of exactly the limit is accepted`() async throws {
    try await withServer(StubRouter()) { server in
      let client = try await RawClient(port: server.port)
      let body = String(repeating: "x", count: 1000)
      #expect(try await client.request("POST", "/echo", body: body).body == body)
      #expect(try await client.request("POST", "/echo", body: body).body == body)
    }
  }

  @Test func `a client that waits for 100 is told to go on`() async throws {
    try await withServer(StubRouter()) { server in
      let client = try await RawClient(port: server.port)
      try await client.send(
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\n"
      )
      #expect(try await client.response().status == 100)
      try await client.send("ab")
      #expect(try await client.response().body == "ab")
    }
  }

  @Test func `a client that waits for 100 with too large a body gets the final answer`()
    async throws
  {
    try await withServer(StubRouter()) { server in
      let client = try await RawClient(port: server.port)
      try await client.send(
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\nExpect: 100-continue\r\n\r\n"
      )
      #expect(try await client.response().body == "too long")
    }
  }

  @Test func `HTTP 1.0 closes unless asked to stay`() async throws {
    try await withServer(StubRouter()) { server in
      let closing = try await RawClient(port: server.port)
      try await closing.send("GET /now HTTP/1.0\r\n\r\n")
      let last = try await closing.response()
      #expect(last["connection"] == "close")
      #expect(try await closing.remainder() == "")

      let staying = try await RawClient(port: server.port)
      try await staying.send("GET /now HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
      #expect(try await staying.response()["connection"] == "keep-alive")
      #expect(try await staying.request("GET", "/now").status == 200)
    }
  }

  @Test func `a client may ask to close`() async throws {
    try await withServer(StubRouter()) { server in
      let client = try await RawClient(port: server.port)
      let response = try await client.request("GET", "/now", fields: ["Connection: close"])
      #expect(response["connection"] == "close")
      #expect(try await client.remainder() == "")
    }
  }

  @Test(arguments: [
    ["Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABkAAQ"],
    ["Upgrade: websocket", "Connection: Upgrade"],
    ["Upgrade: h2c", "Connection: keep-alive"],
  ])
  func `an offer to upgrade is ignored and the connection goes on`(fields: [String]) async throws {
    try await withServer(StubRouter()) { server in
      let client = try await RawClient(port: server.port)
      for _ in 0..<3 {
        #expect(try await client.request("GET", "/now", fields: fields).body == "now ")
        let echo = try await client.request("POST", "/echo", fields: fields, body: "abc")
        #expect(echo.body == "abc")
        #expect(try await client.request("GET", "/now").status == 200)
      }
    }
  }

  @Test func `requests pipelined behind an offer to upgrade are answered`() async throws {
    try await withServer(StubRouter()) { server in
      let client = try await RawClient(port: server.port)
      let offer =
        "POST /echo HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nContent-Length: 2\r\n\r\nab"
      try await client.send(offer + offer + "GET /now?x HTTP/1.1\r\n\r\nGET /now?y HTTP/1.1\r\n")
      #expect(try await client.response().body == "ab")
      #expect(try await client.response().body == "ab")
      #expect(try await client.response().body == "now x")
      try await client.send("\r\n")
      #expect(try await client.response().body == "now y")
    }
  }

  @Test func `CONNECT is an unknown route and ends the connection`() async throws {
    try await withServer(StubRouter()) { server in
      let client = try await RawClient(port: server.port)
      let response = try await client.request("CONNECT", "example.org:443")
      #expect(response.status == 404)
      #expect(try await client.remainder() == "")
    }
  }

  @Test func `HEAD tells the length and sends no body`() async throws {
    try await withServer(StubRouter()) { server in
      let client = try await RawClient(port: server.port)
      let response = try await client.request("HEAD", "/now?abc")
      #expect(response["content-length"] == "7")
      #expect(try await client.request("GET", "/now").body == "now ")
    }
  }

  @Test(arguments: [0, 1, 16 * 1024, 16 * 1024 + 1, 3_000_000])
  func `a body of any size arrives whole`(size: Int) async throws {
    try await withServer(StubRouter()) { server in
      let client = try await RawClient(port: server.port)
      for _ in 0..<2 {
        let response = try await client.request("GET", "/large?bytes=\(size)")
        #expect(response.body.utf8.count == size)
      }
      let last = try await client.request(
        "GET",
        "/large?bytes=\(size)",
        fields: ["Connection: close"]
      )
      #expect(last.body.utf8.count == size)
      #expect(try await client.remainder() == "")
    }
  }

  @Test func `a client that reads late gets every pipelined answer`() async throws {
    try await withServer(StubRouter()) { server in
      let client = try await RawClient(port: server.port)
      let request = "GET /large?bytes=2000000 HTTP/1.1\r\n\r\n"
      client.sendLater(String(repeating: request, count: 8))
      for _ in 0..<8 {
        #expect(try await client.response().body.utf8.count == 2_000_000)
      }
    }
  }

  @Test func `an absolute request target is accepted`() async throws {
    try await withServer(StubRouter()) { server in
      let client = try await RawClient(port: server.port)
      #expect(try await client.request("GET", "http://localhost:1/now?q").body == "now q")
    }
  }

  @Test func `a header value never starts a line of its own`() async throws {
    try await withServer(StubRouter()) { server in
      let client = try await RawClient(port: server.port)
      let response = try await client.request("GET", "/forge")
      #expect(response["x-forged"] == nil)
      #expect(response["set-cookie"] == nil)
      #expect(response["x-plain"] == "c")
    }
  }

  @Test func `answers carry the date`() async throws {
    try await withServer(StubRouter()) { server in
      let client = try await RawClient(port: server.port)
      let date = try #require(try await client.request("GET", "/now")["date"])
      let form = /[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT/
      #expect(date.wholeMatch(of: form) != nil)
    }
  }
}
