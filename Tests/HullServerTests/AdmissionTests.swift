// What becomes of requests that the server has no place for.

import HullRuntime
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import HullServer

@Suite(.timeLimit(.minutes(1))) struct AdmissionTests {
  /// A server with one place, which `/wait` takes.
  private static func withFullServer(
    _ change: (inout ServerConfiguration) -> Void,
    _ body: (HTTPServer, StubRouter, RawClient, ServerCounters) async throws -> Void
  ) async throws {
    let router = StubRouter()
    let counters = ServerCounters()
    let configuration = ServerConfiguration.test {
      $0.maximumConcurrentRequests = 1
      change(&$0)
    }
    try await withServer(router, configuration: configuration, counters: counters) { server in
      let first = try await RawClient(port: server.port)
      try await first.send("GET /wait HTTP/1.1\r\n\r\n")
      await router.started.wait()
      try await body(server, router, first, counters)
    }
  }

  /// A client whose request for three bytes has no place yet, the only one that waits.
  private static func clientThatWaits(
    _ server: HTTPServer,
    _ counters: ServerCounters
  ) async throws -> RawClient {
    let client = try await RawClient(port: server.port)
    try await client.send("GET /large?bytes=3 HTTP/1.1\r\n\r\n")
    try await eventually { counters.requestsWaiting.load(ordering: .relaxed) == 1 }
    return client
  }

  @Test(arguments: [Duration.zero, .milliseconds(20)])
  func `beyond the queue a request is refused, and its connection goes on`(
    delay: Duration
  ) async throws {
    try await Self.withFullServer({
      $0.maximumQueuedRequests = 1
      $0.refusalDelay = delay
    }) { server, router, first, counters in
      let second = try await Self.clientThatWaits(server, counters)
      let third = try await RawClient(port: server.port)
      let refusal = try await third.request("GET", "/large?bytes=4")
      #expect(refusal.status == 503)
      #expect(refusal.body.contains(#""code":"ExecuteFullError""#))
      #expect(refusal["retry-after"] == "1")
      router.mayFinish.send()
      #expect(try await first.response().body == "finished")
      #expect(try await second.response().body == "aaa")
      #expect(try await third.request("GET", "/large?bytes=5").body == "aaaaa")
      #expect(counters.requestsWaiting.load(ordering: .relaxed) == 0)
      #expect(counters.requestsTurnedAway.load(ordering: .relaxed) == 1)
    }
  }

  @Test func `a request that found the queue full is looked at again before it is refused`()
    async throws
  {
    try await Self.withFullServer({
      $0.maximumQueuedRequests = 0
      $0.refusalDelay = .seconds(2)
    }) { server, router, first, counters in
      let second = try await Self.clientThatWaits(server, counters)
      router.mayFinish.send()
      #expect(try await first.response().body == "finished")
      #expect(try await second.response().body == "aaa")
      #expect(counters.requestsWaiting.load(ordering: .relaxed) == 0)
      #expect(counters.requestsTurnedAway.load(ordering: .relaxed) == 0)
    }
  }

  @Test func `a client that goes while its request is aside leaves nothing behind`() async throws {
    try await Self.withFullServer({
      $0.maximumQueuedRequests = 0
      $0.refusalDelay = .seconds(60)
    }) { server, router, first, counters in
      let second = try await Self.clientThatWaits(server, counters)
      try await second.close()
      try await eventually { counters.requestsWaiting.load(ordering: .relaxed) == 0 }
      router.mayFinish.send()
      #expect(try await first.response().body == "finished")
      #expect(try await first.request("GET", "/large?bytes=2").body == "aa")
    }
  }

  @Test func `a request does not wait for longer than it may, though nobody leaves`()
    async throws
  {
    try await Self.withFullServer({
      $0.queueTimeout = .milliseconds(50)
      $0.congestedQueueTimeout = .milliseconds(10)
    }) { server, router, first, counters in
      let second = try await RawClient(port: server.port)
      let refusal = try await second.request("GET", "/large?bytes=3")
      #expect(refusal.status == 503)
      #expect(refusal.body.contains(#""code":"ExpiredInQueue""#))
      #expect(refusal["retry-after"] == "1")
      #expect(counters.requestsExpired.load(ordering: .relaxed) == 1)
      router.mayFinish.send()
      #expect(try await first.response().body == "finished")
      #expect(try await second.request("GET", "/large?bytes=3").body == "aaa")
    }
  }

  @Test func `an answer that is there needs no place`() async throws {
    try await Self.withFullServer({ $0.maximumQueuedRequests = 1 }) { server, router, first, _ in
      let client = try await RawClient(port: server.port)
      #expect(try await client.request("GET", "/now?a").body == "now a")
      #expect(try await client.request("GET", "/prompt?now").body == "at once")
      try await client.send("GET /prompt?later HTTP/1.1\r\n\r\n")
      router.mayFinish.send()
      #expect(try await first.response().body == "finished")
      #expect(try await client.response().body == "later")
    }
  }

  @Test func `actions take no place of other requests`() async throws {
    let router = StubRouter()
    let configuration = ServerConfiguration.test {
      $0.maximumConcurrentRequests = 1
      $0.maximumConcurrentActions = 1
    }
    try await withServer(router, configuration: configuration) { server in
      let action = try await RawClient(port: server.port)
      try await action.send("GET /wait-long HTTP/1.1\r\n\r\n")
      await router.started.wait()
      let other = try await RawClient(port: server.port)
      #expect(try await other.request("GET", "/large?bytes=3").body == "aaa")
      router.mayFinish.send()
      #expect(try await action.response().body == "finished")
    }
  }

  @Test func `what calls an action has the places of actions, however it is spelled`() async throws
  {
    try await APIFixture.with { api in
      let router = APIRouter(backend: api.backend, counters: ServerCounters())
      for (path, lane) in [
        ("/api/action", HTTPRoute.Lane.actions), ("/api/function", .actions),
        ("/api/run/work/add", .actions), ("/api/run/work.ts/add", .actions),
        ("/api/run/work%2Ejs/add", .actions), ("/api/run/people/me", .requests),
        ("/api/run/nope/list", .requests), ("/api/run/%FF/list", .requests),
        ("/api/query", .requests), ("/api/mutation", .requests),
      ] {
        #expect(router.route(method: .POST, path: path).lane == lane, "\(path)")
      }
    }
  }

  @Test func `a refused request whose body is still arriving does not cost others theirs`()
    async throws
  {
    let router = StreamRouter()
    let configuration = ServerConfiguration.test {
      $0.maximumConcurrentStreams = 1
      $0.maximumQueuedRequests = 0
    }
    try await withServer(router, configuration: configuration) { server in
      let slow = try await RawClient(port: server.port)
      try await slow.send("POST /wait-then-length HTTP/1.1\r\nContent-Length: 3\r\n\r\n")
      await router.events.wait()
      let other = try await RawClient(port: server.port)
      try await other.send("POST /length HTTP/1.1\r\nContent-Length: 4\r\n\r\nab")
      #expect(try await other.response().status == 503)
      // What is left of the small body is dropped, and the connection goes on.
      try await other.send("cd")
      #expect(try await other.request("GET", "/now").status == 200)
      router.mayGoOn.send()
      try await slow.send("abc")
      #expect(try await slow.response().body == "3 bytes, last abc")
    }
  }

  @Test func `a page of another origin can read the refusal`() async throws {
    try await APIFixture.with { api in
      let router = APIRouter(backend: api.backend, counters: ServerCounters())
      func fields(_ uri: String) -> [HTTPResponse.Field] {
        var head = HTTPRequestHead(version: .http1_1, method: .POST, uri: uri)
        head.headers.add(name: "Origin", value: "https://app.example")
        let error = BackendError(kind: .overloaded, code: "ExpiredInQueue", message: "Later.")
        return router.refusal(of: HTTPRequest(head: head, peerAddress: nil), error).fields
      }
      let origin = HTTPResponse.Field("access-control-allow-origin", "https://app.example")
      let retry = HTTPResponse.Field("retry-after", "1")
      #expect(fields("/api/query").contains(origin))
      #expect(fields("/api/query").contains(retry))
      // What the site answers is the application's own.
      #expect(fields("/http/hook") == [retry])
    }
  }
}

