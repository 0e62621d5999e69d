// A provider of identities on a network that exists only in the test.

import Hull
import HullPersistence
import HullRuntime
import HullTestSupport
import HullValues
import Synchronization

/// Signs tokens and publishes the key that checks them.
struct TestProvider {
  static let issuer = "https://login.example.com"
  static let application = "petshop"

  let key: SigningKey
  let network: Network

  init() async throws {
    key = try await SigningKey.rsa()
    network = Network(keys: keySet([key]))
  }

  static var providers: [AuthProvider] {
    [.oidc(domain: issuer, applicationID: application)]
  }

  /// A token that is good for so many seconds.
  func token(_ subject: String, at now: Timestamp, for seconds: Int64 = 3600) throws -> String {
    let time = now.rawValue / 1_000_000_000
    return try key.token([
      "iss": .string(Self.issuer), "sub": .string(subject), "aud": .string(Self.application),
      "iat": .integer(time), "exp": .integer(time + seconds),
    ])
  }

  /// Serves the documents of the provider.
  final class Network: HTTPFetching {
    private let keys: String
    private let state = Mutex<(gate: Signal?, status: Int)>((nil, 200))

    init(keys: String) { self.keys = keys }

    /// Lets requests wait until `gate` opens.
    func hold(until gate: Signal) { state.withLock { $0.gate = gate } }

    /// Answers with another status.
    func answer(_ status: Int) { state.withLock { $0.status = status } }

    func get(
      _ url: String,
      limits: HTTPFetchLimits
    ) async throws(HTTPFetchError) -> HTTPFetchedAnswer {
      let (gate, status) = state.withLock { ($0.gate, $0.status) }
      await gate?.wait()
      let isDiscovery = url.hasSuffix("openid-configuration")
      let body =
        isDiscovery
        ? JSONValue.object([
          "issuer": .string(TestProvider.issuer),
          "jwks_uri": .string("\(TestProvider.issuer)/keys"),
        ]).description : keys
      return HTTPFetchedAnswer(
        status: status,
        reason: status == 200 ? "OK" : "Trouble",
        fields: [(name: "Content-Type", value: "application/json")],
        body: Array(body.utf8)
      )
    }
  }
}

extension Notes {
  /// A backend whose users a provider vouches for.
  func backend(
    of provider: TestProvider,
    configure: (inout BackendConfiguration) -> Void = { _ in }
  ) async throws -> SyncBackend {
    try await SyncBackend(
      providers: TestProvider.providers,
      configure: {
        $0.fetcher = provider.network
        configure(&$0)
      },
      register
    )
  }
}
