import Hull
import HullPersistence
import HullRuntime
import HullTestSupport
import HullValues
import Testing

/// What happens to a token before a provider looks at it, and after.
@Suite(.timeLimit(.minutes(2))) struct TokenVerifierTests {
  @Test(arguments: [
    "", ".", "..", "a", "a.b", "a.b.c.d", "not a token", "e30.e30", "e30.W10.", "e30.!!.",
    "e30.bm8.",
    "e30.e30=.", "e30.eyJpc3MiOiAiYSJ.", "🔑.🔑.🔑", "\0.\0.\0",
  ])
  func `what is no token is told so`(token: String) async throws {
    let fixture = try AuthenticationFixture([])
    #expect(await fixture.refusal(token) == .undecodable)
  }

  @Test(arguments: [
    #"{"iss":1}"#, #"{"iss":"https://a.example","sub":{}}"#, #"{"iss":"a","exp":1.5}"#,
    #"{"iss":"a","exp":"1"}"#, #"{"iss":"a","exp":9223372036854775808}"#,
    #"{"iss":"a","nbf":true}"#,
    #"{"iss":"a","iat":[]}"#, #"{"iss":"a","aud":7}"#, #"{"iss":"a","aud":["a",7]}"#,
    #"{"iss":"a","jti":1}"#, #"[1]"#, #"{"iss":"a""#, "\"iss\"", "",
  ])
  func `claims of the wrong type make no token`(claims: String) async throws {
    let key = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture([])
    let token = try key.token(text: claims, header: ["alg": "EdDSA"])
    #expect(await fixture.refusal(token) == .undecodable)
  }

  @Test func `a deep nest of claims is no token and costs nothing`() async throws {
    let key = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture([])
    let nest = String(repeating: "[", count: 20_000) + String(repeating: "]", count: 20_000)
    let token = try key.token(text: "{\"iss\":\"a\",\"x\":\(nest)}", header: ["alg": "EdDSA"])
    #expect(await fixture.refusal(token) == .undecodable)
  }

  @Test func `a token beyond 64 KiB is not looked at`() async throws {
    let fixture = try AuthenticationFixture([])
    let token = String(repeating: "a", count: 64 * 1024 + 1)
    #expect(
      await fixture.refusal(token)
        == .invalidHeader(
          "Could not parse JWT payload. The token has 65537 bytes, more than the 65536 that are read."
        )
    )
  }

  @Test(arguments: [#"{}"#, #"{"iss":null,"sub":"a"}"#])
  func `a token without an issuer is told so`(claims: String) async throws {
    let key = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture([])
    let token = try key.token(text: claims, header: ["alg": "EdDSA"])
    #expect(
      await fixture.refusal(token)
        == .invalidHeader(
          "Missing issuer claim ('iss') in JWT payload. The JWT must include an 'iss' claim that "
            + "matches one of your configured auth providers."
        )
    )
  }

  @Test func `a token for nobody here is told who is`() async throws {
    let providers: [AuthProvider] = [
      .oidc(domain: "login.example.com", applicationID: "petshop"),
      .customJWT(issuer: "https://a.example", jwks: "https://a.example/k", algorithm: .rs256),
      .customJWT(
        issuer: "https://b.example/",
        jwks: "https://b.example/k",
        algorithm: .es256,
        applicationID: "b"
      ),
    ]
    let key = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture(providers)
    let lead = "No auth provider found matching the given token"
    let list =
      "[OIDC(domain=https://login.example.com, app_id=petshop), "
      + "CustomJWT(issuer=https://a.example, app_id=none), "
      + "CustomJWT(issuer=https://b.example/, app_id=b)]"
    let details =
      ". Check that your JWT's issuer and audience match one of your configured providers: \(list)"
    let strangers: [[String: JSONValue?]] = [
      ["iss": "https://other.example"], ["aud": "other"], ["aud": nil],
      ["iss": "https://b.example"],
      ["iss": "HTTPS://login.example.com"], ["iss": "http://login.example.com"],
    ]
    for stranger in strangers {
      let token = try key.token(fixture.claims(stranger))
      #expect(await fixture.refusal(token) == Refusal(401, "NoAuthProvider", lead + details))
    }
    let token = try key.token(fixture.claims(["iss": "https://other.example"]))
    let redacted = try AuthenticationFixture(providers, isRedacted: true)
    #expect(await redacted.refusal(token) == Refusal(401, "NoAuthProvider", lead))
    let empty = try AuthenticationFixture([])
    #expect(
      await empty.refusal(token)
        == Refusal(
          401,
          "NoAuthProvider",
          lead + " (no providers configured). Check convex/auth.config.ts."
        )
    )
  }

  @Test func `the first provider that fits decides alone`() async throws {
    let first = try await SigningKey.p256(id: "1")
    let second = try await SigningKey.p256(id: "2")
    let fixture = try AuthenticationFixture([
      .customJWT(
        issuer: AuthenticationFixture.issuer,
        jwks: "https://a.example/1",
        algorithm: .es256,
        applicationID: "one"
      ),
      .customJWT(
        issuer: AuthenticationFixture.issuer,
        jwks: "https://a.example/2",
        algorithm: .es256,
        applicationID: "two"
      ),
    ])
    fixture.network.serve("https://a.example/1", keySet([first]))
    fixture.network.serve("https://a.example/2", keySet([second]))
    let both: JSONValue = ["one", "two"]
    #expect(await fixture.refusal(try first.token(fixture.claims(["aud": both]))) == nil)
    #expect(await fixture.refusal(try second.token(fixture.claims(["aud": both]))) == .keyID("2"))
    #expect(await fixture.refusal(try second.token(fixture.claims(["aud": "two"]))) == nil)
  }

  @Test func `a token that was good is good again without the provider, until it ends`()
    async throws
  {
    let key = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture.openID([key])
    let token = try key.token(fixture.claims(["exp": .integer(fixture.now + 7200)]))
    let first = try await fixture.verifier.verify(token)
    fixture.publish([])
    fixture.time.advance(by: .seconds(3599))
    #expect(try await fixture.verifier.verify(token) == first)
    #expect(fixture.network.requests.count == 2)
    // After an hour its key is asked for again.
    fixture.time.advance(by: .seconds(1))
    #expect(await fixture.refusal(token) == .idToken)
  }

  @Test func `many tokens leave room for those in use`() async throws {
    let key = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture.openID([key])
    let used = try key.token(fixture.claims())
    let first = try await fixture.verifier.verify(used)
    for number in 0..<5000 {
      _ = try await fixture.verifier.verify(
        key.token(fixture.claims(["sub": .string("u\(number)")]))
      )
      if number % 1000 == 0 { #expect(try await fixture.verifier.verify(used) == first) }
    }
    // Had it been forgotten, its key would be asked for, which the provider has withdrawn.
    fixture.publish([])
    fixture.time.advance(by: .seconds(600))
    #expect(try await fixture.verifier.verify(used) == first)
  }
}
