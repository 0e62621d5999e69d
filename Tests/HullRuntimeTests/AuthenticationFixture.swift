import Hull
import HullPersistence
import HullRuntime
import HullTestSupport
import HullValues
import Synchronization
import Testing

/// A provider on a network that exists only in the test.
final class FakeNetwork: HTTPFetching {
  private struct State {
    var answers: [String: Result<HTTPFetchedAnswer, HTTPFetchError>] = [:]
    var requests: [String] = []
    var gate: Signal?
  }

  private let state = Mutex(State())

  /// What was asked for so far, in order.
  var requests: [String] { state.withLock { $0.requests } }

  /// Serves a document.
  func serve(
    _ url: String,
    _ body: String,
    status: Int = 200,
    reason: String = "OK",
    type: String? = "application/json",
    fields: [(name: String, value: String)] = []
  ) {
    let answer = HTTPFetchedAnswer(
      status: status,
      reason: reason,
      fields: (type.map { [(name: "Content-Type", value: $0)] } ?? []) + fields,
      body: Array(body.utf8)
    )
    state.withLock { $0.answers[url] = .success(answer) }
  }

  /// Makes a host unreachable.
  func fail(_ url: String, _ message: String) {
    state.withLock { $0.answers[url] = .failure(HTTPFetchError(message)) }
  }

  /// Lets requests wait until `gate` opens.
  func hold(until gate: Signal) { state.withLock { $0.gate = gate } }

  func get(
    _ url: String,
    limits: HTTPFetchLimits
  ) async throws(HTTPFetchError) -> HTTPFetchedAnswer {
    let gate = state.withLock { state in
      state.requests.append(url)
      return state.gate
    }
    await gate?.wait()
    guard let answer = state.withLock({ $0.answers[url] }) else {
      throw HTTPFetchError("no such host")
    }
    return try answer.get()
  }
}

/// A verifier of tokens, its providers and its clock.
struct AuthenticationFixture {
  static let issuer = "https://login.example.com"
  static let discovery = issuer + "/.well-known/openid-configuration"
  static let keysURL = "https://keys.example.com/set.json"
  static let application = "petshop"

  let network = FakeNetwork()
  let time = ManualTimeSource()
  let verifier: TokenVerifier

  /// A verifier for providers that are first checked as those of an application are.
  init(_ providers: [AuthProvider], isRedacted: Bool = false) throws {
    let application = try Application(
      name: "test",
      schema: SchemaDefinition(tables: []),
      modules: [],
      authProviders: providers
    )
    verifier = TokenVerifier(
      application.authProviders,
      fetcher: network,
      time: time,
      isRedacted: isRedacted
    )
  }

  /// One provider of OpenID Connect that publishes some keys.
  static func openID(
    _ keys: [SigningKey],
    issuer: String = issuer,
    isRedacted: Bool = false
  ) throws -> AuthenticationFixture {
    let fixture = try AuthenticationFixture(
      [.oidc(domain: issuer, applicationID: application)],
      isRedacted: isRedacted
    )
    fixture.publishDiscovery(issuer: issuer)
    fixture.publish(keys)
    return fixture
  }

  /// One provider of custom JWTs that publishes some keys.
  static func custom(
    _ keys: [SigningKey],
    algorithm: AuthProvider.SignatureAlgorithm = .es256,
    applicationID: String? = application,
    isRedacted: Bool = false
  ) throws -> AuthenticationFixture {
    let fixture = try AuthenticationFixture(
      [
        .customJWT(
          issuer: issuer,
          jwks: keysURL,
          algorithm: algorithm,
          applicationID: applicationID
        )
      ],
      isRedacted: isRedacted
    )
    fixture.publish(keys)
    return fixture
  }

  func publishDiscovery(
    issuer: String = issuer,
    keys: String = keysURL,
    fields: [(name: String, value: String)] = []
  ) {
    network.serve(
      Self.discovery,
      JSONValue.object(["issuer": .string(issuer), "jwks_uri": .string(keys)]).description,
      fields: fields
    )
  }

  func publish(_ keys: [SigningKey], fields: [(name: String, value: String)] = []) {
    network.serve(Self.keysURL, keySet(keys), fields: fields)
  }

  /// The clock in whole seconds.
  var now: Int64 { time.now().rawValue / 1_000_000_000 }

  /// Claims that are good for an hour, with others beside or instead; nil leaves one out.
  func claims(_ others: [String: JSONValue?] = [:]) -> JSONObject {
    var claims: JSONObject = [
      "iss": .string(Self.issuer), "sub": "u1", "aud": .string(Self.application),
      "iat": .integer(now), "exp": .integer(now + 3600),
    ]
    for (name, value) in others { claims[name] = value }
    return claims
  }

  func identity(_ token: String) async throws -> UserIdentity {
    try await verifier.verify(token).identity
  }

  /// Why a token is refused: code and message; nil if it is good.
  func refusal(_ token: String) async -> Refusal? {
    do throws(BackendError) {
      _ = try await verifier.verify(token)
      return nil
    } catch {
      return Refusal(error.status, error.code, error.message)
    }
  }
}

/// A refused token as clients see it.
struct Refusal: Equatable {
  var status: Int
  var code: String
  var message: String

  init(_ status: Int, _ code: String, _ message: String) {
    self.status = status
    self.code = code
    self.message = message
  }

  static let undecodable = Refusal(
    401,
    "InvalidAuthHeader",
    "Could not parse JWT payload. Check that the token is a valid JWT format with three "
      + "base64-encoded parts separated by dots."
  )

  static let notAnIDToken = Refusal(
    401,
    "InvalidAuthHeader",
    "Could not parse as OIDC ID token. Token might not be an OIDC-compliant JWT."
  )

  static let idToken = Refusal(
    401,
    "Unauthenticated",
    "Could not verify OIDC token claim. Check that the token signature is valid and the token "
      + "hasn't expired."
  )

  static let noKeyID = Refusal(
    401,
    "InvalidAuthHeader",
    "Could not decode token. JWT may be missing a 'kid' (key ID) header."
  )

  static func keyID(_ id: String) -> Refusal {
    Refusal(
      401,
      "InvalidAuthHeader",
      "Could not decode token. The JWT's 'kid' (key ID) header is '\(id)', does this key match any "
        + "key in the provider's JWKS?"
    )
  }

  static func invalidHeader(_ message: String) -> Refusal {
    Refusal(401, "InvalidAuthHeader", message)
  }
}
