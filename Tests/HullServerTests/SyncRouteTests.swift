// Who may open a WebSocket of the sync protocol, and as what.

import HullPersistence
import HullRuntime
import HullServer
import NIOCore
import Testing

@Suite(.timeLimit(.minutes(1))) struct SyncRouteTests {
  /// Tells the client what it is taken for.
  private final class Mirror: WebSocketPeer {
    private let text: String

    init(_ client: ClientVersion, _ info: ClientInfo) {
      let version =
        switch client.version {
        case .semantic(let version): version.description
        case .opaque(let text): text
        }
      text = """
        \(client.name) \(version) \(client.supportsTransitionChunks ? "chunks" : "whole") \
        \(info.address ?? "nowhere") \(info.userAgent ?? "nobody")
        """
    }

    func opened(_ socket: WebSocket) { socket.send(text: Array(text.utf8)) }
    func received(text: [UInt8]) {}
    func receivedBinary() {}
    func drained() {}
    let retainedBytes = 0
    func tick() {}
    func shouldClose() -> Bool { true }
    func closed() {}
  }

  private static func withAPI(_ body: (HTTPServer) async throws -> Void) async throws {
    let backend = try await Backend.open(
      TestApplication.make(),
      persistence: InMemoryPersistence(),
      configuration: BackendConfiguration()
    )
    let counters = ServerCounters()
    let router = APIRouter(backend: backend, counters: counters) { client, info, _ in
      Mirror(client, info)
    }
    try await withServer(router, counters: counters, body)
    await backend.close()
  }

  @Test(arguments: [
    ("/api/1.45.0/sync", "", "npm 1.45.0 chunks"),
    ("/api/1.28.0/sync?x=y", "", "npm 1.28.0 chunks"),
    ("/api/1.28.0-alpha.1/sync", "", "npm 1.28.0-alpha.1 whole"),
    ("/api/1.27.5/sync", "", "npm 1.27.5 whole"),
    ("/api/1.45.0%2Bbuild/sync", "", "npm 1.45.0+build chunks"),
    ("/api/sync", "", "unknown unknownversion whole"),
    ("/api/sync", "rust-0.10.4", "rust 0.10.4 whole"),
    ("/api/sync", "npm-1.30.0", "npm 1.30.0 chunks"),
    ("/api/sync", "swift-0.8.1", "swift 0.8.1 whole"),
    ("/api/1.45.0/sync", "python-0.7.0", "python 0.7.0 whole"),
    ("/api/0.1.0/sync", "python-0.7.0", "python 0.7.0 whole"),
  ])
  func `a client is known by its header, or by its address`(
    path: String,
    header: String,
    expected: String
  ) async throws {
    try await Self.withAPI { server in
      let socket = try await RawWebSocketClient(
        port: server.port,
        path: path,
        fields: (header.isEmpty ? [] : ["Convex-Client: \(header)"])
          + ["User-Agent: tester", "Origin: https://app.example"]
      )
      #expect(try await socket.text() == "\(expected) 127.0.0.1 tester")
      #expect(socket.response["access-control-allow-origin"] == "https://app.example")
      #expect(socket.response["x-convex-deprecation-state"] == nil)
    }
  }

  @Test(arguments: [
    ("/api/0.19.1/sync", "", "ClientVersionUnsupported", "is no longer supported"),
    ("/api/0.0.1/sync", "", "ClientVersionUnsupported", "The Convex npm package at version 0.0.1"),
    ("/api/sync", "rust-0.0.1", "ClientVersionUnsupported", "is no longer supported"),
    ("/api/latest/sync", "", "InvalidClientVersion", "Failed to parse client version: "),
    ("/api/1.45/sync", "", "InvalidClientVersion", "Failed to parse client version: "),
    ("/api/1.45.0/sync", "npm", "InvalidClientVersion", "Failed to parse client version string"),
  ])
  func `a version the server does not speak with is refused before the handshake`(
    path: String,
    header: String,
    code: String,
    message: String
  ) async throws {
    try await Self.withAPI { server in
      let client = try await RawClient(port: server.port)
      for isHandshake in [true, false] {
        let fields = header.isEmpty ? [] : ["Convex-Client: \(header)"]
        try await client.send(
          isHandshake
            ? RawWebSocketClient.handshake(path, fields: fields)
            : "GET \(path) HTTP/1.1\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
        )
        let error = try await client.response().error
        #expect(error.status == 400)
        #expect(error.code == code)
        #expect(error.message.contains(message))
      }
    }
  }

  @Test func `a deprecated client is let in with advice`() async throws {
    try await Self.withAPI { server in
      let socket = try await RawWebSocketClient(
        port: server.port,
        path: "/api/sync",
        fields: ["Convex-Client: python-0.2.0"]
      )
      #expect(socket.response["x-convex-deprecation-state"] == "UpgradeRequired")
    }
  }

  @Test func `other requests there are refused`() async throws {
    try await Self.withAPI { server in
      let client = try await RawClient(port: server.port)
      for path in ["/api/sync", "/api/1.45.0/sync"] {
        let plain = try await client.request("GET", path, fields: ["Origin: https://app.example"])
        #expect(plain.error.code == "InvalidConnectionHeader")
        #expect(plain["access-control-allow-origin"] == "https://app.example")
        let post = try await client.request("POST", path, body: "{}")
        #expect(post.status == 405)
        #expect(post["allow"] == "GET,HEAD")
        #expect(try await client.request("OPTIONS", path).status == 200)
      }
      for path in ["/api//sync", "/api/1.45.0/x/sync", "/api/1.45.0/sync/", "/1.45.0/sync"] {
        #expect(try await client.request("GET", path).status == 404)
      }
    }
  }

  @Test func `a server without a sync protocol has no such routes`() async throws {
    try await APIFixture.with { api in
      let responses = [try await api.get("/api/sync"), try await api.get("/api/1.45.0/sync")]
      #expect(responses.map(\.status) == [404, 404])
    }
  }
}
