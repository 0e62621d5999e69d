import Hull
import HullPersistence
import HullRuntime
import HullServer
import HullTestSupport
import HullValues
import Testing

/// Users' tokens over real sockets, with a real provider: spec/http-api.md 3.3.
@Suite(.timeLimit(.minutes(2))) struct IdentityTests {
  private static let idTokenRefused = APIErrorText(
    401,
    "Unauthenticated",
    "Could not verify OIDC token claim. Check that the token signature is valid and the token "
      + "hasn't expired."
  )

  @Test func `a function learns who the bearer of a token is`() async throws {
    let key = try await SigningKey.rsa()
    try await IdentityFixture.with(keys: [key]) { fixture in
      let token = try key.token(
        fixture.claims(["name": "Ani", "email_verified": true, "role": "clerk"])
      )
      let issuer = fixture.provider.issuer
      let answer = try await fixture.attributes(token)
      #expect(
        answer.body
          == #"{"status":"success","value":{"emailVerified":true,"issuer":"\#(issuer)","name":"Ani","#
          + #""role":"clerk","subject":"u1","tokenIdentifier":"\#(issuer)|u1"}}"#
      )
      #expect(fixture.provider.requests == ["/.well-known/openid-configuration", "/keys"])
      #expect(try await fixture.attributes(token).body == answer.body)
      #expect(fixture.provider.requests.count == 2)
    }
  }

  @Test func `every call of a function takes a token`() async throws {
    let key = try await SigningKey.ed25519()
    try await IdentityFixture.with(keys: [key]) { fixture in
      let good = "Authorization: Bearer \(try key.token(fixture.claims()))"
      let bad = "Authorization: Bearer \(try key.token(fixture.claims(["exp": 1])))"
      let call = #"{"path":"people:me","args":{}}"#
      let timestamp = try await fixture.api.post("/api/query_ts", "").text("ts") ?? ""
      let requests = [
        ("/api/query", call), ("/api/run/people/me", #"{"args":{}}"#),
        ("/api/query_at_ts", #"{"path":"people:me","args":{},"ts":"\#(timestamp)"}"#),
        ("/api/query_batch", #"{"queries":[\#(call)]}"#),
        ("/api/mutation", #"{"path":"chat/messages:send","args":{"body":"hi"}}"#),
        ("/api/action", #"{"path":"work:add","args":{"left":1,"right":1}}"#),
      ]
      for (target, body) in requests {
        #expect(try await fixture.api.post(target, body, good).status == 200, "\(target)")
        let refused = try await fixture.api.post(target, body, bad)
        #expect(refused.error == Self.idTokenRefused, "\(target)")
      }
    }
  }

  @Test func `an action learns the token of the user who called it`() async throws {
    let key = try await SigningKey.ed25519()
    try await IdentityFixture.with(keys: [key]) { fixture in
      let token = try key.token(fixture.claims())
      let call = #"{"path":"people:token","args":{}}"#
      let signedIn = try await fixture.api.post(
        "/api/action",
        call,
        "Authorization: Bearer \(token)"
      )
      #expect(signedIn.text("value") == token)
      let anonymous = try await fixture.api.post("/api/action", call)
      #expect(anonymous.body.contains(#""value":null"#))
    }
  }

  @Test func `a user is no admin`() async throws {
    let key = try await SigningKey.ed25519()
    try await IdentityFixture.with(keys: [key]) { fixture in
      let good = "Authorization: Bearer \(try key.token(fixture.claims()))"
      let bad = "Authorization: Bearer \(try key.token(fixture.claims(["exp": 1])))"
      let call = #"{"path":"people:secret","args":{}}"#
      #expect(try await fixture.api.post("/api/function", call, good).error.code == "BadDeployKey")
      #expect(try await fixture.api.get("/api/check_admin_key", good).error.code == "BadDeployKey")
      #expect(try await fixture.api.post("/api/function", call, bad).error == Self.idTokenRefused)
      #expect(try await fixture.api.get("/api/check_admin_key", bad).error == Self.idTokenRefused)
      let message = try await fixture.api.post("/api/query", call, good).text("errorMessage")
      #expect(message?.contains("Could not find public function for 'people:secret'.") == true)
    }
  }

  @Test func `what is wrong with the request is told before what is wrong with the token`()
    async throws
  {
    let key = try await SigningKey.ed25519()
    try await IdentityFixture.with(keys: [key]) { fixture in
      let bad = "Authorization: Bearer \(try key.token(fixture.claims(["exp": 1])))"
      for (body, code) in [
        ("{", "BadJsonBody"), (#"{"path":"a.txt:b","args":{}}"#, "BadConvexFunctionIdentifier"),
        (#"{"path":"nope:nope","args":{}}"#, "Unauthenticated"),
      ] {
        #expect(try await fixture.api.post("/api/query", body, bad).error.code == code)
      }
    }
  }

  @Test func `a refused token never makes its bearer anonymous`() async throws {
    let key = try await SigningKey.ed25519(id: "k")
    let stranger = try await SigningKey.ed25519(id: "k")
    try await IdentityFixture.with(keys: [key]) { fixture in
      let tokens = [
        try stranger.token(fixture.claims()), try key.token(fixture.claims(["exp": 1])),
        try key.token(fixture.claims(), header: ["alg": "none"]),
        try key.token(fixture.claims(["aud": "other"])),
        try key.token(fixture.claims(["iss": "x"])),
        try key.token(fixture.claims(["iss": nil])), try key.token(fixture.claims(["sub": nil])),
        "x", "a.b.c",
      ]
      for token in tokens {
        let answer = try await fixture.attributes(token)
        #expect(answer.status == 401, "\(answer.body)")
      }
    }
  }

  @Test func `a provider that is not configured is told with those that are`() async throws {
    let key = try await SigningKey.ed25519()
    for isRedacted in [false, true] {
      try await IdentityFixture.with(keys: [key], isRedacted: isRedacted) { fixture in
        let answer = try await fixture.attributes(key.token(fixture.claims(["aud": "other"])))
        let details =
          ". Check that your JWT's issuer and audience match one of your configured providers: "
          + "[OIDC(domain=\(fixture.provider.issuer), app_id=petshop)]"
        #expect(
          answer.error
            == APIErrorText(
              401,
              "NoAuthProvider",
              "No auth provider found matching the given token" + (isRedacted ? "" : details)
            )
        )
      }
    }
  }

  @Test func `a token ends`() async throws {
    let key = try await SigningKey.ed25519()
    try await IdentityFixture.with(keys: [key]) { fixture in
      let token = try key.token(fixture.claims())
      #expect(try await fixture.attributes(token).status == 200)
      fixture.time.advance(by: .seconds(3600))
      #expect(try await fixture.attributes(token).error == Self.idTokenRefused)
    }
  }

  @Test func `a provider may change its keys`() async throws {
    let old = try await SigningKey.ed25519(id: "old")
    let new = try await SigningKey.ed25519(id: "new")
    try await IdentityFixture.with(keys: [old]) { fixture in
      let acceptsOld = try await fixture.accepts(old)
      fixture.provider.keys = [new]
      let acceptsNew = try await fixture.accepts(new)
      #expect(acceptsOld && acceptsNew)
      #expect(
        fixture.provider.requests == ["/.well-known/openid-configuration", "/keys", "/keys"]
      )
    }
  }

  @Test func `without its provider a known user gets on and a new one waits`() async throws {
    let key = try await SigningKey.ed25519()
    try await IdentityFixture.with(keys: [key]) { fixture in
      await fixture.providerServer.shutdown(within: .zero)
      let token = try key.token(fixture.claims())
      #expect(
        try await fixture.attributes(token).error
          == APIErrorText(
            400,
            "AuthProviderDiscoveryFailed",
            "Auth provider discovery of \(fixture.provider.issuer) failed"
          )
      )
    }
    try await IdentityFixture.with(keys: [key]) { fixture in
      let acceptsKnown = try await fixture.accepts(key)
      await fixture.providerServer.shutdown(within: .zero)
      fixture.time.advance(by: .seconds(3601))
      let acceptsNew = try await fixture.accepts(key)
      #expect(acceptsKnown && acceptsNew)
    }
  }

  @Test func `a document that never ends is not read to its end`() async throws {
    let key = try await SigningKey.ed25519()
    try await IdentityFixture.with(keys: [key]) { fixture in
      fixture.provider.pad(by: 4 * 1024 * 1024)
      let refusal = try await fixture.attributes(key.token(fixture.claims())).error
      #expect(refusal.code == "AuthProviderDiscoveryFailed")
    }
  }

  @Test func `custom tokens come from a key set over HTTP`() async throws {
    let key = try await SigningKey.p256(id: "k")
    try await IdentityFixture.with(
      keys: [key],
      providers: {
        [
          .customJWT(
            issuer: "https://login.example.com",
            jwks: $0 + "/keys",
            algorithm: .es256,
            applicationID: "petshop"
          )
        ]
      }
    ) { fixture in
      let claims = fixture.claims(["iss": "https://login.example.com", "app": ["role": "clerk"]])
      let token = try key.token(claims)
      #expect(
        try await fixture.attributes(token).body
          == #"{"status":"success","value":{"app.role":"clerk","issuer":"#
          + #""https://login.example.com","subject":"u1","tokenIdentifier":"#
          + #""https://login.example.com|u1"}}"#
      )
      let unknown = try key.token(claims, header: ["kid": "other"])
      #expect(
        try await fixture.attributes(unknown).error
          == APIErrorText(
            401,
            "InvalidAuthHeader",
            "Could not decode token. The JWT's 'kid' (key ID) header is 'other', does this key match "
              + "any key in the provider's JWKS?"
          )
      )
      await fixture.providerServer.shutdown(within: .zero)
      fixture.time.advance(by: .seconds(2 * 3600 + 1))
      let late = try key.token(fixture.claims(["iss": "https://login.example.com"]))
      let refusal = try await fixture.attributes(late).error
      #expect(refusal.status == 401)
      #expect(refusal.code == "InvalidAuthHeader")
      let url = fixture.provider.issuer + "/keys"
      #expect(refusal.message.hasPrefix("Could not fetch JWKS from URL '\(url)': "))
      #expect(refusal.message.hasSuffix(". Check that the URL is correct and accessible."))
    }
  }
}
