import Hull
import HullPersistence
import HullRuntime
import HullTestSupport
import HullValues
import Testing

/// Custom JWTs: spec/functions.md 14.3 and 14.4.
@Suite(.timeLimit(.minutes(2))) struct CustomTokenTests {
  @Test func `tokens signed with the configured algorithm are good`() async throws {
    let rsa = try await SigningKey.rsa()
    let p256 = try await SigningKey.p256()
    for (key, algorithm) in [(rsa, AuthProvider.SignatureAlgorithm.rs256), (p256, .es256)] {
      let fixture = try AuthenticationFixture.custom([rsa, p256], algorithm: algorithm)
      let token = try await fixture.verifier.verify(key.token(fixture.claims()))
      #expect(token.identity.tokenIdentifier == "https://login.example.com|u1")
      #expect(token.expiresAt.rawValue == (fixture.now + 3600) * 1_000_000_000)
    }
  }

  @Test func `claims keep their names and nested ones are joined by dots`() async throws {
    let key = try await SigningKey.p256()
    let fixture = try AuthenticationFixture.custom([key])
    let identity = try await fixture.identity(
      key.token(
        fixture.claims([
          "given_name": "Ani", "email": "ani@a.example", "fva": 7, "jti": "1", "nbf": nil,
          "none": JSONValue.null, "app": ["role": "admin", "limits": ["rows": 10, "empty": [:]]],
          "tags": [["a": 1], 2], "tokenIdentifier": "x|y", "issuer": 3, "größe": 1,
        ])
      )
    )
    #expect(
      identity.attributes == [
        "issuer": "https://login.example.com", "subject": "u1",
        "tokenIdentifier": "https://login.example.com|u1", "given_name": "Ani",
        "email": "ani@a.example", "none": .null, "app.role": "admin", "app.limits.rows": 10.0,
        "tags": [["a": 1.0], 2.0],
      ]
    )
  }

  @Test func `an issuer may come without its scheme`() async throws {
    let key = try await SigningKey.p256()
    let fixture = try AuthenticationFixture.custom([key])
    let identity = try await fixture.identity(
      key.token(fixture.claims(["iss": "login.example.com/"]))
    )
    #expect(identity.tokenIdentifier == "login.example.com/|u1")
  }

  @Test func `one audience of several suffices, and without an application any does`() async throws
  {
    let key = try await SigningKey.p256()
    let fixture = try AuthenticationFixture.custom([key])
    let token = try key.token(fixture.claims(["aud": ["other", "petshop"]]))
    #expect(await fixture.refusal(token) == nil)
    let open = try AuthenticationFixture.custom([key], applicationID: nil)
    #expect(await open.refusal(try key.token(fixture.claims(["aud": nil]))) == nil)
    #expect(await open.refusal(try key.token(fixture.claims(["aud": "other"]))) == nil)
  }

  @Test func `five seconds past its end a token is still good, the sixth it is not`() async throws {
    let key = try await SigningKey.p256()
    let fixture = try AuthenticationFixture.custom([key])
    let token = try key.token(fixture.claims(["exp": .integer(fixture.now)]))
    fixture.time.advance(by: .milliseconds(5_999))
    #expect(await fixture.refusal(token) == nil)
    fixture.time.advance(by: .milliseconds(1))
    #expect(
      await fixture.refusal(token)
        == .invalidHeader("Could not validate token: Token expired 6 seconds ago")
    )
  }

  @Test(arguments: ["nbf", "iat"])
  func `a token from the future is good five seconds early`(claim: String) async throws {
    let key = try await SigningKey.p256()
    let fixture = try AuthenticationFixture.custom([key])
    let token = try key.token(fixture.claims([claim: .integer(fixture.now + 6)]))
    #expect(
      await fixture.refusal(token)
        == .invalidHeader("Could not validate token: Token will be valid in 6 seconds")
    )
    fixture.time.advance(by: .seconds(1))
    #expect(await fixture.refusal(token) == nil)
  }

  @Test(arguments: ["sub", "exp"])
  func `a token without subject or end is refused`(claim: String) async throws {
    let key = try await SigningKey.p256()
    let fixture = try AuthenticationFixture.custom([key])
    let token = try key.token(fixture.claims([claim: nil]))
    #expect(
      await fixture.refusal(token)
        == .invalidHeader(
          "Could not verify token claim. Check that the JWT contains valid claims and matches your "
            + "auth provider configuration."
        )
    )
  }

  @Test func `times at the ends of what can be written are handled`() async throws {
    let key = try await SigningKey.p256()
    let fixture = try AuthenticationFixture.custom([key])
    let endless = try key.token(fixture.claims(["exp": .integer(.max), "nbf": .integer(.min)]))
    let verified = try await fixture.verifier.verify(endless)
    #expect(!verified.isExpired(at: fixture.time.now()))
    let ancient = try key.token(fixture.claims(["exp": .integer(.min)]))
    #expect(await fixture.refusal(ancient)?.message.hasPrefix("Could not validate token:") == true)
  }

  @Test func `a token must name its key and sign with it`() async throws {
    let key = try await SigningKey.p256(id: "k1")
    let stranger = try await SigningKey.p256(id: "k1")
    let fixture = try AuthenticationFixture.custom([key])
    let claims = fixture.claims()
    #expect(await fixture.refusal(try key.token(claims, header: ["kid": nil])) == .noKeyID)
    #expect(await fixture.refusal(try key.token(claims, header: ["kid": "k2"])) == .keyID("k2"))
    #expect(await fixture.refusal(try stranger.token(claims)) == .keyID("k1"))
    let parts = try key.token(claims).split(separator: ".")
    #expect(await fixture.refusal("!.\(parts[1]).\(parts[2])") == .noKeyID)
  }

  @Test(arguments: ["none", "None", "HS256", "RS256", "ES384", "EdDSA"])
  func `no other algorithm is accepted for a key`(algorithm: String) async throws {
    let key = try await SigningKey.p256(id: "k1")
    let fixture = try AuthenticationFixture.custom([key, try await .rsa(id: "k2")])
    let token = try key.token(fixture.claims(), header: ["alg": .string(algorithm)])
    #expect(await fixture.refusal(token) == .keyID("k1"))
    let unsigned = token.split(separator: ".").dropLast().joined(separator: ".") + "."
    #expect(await fixture.refusal(unsigned) == .keyID("k1"))
  }

  @Test func `a public key is no shared secret`() async throws {
    let rsa = try await SigningKey.rsa(id: "k1")
    var asSecret = rsa.publicKey
    asSecret["alg"] = "HS256"
    let fixture = try AuthenticationFixture.custom([], algorithm: .rs256)
    fixture.network.serve(
      AuthenticationFixture.keysURL,
      keySet(members: [.object(asSecret), .object(rsa.publicKey)])
    )
    for secret in [JSONValue.object(rsa.publicKey).description, rsa.publicKey["n"]?.string ?? ""] {
      let token = try HMACToken.make(fixture.claims(), id: "k1", secret: Array(secret.utf8))
      #expect(await fixture.refusal(token) == .keyID("k1"))
    }
  }

  @Test func `a redacting server does not repeat what the token says`() async throws {
    let key = try await SigningKey.p256(id: "k1")
    let fixture = try AuthenticationFixture.custom([key], isRedacted: true)
    let token = try key.token(fixture.claims(), header: ["kid": "secret-name"])
    #expect(
      await fixture.refusal(token)
        == .invalidHeader(
          "Could not decode token. The JWT's 'kid' (key ID) header doesn't match any key in the "
            + "provider's JWKS, or the JWT signature is invalid."
        )
    )
  }

  @Test func `a key set may be part of the configuration`() async throws {
    let key = try await SigningKey.p256()
    let set = keySet([key])
    let urls = [
      "data:application/json;base64,\(Base64.encode(Array(set.utf8)))",
      "data:,\(set.replacing("\"", with: "%22"))",
    ]
    for url in urls {
      let fixture = try AuthenticationFixture([
        .customJWT(issuer: AuthenticationFixture.issuer, jwks: url, algorithm: .es256)
      ])
      #expect(await fixture.refusal(try key.token(fixture.claims())) == nil)
      #expect(
        await fixture.refusal(try key.token(fixture.claims(), header: ["kid": "x"])) == .keyID("x")
      )
      #expect(fixture.network.requests == [])
    }
  }

  @Test func `keys that cannot be had are said to be so`() async throws {
    let key = try await SigningKey.p256()
    let fixture = try AuthenticationFixture.custom([key])
    let url = AuthenticationFixture.keysURL
    let token = try key.token(fixture.claims())
    let check = " Check that the URL is correct and accessible."
    let troubles: [(() -> Void, String)] = [
      (
        { fixture.network.fail(url, "connection refused") },
        "Could not fetch JWKS from URL '\(url)': connection refused.\(check)"
      ),
      (
        { fixture.network.serve(url, "no", status: 404, reason: "Not Found") },
        "Could not fetch JWKS from URL '\(url)': HTTP 404 Not Found.\(check)"
      ),
      (
        { fixture.network.serve(url, "no", status: 599, reason: "") },
        "Could not fetch JWKS from URL '\(url)': HTTP 599 Unknown.\(check)"
      ),
      (
        { fixture.network.serve(url, keySet([key]), type: "text/html") },
        "Invalid Content-Type 'text/html' when fetching JWKS from '\(url)'. "
          + "Expected 'application/json' or 'application/jwk-set+json'."
      ),
      (
        { fixture.network.serve(url, keySet([key]), type: nil) },
        "Invalid Content-Type 'unknown' when fetching JWKS from '\(url)'. "
          + "Expected 'application/json' or 'application/jwk-set+json'."
      ),
      (
        { fixture.network.serve(url, "{\"keys\":{}}") },
        "Invalid JWKS response body from '\(url)'. The response is not valid JSON or doesn't match "
          + "the expected JWKS format."
      ),
    ]
    for (cause, message) in troubles {
      cause()
      fixture.time.advance(by: .seconds(2))
      #expect(await fixture.refusal(token) == .invalidHeader(message))
    }
    fixture.time.advance(by: .seconds(2))
    fixture.network.serve(url, keySet([key]), type: "application/jwk-set+json; charset=UTF-8")
    #expect(await fixture.refusal(token) == nil)
  }
}
