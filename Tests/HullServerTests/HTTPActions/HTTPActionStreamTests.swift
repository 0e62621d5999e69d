import Hull
import HullRuntime
import HullServer
import Testing

@Suite(.timeLimit(.minutes(1))) struct HTTPActionStreamTests {
  @Test func `a response arrives while it is made, and its context still works`() async throws {
    try await SiteFixture.with { fixture in
      try await fixture.site.send("GET /parts HTTP/1.1\r\n\r\n")
      let (status, fields) = try await fixture.site.head()
      #expect(status == 200)
      #expect(fields["content-type"] == "text/event-stream")
      fixture.application.mayGoOn.send("first")
      #expect(try await fixture.site.chunk() == "first 0.0")
      _ = try await fixture.api.request("POST", "/http/notes", body: #"{"text": "a"}"#)
      fixture.application.mayGoOn.send("second")
      #expect(try await fixture.site.chunk() == "second 1.0")
      fixture.application.mayGoOn.send("end")
      #expect(try await fixture.site.chunk() == "")
      #expect(try await fixture.site.request("GET", "/meta").status == 200)
    }
  }

  @Test func `an error after the head cuts the response off and is logged`() async throws {
    try await SiteFixture.with { fixture in
      try await fixture.site.send("GET /parts HTTP/1.1\r\n\r\n")
      _ = try await fixture.site.head()
      fixture.application.mayGoOn.send("first")
      #expect(try await fixture.site.chunk() == "first 0.0")
      fixture.application.mayGoOn.send("fail")
      #expect(try await fixture.site.remainder() == "")
      let record = await fixture.records.next()
      #expect(record?.route == "GET /parts")
      #expect(record?.failure?.hasPrefix("Uncaught Error: Broken()") == true)
    }
  }

  @Test func `a response that grows too large is cut off and logged`() async throws {
    try await SiteFixture.with { fixture in
      try await fixture.site.send("GET /endless HTTP/1.1\r\n\r\n")
      _ = try await fixture.site.head()
      // What was on its way when it was cut off may be lost; what must not come is a proper end.
      var chunks = 0
      do {
        while chunks <= 20 {
          #expect(try await fixture.site.chunk().utf8.count == 1 << 20)
          chunks += 1
        }
      } catch is ConnectionEnded {}
      #expect(chunks <= 20)
      let record = await fixture.records.next()
      #expect(
        record?.failure?.contains(
          "HttpResponseTooLarge: HTTP actions support responses up to 20 MiB"
        )
          == true
      )
    }
  }

  @Test func `an action that takes too long ends in the middle of its response`() async throws {
    try await SiteFixture.with(configure: { $0.actionTime = .seconds(5) }) { fixture in
      try await fixture.site.send("GET /parts HTTP/1.1\r\n\r\n")
      _ = try await fixture.site.head()
      fixture.application.mayGoOn.send("first")
      #expect(try await fixture.site.chunk() == "first 0.0")
      #expect(try await fixture.site.remainder() == "")
      #expect(await fixture.records.next()?.failure?.contains("timed out") == true)
    }
  }

  @Test func `a client that goes away ends the response, which is no failure`() async throws {
    try await SiteFixture.with { fixture in
      try await fixture.site.send("GET /parts HTTP/1.1\r\n\r\n")
      _ = try await fixture.site.head()
      fixture.application.mayGoOn.send("first")
      #expect(try await fixture.site.chunk() == "first 0.0")
      try await fixture.site.close()
      // What is made after that is taken by nobody.
      fixture.application.mayGoOn.send("second")
      fixture.application.mayGoOn.send("third")
      fixture.application.mayGoOn.send("end")
      let record = await fixture.records.next()
      #expect(record?.route == "GET /parts")
      #expect(record?.failure == nil)
    }
  }

  @Test func `a client that goes away does not end an action at work`() async throws {
    try await SiteFixture.with { fixture in
      try await fixture.site.send("GET /wait HTTP/1.1\r\n\r\n")
      #expect(await fixture.application.events.wait() == "started")
      try await fixture.site.close()
      fixture.application.mayGoOn.send()
      #expect(await fixture.application.events.wait() == "done")
    }
  }

  @Test func `an action reads the body as it arrives`() async throws {
    try await SiteFixture.with { fixture in
      try await fixture.site.send("POST /upload HTTP/1.1\r\nContent-Length: 6\r\n\r\nabc")
      #expect(await fixture.application.events.wait() == "started")
      try await fixture.site.send("def")
      #expect(try await fixture.site.response().body == "6")
      #expect(await fixture.application.events.wait() == "read 6")
    }
  }

  @Test func `an upload that breaks off is an error where it is read`() async throws {
    try await SiteFixture.with { fixture in
      try await fixture.site.send("POST /upload HTTP/1.1\r\nContent-Length: 6\r\n\r\nabc")
      #expect(await fixture.application.events.wait() == "started")
      try await fixture.site.close()
      #expect(await fixture.application.events.wait() == "failed: \(HTTPBodyError.disconnected)")
      #expect(await fixture.application.events.wait()?.hasPrefix("read") == true)
    }
  }

  @Test func `an action may send back what it gets`() async throws {
    try await SiteFixture.with { fixture in
      try await fixture.site.send("POST /back HTTP/1.1\r\nContent-Length: 6\r\n\r\nabc")
      let (_, fields) = try await fixture.site.head()
      #expect(fields["content-length"] == "6")
      #expect(try await fixture.site.bytes(3) == Array("abc".utf8))
      try await fixture.site.send("def")
      #expect(try await fixture.site.bytes(3) == Array("def".utf8))
      #expect(try await fixture.site.request("GET", "/meta").status == 200)
    }
  }
}
