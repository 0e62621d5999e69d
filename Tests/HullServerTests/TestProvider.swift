// A provider of identities on our own server, for tokens over real sockets.

import Hull
import HullPersistence
import HullRuntime
import HullServer
import HullTestSupport
import HullValues
import Logging
import NIOCore
import NIOHTTP1
import Synchronization

/// What a provider publishes, to be changed while it runs.
final class TestProvider: HullServer.HTTPRouter {
  private struct State {
    var keys: [SigningKey] = []
    var requests: [String] = []
    var port = 0
    var largeBody = 0
  }

  private let state = Mutex(State())

  /// The keys it signs with.
  var keys: [SigningKey] {
    get { state.withLock { $0.keys } }
    set { state.withLock { $0.keys = newValue } }
  }

  /// Paths asked for so far.
  var requests: [String] { state.withLock { $0.requests } }

  /// Where it is.
  var issuer: String { "http://127.0.0.1:\(state.withLock { $0.port })" }

  /// Tells the provider where it is.
  func listens(on port: Int) { state.withLock { $0.port = port } }

  /// Makes its documents longer by so many spaces.
  func pad(by count: Int) { state.withLock { $0.largeBody = count } }

  func route(method: HTTPMethod, path: String) -> HTTPRoute {
    HTTPRoute(
      bodyLimit: 0,
      work: .immediate { [self] _ in
        let (keys, padding) = state.withLock { state in
          state.requests.append(path)
          return (state.keys, state.largeBody)
        }
        let text: String
        switch path {
        case "/.well-known/openid-configuration":
          text =
            JSONValue.object([
              "issuer": .string(issuer), "jwks_uri": .string(issuer + "/keys"),
            ]).description
        case "/keys": text = keySet(keys)
        default: return HTTPResponse(status: .notFound)
        }
        return HTTPResponse(
          status: .ok,
          contentType: .json,
          fields: [.init("cache-control", "max-age=3600")],
          body: ByteBuffer(string: text + String(repeating: " ", count: padding))
        )
      }
    )
  }
}

/// A backend whose users come from a provider beside it.
struct IdentityFixture {
  let provider: TestProvider
  let providerServer: HTTPServer
  let api: APIFixture
  let time: ManualTimeSource

  /// Runs a test with a provider and a server that believes it, both on loopback.
  static func with(
    keys: [SigningKey],
    isRedacted: Bool = false,
    providers: (String) -> [AuthProvider] = { [.oidc(domain: $0, applicationID: "petshop")] },
    _ body: (IdentityFixture) async throws -> Void
  ) async throws {
    let provider = TestProvider()
    provider.keys = keys
    let time = ManualTimeSource()
    let client = ProviderHTTPClient(
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    )
    do {
      try await withServer(provider) { server in
        provider.listens(on: server.port)
        try await APIFixture.with(
          authProviders: providers(provider.issuer),
          {
            $0.fetcher = client
            $0.time = time
            $0.redactsClientErrors = isRedacted
          }
        ) { api in
          try await body(
            IdentityFixture(provider: provider, providerServer: server, api: api, time: time)
          )
        }
      }
    } catch {
      await client.shutdown()
      throw error
    }
    await client.shutdown()
  }

  /// Claims that are good for an hour, with others beside or instead; nil leaves one out.
  func claims(_ others: [String: JSONValue?] = [:]) -> JSONObject {
    let now = time.now().rawValue / 1_000_000_000
    var claims: JSONObject = [
      "iss": .string(provider.issuer), "sub": "u1", "aud": "petshop", "iat": .integer(now),
      "exp": .integer(now + 3600),
    ]
    for (name, value) in others { claims[name] = value }
    return claims
  }

  /// Asks who the bearer of a token is.
  func attributes(_ token: String) async throws -> RawResponse {
    try await api.post(
      "/api/query",
      #"{"path":"people:attributes","args":{}}"#,
      "Authorization: Bearer \(token)"
    )
  }

  /// Whether a good token signed with a key is taken.
  func accepts(_ key: SigningKey) async throws -> Bool {
    let token = try key.token(claims())
    return try await attributes(token).status == 200
  }
}
