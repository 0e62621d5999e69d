import Foundation
import Hull
import HullServer
import NIOCore
import Testing

@Suite(.timeLimit(.minutes(1))) struct OutgoingStreamTests {
  @Test func `chunks arrive before the answer ends`() async throws {
    let router = StreamRouter()
    try await withServer(router) { server in
      let client = try await RawClient(port: server.port)
      try await client.send("GET /chunks HTTP/1.1\r\n\r\n")
      let (status, fields) = try await client.head()
      #expect(status == 200)
      #expect(fields["transfer-encoding"] == "chunked")
      #expect(fields["content-length"] == nil)
      #expect(fields["x-kind"] == "stream")
      router.chunks.continuation.yield(Array("one".utf8))
      #expect(try await client.chunk() == "one")
      router.chunks.continuation.yield([])
      router.chunks.continuation.yield(Array("two and more".utf8))
      #expect(try await client.chunk() == "two and more")
      // A request sent meanwhile waits.
      try await client.send("GET /now HTTP/1.1\r\n\r\n")
      router.chunks.continuation.yield(Array("three".utf8))
      router.chunks.continuation.finish()
      #expect(try await client.chunk() == "three")
      #expect(try await client.chunk() == "")
      #expect(try await client.response().body == "now ")
      #expect(try await client.request("GET", "/now").status == 200)
    }
  }

  @Test func `a body goes out while the request still arrives`() async throws {
    try await withServer(StreamRouter()) { server in
      let client = try await RawClient(port: server.port)
      try await client.send("POST /give-back HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
      #expect(try await client.head().status == 200)
      for word in ["to", "and", "fro"] {
        try await client.send("\(word.utf8.count)\r\n\(word)\r\n")
        #expect(try await client.chunk() == word)
      }
      try await client.send("0\r\n\r\n")
      #expect(try await client.chunk() == "")
      #expect(try await client.remainder() == "")
    }
  }

  @Test func `a stream of known length is counted`() async throws {
    let router = StreamRouter()
    try await withServer(router) { server in
      let client = try await RawClient(port: server.port)
      try await client.send("GET /counted?length=5 HTTP/1.1\r\n\r\n")
      let (_, fields) = try await client.head()
      #expect(fields["content-length"] == "5")
      router.chunks.continuation.yield(Array("ab".utf8))
      #expect(try await client.bytes(2) == Array("ab".utf8))
      router.chunks.continuation.yield(Array("cde".utf8))
      router.chunks.continuation.finish()
      #expect(try await client.bytes(3) == Array("cde".utf8))
      #expect(try await client.request("GET", "/now").status == 200)
    }
  }

  @Test(arguments: [["abc"], ["abc", "def"]])
  func `a stream of another length than announced is cut off`(chunks: [String]) async throws {
    let router = StreamRouter()
    try await withServer(router) { server in
      let client = try await RawClient(port: server.port)
      try await client.send("GET /counted?length=5 HTTP/1.1\r\n\r\n")
      _ = try await client.head()
      for chunk in chunks { router.chunks.continuation.yield(Array(chunk.utf8)) }
      router.chunks.continuation.finish()
      #expect(try await client.remainder() == "abc")
    }
  }

  @Test func `a stream that fails is cut off where the client can tell`() async throws {
    try await withServer(StreamRouter()) { server in
      let client = try await RawClient(port: server.port)
      try await client.send("GET /broken HTTP/1.1\r\n\r\n")
      _ = try await client.head()
      #expect(try await client.chunk() == "begun")
      #expect(try await client.remainder() == "")
    }
  }

  @Test func `HTTP 1.0 gets a stream until the connection closes`() async throws {
    let router = StreamRouter()
    try await withServer(router) { server in
      let client = try await RawClient(port: server.port)
      try await client.send("GET /chunks HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
      let (_, fields) = try await client.head()
      #expect(fields["transfer-encoding"] == nil)
      #expect(fields["connection"] == "close")
      router.chunks.continuation.yield(Array("one".utf8))
      #expect(try await client.bytes(3) == Array("one".utf8))
      router.chunks.continuation.yield(Array("two".utf8))
      router.chunks.continuation.finish()
      #expect(try await client.remainder() == "two")
    }
  }

  @Test func `HEAD gets the head of a stream, which is not made`() async throws {
    let router = StreamRouter()
    try await withServer(router) { server in
      let client = try await RawClient(port: server.port)
      try await client.send("HEAD /endless HTTP/1.1\r\n\r\n")
      #expect(try await client.head().status == 200)
      try await client.send("HEAD /counted?length=5 HTTP/1.1\r\n\r\n")
      #expect(try await client.head().fields["content-length"] == "5")
      #expect(try await client.request("GET", "/now").body == "now ")
      #expect(router.produced.value == 0)
    }
  }

  @Test func `a client that reads nothing stops the producer`() async throws {
    let router = StreamRouter()
    try await withServer(router) { server in
      let client = try await RawClient(port: server.port, isSlow: true)
      try await client.send("GET /endless HTTP/1.1\r\n\r\n")
      var before = -1
      while router.produced.value != before || before == 0 {
        before = router.produced.value
        try await pause()
      }
      // Once it reads, the producer goes on.
      try await client.startReading()
      try await eventually { router.produced.value > before + 100 }
      try await client.close()
    }
  }

  @Test(arguments: [HTTPRoute.DisconnectPolicy.cancel, .runToCompletion])
  func `a client that goes away cancels the producer`(
    policy: HTTPRoute.DisconnectPolicy
  ) async throws {
    var router = StreamRouter()
    router.onDisconnect = policy
    try await withServer(router) { server in
      let client = try await RawClient(port: server.port)
      try await client.send("GET /silent HTTP/1.1\r\n\r\n")
      #expect(try await client.head().status == 200)
      #expect(await router.events.wait() == "asked")
      try await client.close()
      #expect(await router.events.wait() == "cancelled")
    }
  }

  @Test func `a client that takes nothing is let go`() async throws {
    let router = StreamRouter()
    let configuration = ServerConfiguration.test { $0.requestTimeout = .milliseconds(200) }
    try await withServer(router, configuration: configuration) { server in
      let client = try await RawClient(port: server.port, isSlow: true)
      try await client.send("GET /endless HTTP/1.1\r\n\r\n")
      #expect(try await eventuallyStops(router.produced))
    }
  }

  @Test func `a silent stream is not cut off`() async throws {
    let router = StreamRouter()
    let configuration = ServerConfiguration.test { $0.requestTimeout = .milliseconds(100) }
    try await withServer(router, configuration: configuration) { server in
      let client = try await RawClient(port: server.port)
      try await client.send("GET /chunks HTTP/1.1\r\n\r\n")
      _ = try await client.head()
      for _ in 0..<4 { try await pause() }
      router.chunks.continuation.yield(Array("late".utf8))
      #expect(try await client.chunk() == "late")
    }
  }

  @Test func `a file is sent whole or in part`() async throws {
    try await withFile(bytes: 2_500_000) { path in
      var router = StreamRouter()
      router.file = try OpenFile(path: path)
      try await withServer(router) { server in
        let client = try await RawClient(port: server.port)
        for _ in 0..<2 {
          let whole = try await client.request("GET", "/file")
          #expect(whole.status == 200)
          #expect(whole.body.utf8.count == 2_500_000)
          #expect(Array(whole.body.utf8) == fileContents(0..<2_500_000))
        }
        let part = try await client.request("GET", "/file?1048570-2200001")
        #expect(part.status == 206)
        #expect(Array(part.body.utf8) == fileContents(1_048_570..<2_200_001))
        #expect(try await client.request("GET", "/file?5-5").body == "")
        let head = try await client.request("HEAD", "/file")
        #expect(head["content-length"] == "2500000")
        #expect(try await client.request("GET", "/now").status == 200)
        let last = try await client.request("GET", "/file", fields: ["Connection: close"])
        #expect(last.body.utf8.count == 2_500_000)
        #expect(try await client.remainder() == "")
      }
    }
  }

  @Test func `one file goes to many clients at once, one of which goes away`() async throws {
    try await withFile(bytes: 1_500_000) { path in
      var router = StreamRouter()
      router.file = try OpenFile(path: path)
      try await withServer(router) { server in
        let gone = try await RawClient(port: server.port, isSlow: true)
        try await gone.send("GET /file HTTP/1.1\r\n\r\n")
        try await withThrowingTaskGroup(of: Void.self) { group in
          for _ in 0..<8 {
            group.addTask {
              let client = try await RawClient(port: server.port)
              for _ in 0..<3 {
                let body = try await client.request("GET", "/file").body
                #expect(Array(body.utf8) == fileContents(0..<1_500_000))
              }
            }
          }
          try await gone.close()
          try await group.waitForAll()
        }
      }
    }
  }

  @Test func `what is no ordinary file cannot be opened`() {
    #expect(throws: OpenFileError.self) { try OpenFile(path: "/nonexistent") }
    #expect(throws: OpenFileError.self) { try OpenFile(path: "/") }
  }

  /// Whether a producer, after it has begun, is asked for nothing more and then told to stop.
  private func eventuallyStops(_ counter: StreamRouter.Counter) async throws -> Bool {
    var before = -1
    while counter.value != before || before == 0 {
      before = counter.value
      try await pause()
    }
    return before > 0
  }

  private func withFile(bytes: Int, _ body: (String) async throws -> Void) async throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "hull-\(UUID()).bin")
    try Data(fileContents(0..<bytes)).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    try await body(url.path)
  }
}

/// Bytes that tell where in the file they are.
private func fileContents(_ range: Range<Int>) -> [UInt8] { Array(fileBytes[range]) }

private let fileBytes = (0..<2_500_000).map { (index: Int) -> UInt8 in
  let mixed = index / 7 + index % 61
  return UInt8(0x20 + mixed % 90)
}
