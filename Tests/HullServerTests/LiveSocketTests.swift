// The sync protocol over real sockets, read word by word by a client of our own.

import HullPersistence
import HullRuntime
import HullServer
import HullSync
import HullValues
import Testing

@Suite(.timeLimit(.minutes(2))) struct LiveSocketTests {
  /// Runs a test with a server of the test application whose live results are audited.
  private func withLiveServer(
    configuration: ServerConfiguration = .test(),
    _ body: (HTTPServer, Backend, ServerCounters) async throws -> Void
  ) async throws {
    let backend = try await Backend.open(
      TestApplication.make(),
      persistence: InMemoryPersistence(),
      configuration: BackendConfiguration()
    )
    let counters = ServerCounters()
    let auditor = TransitionAuditor(backend)
    let sync = SyncService(backend: backend, auditor: auditor)
    let router = APIRouter(backend: backend, counters: counters) {
      sync.makePeer($0, $1, on: $2)
    }
    try await withServer(router, configuration: configuration, counters: counters) { server in
      try await body(server, backend, counters)
      await auditor.settle()
      #expect(auditor.findings.discrepancies.map(\.description) == [])
    }
    await backend.close()
  }

  /// A client that checks versions and order of everything it is told.
  private final class StrictClient {
    let socket: RawWebSocketClient
    private var version: JSONValue = [
      "querySet": 0, "identity": 0, "ts": .string(Timestamp.zero.text),
    ]
    private(set) var timestamp = Timestamp.zero
    private(set) var value: JSONValue?
    private(set) var transitions = 0

    init(port: Int, session: String, isSlow: Bool = false) async throws {
      socket = try await RawWebSocketClient(
        port: port,
        path: "/api/1.45.0/sync",
        isSlow: isSlow
      )
      try await socket.send(
        #"{"type":"Connect","sessionId":"\#(session)","connectionCount":0,"#
          + #""lastCloseReason":"InitialConnect","clientTs":0}"#
      )
    }

    func subscribe(to path: String, _ arguments: String = "{}") async throws {
      try await socket.send(
        #"{"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":[{"type":"Add","#
          + #""queryId":0,"udfPath":"\#(path)","args":[\#(arguments)]}]}"#
      )
    }

    /// Reads the next message and checks it.
    ///
    /// - Returns: The message, unless it is a sign of life.
    func next() async throws -> JSONValue {
      while true {
        let message = try JSONParser().json(try await socket.text())
        switch message["type"]?.string {
        case "Ping": continue
        case "Transition":
          transitions += 1
          #expect(message["startVersion"] == version)
          let end = try #require(message["endVersion"])
          let endTimestamp = try Timestamp(text: try #require(end["ts"]?.string))
          #expect(endTimestamp >= timestamp)
          (version, timestamp) = (end, endTimestamp)
          for modification in message["modifications"]?.array ?? [] {
            value = modification["value"]
          }
        default: break
        }
        return message
      }
    }

    /// Reads Transitions until one is that recent.
    func read(until wanted: Timestamp) async throws {
      while timestamp < wanted { _ = try await next() }
    }

    /// Runs a mutation and reads up to the Transition that shows it.
    ///
    /// - Returns: When it was committed.
    func mutate(_ id: Int, _ path: String, _ arguments: String) async throws -> Timestamp {
      try await socket.send(
        #"{"type":"Mutation","requestId":\#(id),"udfPath":"\#(path)","args":[\#(arguments)]}"#
      )
      while true {
        let message = try await next()
        guard message["type"]?.string == "MutationResponse" else { continue }
        #expect(message["requestId"] == .integer(Int64(id)))
        #expect(message["success"] == true, "\(message)")
        let committed = try Timestamp(text: try #require(message["ts"]?.string))
        #expect(timestamp < committed, "the response comes before a Transition that covers it")
        try await read(until: committed)
        return committed
      }
    }
  }

  private func session(_ number: Int) -> String {
    "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - "\(number)".count) + "\(number)"
  }

  @Test func `clients that write at the same time see every write in order`() async throws {
    try await withLiveServer { server, backend, _ in
      let (clients, writes) = (8, 25)
      let newest = try await withThrowingTaskGroup(of: Timestamp.self) { group in
        for number in 0..<clients {
          group.addTask {
            let client = try await StrictClient(port: server.port, session: session(number))
            try await client.subscribe(to: "chat/messages:count")
            _ = try await client.next()
            var committed = Timestamp.zero
            for write in 0..<writes {
              let former = client.value?.number ?? 0
              committed = try await client.mutate(
                write,
                "chat/messages:send",
                #"{"body":"\#(number)-\#(write)"}"#
              )
              #expect((client.value?.number ?? 0) >= former + 1)
            }
            return committed
          }
        }
        return try await group.reduce(Timestamp.zero) { max($0, $1) }
      }
      let late = try await StrictClient(port: server.port, session: session(99))
      try await late.subscribe(to: "chat/messages:count")
      _ = try await late.next()
      #expect(late.timestamp >= newest)
      #expect(late.value?.number == Double(clients * writes))
      #expect(backend.latestTimestamp == newest)
    }
  }

  @Test func `a client that does not read is sent little, and the newest in the end`()
    async throws
  {
    try await withLiveServer { server, backend, counters in
      let slow = try await StrictClient(port: server.port, session: session(1), isSlow: true)
      try await slow.subscribe(to: "chat/messages:list")
      let writer = try await StrictClient(port: server.port, session: session(2))
      let body = String(repeating: "x", count: 50_000)
      var committed = Timestamp.zero
      for write in 0..<60 {
        committed = try await writer.mutate(write, "chat/messages:send", #"{"body":"\#(body)"}"#)
        // The list grows to three megabytes: all of its states would be ninety.
        #expect(counters.bufferedBodyBytes < 20 << 20)
      }
      try await slow.socket.client.startReading()
      _ = try await slow.socket.client.response()
      try await slow.read(until: committed)
      #expect(slow.value?.array?.count == 60)
      #expect(slow.transitions < 60)
    }
  }

  @Test func `clients are told when the server goes`() async throws {
    try await withLiveServer { server, _, counters in
      let client = try await StrictClient(port: server.port, session: session(1))
      try await client.subscribe(to: "chat/messages:count")
      _ = try await client.next()
      #expect(counters.openWebSockets == 1)
      async let shutdown: Void = server.shutdown(within: .seconds(60))
      #expect(try await client.socket.next() == .close(code: 1001, reason: "ServerShutdown"))
      try await client.socket.close(code: 1001)
      await shutdown
    }
  }

  @Test func `a message that is none ends the connection with its reason`() async throws {
    try await withLiveServer { server, backend, _ in
      let client = try await StrictClient(port: server.port, session: session(1))
      try await client.socket.send(#"{"type":"Nonsense"}"#)
      let message = try await client.next()
      #expect(message["type"] == "FatalError")
      #expect(message["error"]?.string?.hasPrefix("Received Invalid JSON on websocket: ") == true)
      #expect(try await client.socket.next() == .close(code: nil, reason: ""))
      let other = try await StrictClient(port: server.port, session: session(2))
      try await other.socket.send(2, [1, 2, 3])
      #expect(try await other.socket.next() == .close(code: 1011, reason: "InternalServerError"))
    }
  }
}
