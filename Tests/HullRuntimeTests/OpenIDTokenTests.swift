import Hull
import HullPersistence
import HullRuntime
import HullTestSupport
import HullValues
import Testing

/// ID tokens: spec/functions.md 14.3 and 14.4.
@Suite(.timeLimit(.minutes(2))) struct OpenIDTokenTests {
  @Test func `tokens signed with RS256 and EdDSA are good`() async throws {
    let rsa = try await SigningKey.rsa()
    let edwards = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture.openID([rsa, edwards])
    for key in [rsa, edwards] {
      let token = try await fixture.verifier.verify(key.token(fixture.claims()))
      #expect(token.identity.tokenIdentifier == "https://login.example.com|u1")
      #expect(token.identity.subject == "u1")
      #expect(token.identity.issuer == "https://login.example.com")
      #expect(token.expiresAt.rawValue == (fixture.now + 3600) * 1_000_000_000)
    }
  }

  @Test func `standard claims get Convex's names, others keep their own`() async throws {
    let key = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture.openID([key])
    let identity = try await fixture.identity(
      key.token(
        fixture.claims([
          "name": "Ani Wijaya", "name#ja": "アニ", "given_name": "Ani", "family_name": "Wijaya",
          "middle_name": "S.", "nickname": nil, "preferred_username": "ani",
          "profile": "https://a.example/ani", "picture": "https://a.example/ani.png",
          "website": "https://ani.example", "email": "ani@a.example", "email_verified": true,
          "gender": "female", "birthdate": "1990-02-28", "zoneinfo": "Asia/Jakarta",
          "locale": "id-ID", "phone_number": "+62 812", "phone_number_verified": false,
          "address": ["formatted": "Jl. Sudirman 1\nJakarta", "country": "ID"],
          "updated_at": .integer(1_714_564_800), "azp": "petshop", "nonce": "n",
          "amr": ["pwd"], "auth_time": .integer(1_700_000_000), "jti": "1", "fva": [0, -1],
          "nbf": .integer(1_700_000_000), "role": "admin", "level": 3, "groups": ["a", "b"],
          "https://a.example/org": ["id": 7, "$hidden": 1, "name": JSONValue.null],
          "$private": 1,
        ])
      )
    )
    #expect(
      identity.attributes == [
        "issuer": "https://login.example.com", "subject": "u1",
        "tokenIdentifier": "https://login.example.com|u1", "name": "Ani Wijaya",
        "givenName": "Ani", "familyName": "Wijaya", "preferredUsername": "ani",
        "profileUrl": "https://a.example/ani", "pictureUrl": "https://a.example/ani.png",
        "websiteUrl": "https://ani.example", "email": "ani@a.example", "emailVerified": true,
        "gender": "female", "birthday": "1990-02-28", "timezone": "Asia/Jakarta",
        "language": "id-ID", "phoneNumber": "+62 812", "phoneNumberVerified": false,
        "address": "Jl. Sudirman 1\nJakarta", "updatedAt": "2024-05-01T12:00:00+00:00",
        "role": "admin", "level": 3.0, "groups": ["a", "b"],
        "https://a.example/org": ["id": 7.0, "name": .null],
      ]
    )
  }

  @Test(arguments: [
    (JSONValue.integer(0), "1970-01-01T00:00:00+00:00"),
    (.integer(-1), "1969-12-31T23:59:59+00:00"),
    (.integer(951_782_400), "2000-02-29T00:00:00+00:00"),
    (.double(1_714_564_800.5), "2024-05-01T12:00:00.500+00:00"),
    ("2024-05-01T12:00:00Z", "2024-05-01T12:00:00+00:00"),
    ("2024-05-01t12:00:00.25+02:00", "2024-05-01T10:00:00.250+00:00"),
    ("2024-05-01T12:00:00.000001-00:30", "2024-05-01T12:30:00.000001+00:00"),
    ("2024-05-01T12:00:00.123456789z", "2024-05-01T12:00:00.123456789+00:00"),
  ])
  func `the time of the last update is one spelling of RFC 3339`(
    claim: JSONValue,
    text: String
  ) async throws {
    let key = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture.openID([key])
    let identity = try await fixture.identity(key.token(fixture.claims(["updated_at": claim])))
    #expect(identity["updatedAt"] == .string(text))
  }

  @Test func `claims cannot pose as issuer, subject or token identifier`() async throws {
    let key = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture.openID([key])
    let identity = try await fixture.identity(
      key.token(
        fixture.claims([
          "tokenIdentifier": "https://login.example.com|admin", "subject": "admin",
          "issuer": "https://other.example",
        ])
      )
    )
    #expect(
      identity.attributes == [
        "issuer": "https://login.example.com", "subject": "u1",
        "tokenIdentifier": "https://login.example.com|u1",
      ]
    )
  }

  @Test func `a later token with the same attributes is the same identity`() async throws {
    let key = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture.openID([key])
    let first = try await fixture.verifier.verify(
      key.token(fixture.claims(["jti": "1", "fva": [1, 2], "name": "Ani"]))
    )
    fixture.time.advance(by: .seconds(60))
    let second = try await fixture.verifier.verify(
      key.token(fixture.claims(["jti": "2", "fva": [2, 3], "name": "Ani"]))
    )
    #expect(first.identity == second.identity)
    #expect(CallerIdentity.user(first.identity) == .user(second.identity))
    #expect(first.expiresAt < second.expiresAt)
  }

  @Test func `subjects that look alike are different users`() async throws {
    let key = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture.openID([key])
    let composed = try await fixture.identity(key.token(fixture.claims(["sub": "é"])))
    let decomposed = try await fixture.identity(key.token(fixture.claims(["sub": "e\u{301}"])))
    #expect(composed != decomposed)
  }

  @Test func `a token ends at the second it names, without tolerance`() async throws {
    let key = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture.openID([key])
    let token = try key.token(fixture.claims(["exp": .integer(fixture.now + 60)]))
    let verified = try await fixture.verifier.verify(token)
    fixture.time.advance(by: .milliseconds(59_999))
    #expect(await fixture.refusal(token) == nil)
    #expect(!verified.isExpired(at: fixture.time.now()))
    fixture.time.advance(by: .milliseconds(1))
    #expect(await fixture.refusal(token) == .idToken)
    #expect(verified.isExpired(at: fixture.time.now()))
  }

  @Test(
    arguments: [
      ["aud": .array(["petshop", "other"])], ["aud": .array([])], ["iss": "login.example.com"],
      ["iss": "https://login.example.com/"],
    ] as [[String: JSONValue]]
  )
  func `another audience beside ours and another spelling of the issuer are refused`(
    change: [String: JSONValue]
  ) async throws {
    let key = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture.openID([key])
    let refusal = await fixture.refusal(try key.token(fixture.claims(change)))
    switch change {
    case ["aud": .array(["petshop", "other"])]: #expect(refusal == .idToken)
    case ["aud": .array([])]: #expect(refusal?.code == "NoAuthProvider")
    default:
      // Such tokens reach the provider, whose discovery document has the other spelling.
      let issuer = change["iss"]?.string ?? ""
      let message = "Auth provider discovery of \(issuer) failed"
      #expect(refusal == Refusal(400, "AuthProviderDiscoveryFailed", message))
    }
  }

  @Test func `an issuer may end with a slash where its configuration does not`() async throws {
    let key = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture.openID([key])
    fixture.publishDiscovery(issuer: "https://login.example.com/")
    let identity = try await fixture.identity(
      key.token(fixture.claims(["iss": "https://login.example.com/"]))
    )
    #expect(identity.tokenIdentifier == "https://login.example.com/|u1")
  }

  @Test func `the same audience twice is one audience`() async throws {
    let key = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture.openID([key])
    let token = try key.token(fixture.claims(["aud": ["petshop", "petshop"]]))
    #expect(await fixture.refusal(token) == nil)
  }

  @Test(
    arguments: [
      ["sub": nil], ["exp": nil], ["iat": nil], ["email": 1], ["email_verified": "true"],
      ["name": ["a"]], ["address": "Jakarta"], ["address": ["country": 1]], ["updated_at": "today"],
      ["updated_at": "2024-02-30T00:00:00Z"], ["updated_at": "2024-05-01T12:00:00"],
      ["updated_at": .double(1e300)], ["nonce": 1], ["amr": "pwd"], ["auth_time": true],
    ] as [[String: JSONValue?]]
  )
  func `a token that lacks a claim or has one of another type is no ID token`(
    change: [String: JSONValue?]
  ) async throws {
    let key = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture.openID([key])
    let token = try key.token(fixture.claims(change))
    #expect(await fixture.refusal(token) == .notAnIDToken)
  }

  @Test(
    arguments: [
      ["alg": "made-up"], ["alg": nil], ["alg": 1], ["kid": 1], ["typ": 1],
    ] as [[String: JSONValue?]]
  )
  func `a header that is none makes no ID token`(change: [String: JSONValue?]) async throws {
    let key = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture.openID([key])
    let token = try key.token(fixture.claims(), header: change)
    #expect(await fixture.refusal(token) == .notAnIDToken)
  }

  @Test(
    arguments: [
      ["typ": "at+jwt"], ["cty": "JWT"], ["crit": ["exp"]], ["alg": "none"], ["alg": "HS256"],
      ["alg": "ES256"], ["alg": "RS256"], ["alg": "RS512"], ["kid": "other"],
    ] as [[String: JSONValue?]]
  )
  func `a header that asks for something else is refused`(
    change: [String: JSONValue?]
  ) async throws {
    let key = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture.openID([key, try await .rsa()])
    let token = try key.token(fixture.claims(), header: change)
    #expect(await fixture.refusal(token) == .idToken)
  }

  @Test func `a signature by another key of the same name is refused`() async throws {
    let published = try await SigningKey.ed25519(id: "k")
    let stranger = try await SigningKey.ed25519(id: "k")
    let fixture = try AuthenticationFixture.openID([published])
    #expect(await fixture.refusal(try stranger.token(fixture.claims())) == .idToken)
  }

  @Test func `a token whose claims were changed afterwards is refused`() async throws {
    let key = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture.openID([key])
    let good = try key.token(fixture.claims()).split(separator: ".")
    let other = try key.token(fixture.claims(["sub": "admin"])).split(separator: ".")
    #expect(await fixture.refusal("\(good[0]).\(other[1]).\(good[2])") == .idToken)
    #expect(await fixture.refusal("\(good[0]).\(good[1]).") == .idToken)
    #expect(await fixture.refusal("\(good[0]).\(good[1]).!") == .notAnIDToken)
  }

  @Test func `a token without a key's name is good if only one key fits`() async throws {
    let rsa = try await SigningKey.rsa()
    let first = try await SigningKey.ed25519(id: "1")
    let second = try await SigningKey.ed25519(id: "2")
    let fixture = try AuthenticationFixture.openID([rsa, first])
    let token = try first.token(fixture.claims(), header: ["kid": nil])
    #expect(await fixture.refusal(token) == nil)
    let ambiguous = try AuthenticationFixture.openID([first, second])
    #expect(await ambiguous.refusal(token) == .idToken)
  }

  @Test func `keys for other purposes do not count, nor broken ones`() async throws {
    let key = try await SigningKey.ed25519(id: "k")
    let fixture = try AuthenticationFixture.openID([])
    var encryption = key.publicKey
    encryption["use"] = "enc"
    var secret = key.publicKey
    secret["kty"] = "oct"
    secret["k"] = "AAAA"
    var broken = key.publicKey
    broken["x"] = "AAAA"
    let members = [encryption, secret, broken].map(JSONValue.object) + [1, ["kty": "EC"]]
    fixture.network.serve(AuthenticationFixture.keysURL, keySet(members: members))
    let token = try key.token(fixture.claims())
    #expect(await fixture.refusal(token) == .idToken)
    fixture.time.advance(by: .seconds(60))
    fixture.network.serve(
      AuthenticationFixture.keysURL,
      keySet(members: members + [.object(key.publicKey)])
    )
    #expect(await fixture.refusal(token) == nil)
  }
}
