import Hull
import HullValues
import Testing

/// What an application's providers must look like: spec/functions.md 14.1.
@Suite struct AuthProviderTests {
  private static func checked(_ provider: AuthProvider) throws -> AuthProvider {
    try Application(
      name: "test",
      schema: SchemaDefinition(tables: []),
      modules: [],
      authProviders: [provider]
    ).authProviders[0]
  }

  @Test(arguments: [
    ("https://chat.eu.auth0.com", "https://chat.eu.auth0.com"),
    ("https://chat.eu.auth0.com/", "https://chat.eu.auth0.com/"),
    ("chat.eu.auth0.com", "https://chat.eu.auth0.com"),
    ("login.example.com/realms/shop", "https://login.example.com/realms/shop"),
    ("xn--bcher-kva.xn--p1ai", "https://xn--bcher-kva.xn--p1ai"),
    ("localhost", "https://localhost"), ("localhost:8443", "https://localhost:8443"),
    ("https://id", "https://id"), ("https://10.1.2.3:8443/x", "https://10.1.2.3:8443/x"),
    ("http://localhost:3000", "http://localhost:3000"), ("http://127.0.0.1", "http://127.0.0.1"),
    ("http://[::1]:8080", "http://[::1]:8080"), ("http://10.0.0.7", "http://10.0.0.7"),
    ("http://172.31.0.1", "http://172.31.0.1"), ("http://192.168.1.1", "http://192.168.1.1"),
    ("http://[fd00::1]", "http://[fd00::1]"), ("http://keycloak:8080", "http://keycloak:8080"),
    ("http://id.internal", "http://id.internal"),
    ("http://shop.localhost", "http://shop.localhost"),
  ])
  func `a domain is completed to a URL`(domain: String, issuer: String) throws {
    let provider = try Self.checked(.oidc(domain: domain, applicationID: "shop"))
    #expect(provider.issuer == issuer)
    #expect(provider.applicationID == "shop")
  }

  @Test(arguments: [
    ("\"https://a.example\"", "starts with a double quote (\")"),
    ("ftp://a.example", "scheme should be http or https"),
    ("javascript://a.example", "scheme should be http or https"),
    ("", "is not a URL"), ("https://", "is not a URL"), ("https:///a", "is not a URL"),
    ("https://a b.example", "is not a URL"), ("https://a..example", "is not a URL"),
    ("https://user@a.example", "is not a URL"), ("https://a.example:0", "is not a URL"),
    ("https://a.example:99999", "is not a URL"), ("https://bücher.example", "is not a URL"),
    ("https://[::1", "is not a URL"), ("https://a.example\\@b.example", "is not a URL"),
    ("sk_live_4242", "must have a scheme or end with a top-level domain"),
    ("127.0.0.1", "must have a scheme or end with a top-level domain"),
    ("http://a.example", "http is accepted for hosts of this machine and of private networks only"),
    ("http://8.8.8.8", "http is accepted for hosts of this machine and of private networks only"),
    (
      "http://172.32.0.1", "http is accepted for hosts of this machine and of private networks only"
    ),
    (
      "http://2130706433", "http is accepted for hosts of this machine and of private networks only"
    ),
    (
      "http://localhost.example.com",
      "http is accepted for hosts of this machine and of private networks only"
    ),
    (
      "http://[2001:db8::1]",
      "http is accepted for hosts of this machine and of private networks only"
    ),
    ("https://a.example?x", "an OpenID Connect issuer has neither a query nor a fragment"),
  ])
  func `a domain that is none is refused`(domain: String, problem: String) {
    let error = #expect(throws: HullError.self) {
      try Self.checked(.oidc(domain: domain, applicationID: "shop"))
    }
    #expect(error?.code == .invalidProviderDomain)
    #expect(
      error?.message
        == "Auth provider 0: invalid provider domain URL \"\(domain)\": \(problem)"
    )
  }

  @Test(arguments: [
    "https://a.example/keys", "http://localhost/keys", "http://10.0.0.1/keys",
    "data:,{\"keys\":[]}", "data:text/plain;charset=utf-8;base64,eyJrZXlzIjpbXX0=",
    "DATA:application/json;base64,eyJrZXlzIjpbXX0%3D",
  ])
  func `keys are at a safe URL or in one`(jwks: String) throws {
    _ = try Self.checked(.customJWT(issuer: "a.example", jwks: jwks, algorithm: .rs256))
  }

  @Test(arguments: [
    "http://a.example/keys", "ftp://a.example/keys", "keys.json", "", "data:", "data:,", "data:,{}",
    "data:;base64,%%%", "data:;base64,!!!", "data:,{\"keys\":{}}", "data:,%7",
  ])
  func `keys elsewhere are refused`(jwks: String) {
    let error = #expect(throws: HullError.self) {
      try Self.checked(.customJWT(issuer: "a.example", jwks: jwks, algorithm: .rs256))
    }
    #expect(error?.code == .invalidAuthConfiguration)
    #expect(error?.message.hasPrefix("Auth provider 0 (https://a.example): its jwks ") == true)
  }

  @Test func `an empty application id is a variable that was not set`() {
    let error = #expect(throws: HullError.self) {
      try Self.checked(.oidc(domain: "a.example", applicationID: ""))
    }
    #expect(error?.code == .invalidAuthConfiguration)
    #expect(
      error?.message == "Auth provider 0 (https://a.example): the application ID is empty."
    )
  }

  @Test(arguments: ["https://api.workos.com", "https://api.workos.com/", "api.workos.com"])
  func `an issuer of many applications needs to be told which is ours`(issuer: String) throws {
    let jwks = "https://api.workos.com/sso/jwks/client"
    let error = #expect(throws: HullError.self) {
      try Self.checked(.customJWT(issuer: issuer, jwks: jwks, algorithm: .rs256))
    }
    #expect(error?.code == .insecureConfiguration)
    _ = try Self.checked(
      .customJWT(issuer: issuer, jwks: jwks, algorithm: .rs256, applicationID: "client")
    )
    _ = try Self.checked(
      .customJWT(
        issuer: "https://api.workos.com/user_management/client",
        jwks: jwks,
        algorithm: .rs256
      )
    )
  }

  @Test func `an application has no providers unless it names some`() throws {
    enum Shop: HullApplication {
      static let name = "shop"
      static let modules: [Module] = []
    }
    enum Guarded: HullApplication {
      static let name = "guarded"
      static let modules: [Module] = []
      static let authProviders: [AuthProvider] = [
        .oidc(domain: "a.example", applicationID: "guarded")
      ]
    }
    #expect(try Shop.application.authProviders == [])
    #expect(
      try Guarded.application.authProviders
        == [.oidc(domain: "https://a.example", applicationID: "guarded")]
    )
  }
}