@Suite struct RequestGateTests {
  private static func gate(_ patience: TimeAmount, waiting: Int = 100) -> RequestGate {
    RequestGate(
      RequestGate.Limits(
        admitted: 1,
        waiting: waiting,
        patience: patience,
        congestedPatience: patience
      )
    )
  }

  /// Waits in a gate and returns under which number.
  private func wait(
    _ gate: RequestGate,
    _ name: String,
    _ outcomes: Outcomes
  ) throws -> UInt64 {
    let entry = gate.enter { outcomes.add("\(name) \($0)") }
    guard case .waits(let number, _) = entry else { throw NotWaiting() }
    return number
  }

  private struct NotWaiting: Error {}

  /// What those who waited were told, in the order of telling.
  private final class Outcomes: Sendable {
    private let list = Mutex<[String]>([])

    var names: [String] { list.withLock { $0 } }

    func add(_ name: String) { list.withLock { $0.append(name) } }
  }

  @Test func `places are given in the order of arrival, past those that gave up`() throws {
    let gate = Self.gate(.hours(1))
    let outcomes = Outcomes()
    #expect(gate.enter())
    let numbers = try ["a", "b", "c", "d"].map { try wait(gate, $0, outcomes) }
    #expect(gate.giveUp(numbers[2]))
    #expect(!gate.giveUp(numbers[2]))
    #expect(gate.giveUp(numbers[0]))
    gate.leave()
    #expect(outcomes.names == ["b admitted"])
    #expect(!gate.giveUp(numbers[1]))
    gate.leave()
    #expect(outcomes.names == ["b admitted", "d admitted"])
    gate.leave()
    #expect(gate.enter())
  }

  @Test func `those that are late are told so and take no place`() throws {
    let gate = Self.gate(.zero)
    let outcomes = Outcomes()
    #expect(gate.enter())
    for name in ["a", "b"] { _ = try wait(gate, name, outcomes) }
    gate.leave()
    #expect(outcomes.names == ["a expired", "b expired"])
    #expect(gate.enter())
    #expect(!gate.enter())
  }

  @Test func `one that gave up makes room for another`() throws {
    let gate = Self.gate(.hours(1), waiting: 1)
    let outcomes = Outcomes()
    #expect(gate.enter())
    let first = try wait(gate, "a", outcomes)
    #expect(!gate.hasRoomToWait)
    guard case .full = gate.enter(orLater: { outcomes.add("b \($0)") }) else {
      Issue.record("two wait where one may")
      return
    }
    #expect(gate.giveUp(first))
    _ = try wait(gate, "c", outcomes)
    gate.leave()
    #expect(outcomes.names == ["c admitted"])
  }
}
