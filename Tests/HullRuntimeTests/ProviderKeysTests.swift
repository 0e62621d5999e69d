import Hull
import HullPersistence
import HullRuntime
import HullTestSupport
import HullValues
import Testing

/// How often a provider is asked, and what is done with its answers.
@Suite(.timeLimit(.minutes(2))) struct ProviderKeysTests {
  private static let both = [AuthenticationFixture.discovery, AuthenticationFixture.keysURL]

  @Test func `documents are kept as long as their provider says`() async throws {
    let key = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture.openID([key])
    fixture.publishDiscovery(fields: [("Cache-Control", "public, max-age=600")])
    fixture.publish([key], fields: [("cache-control", "max-age=\"120\""), ("Age", "20")])
    try await verifyNew(key, fixture)
    #expect(fixture.network.requests == Self.both)
    fixture.time.advance(by: .seconds(99))
    try await verifyNew(key, fixture)
    #expect(fixture.network.requests == Self.both)
    fixture.time.advance(by: .seconds(1))
    try await verifyNew(key, fixture)
    #expect(fixture.network.requests == Self.both + [AuthenticationFixture.keysURL])
    fixture.time.advance(by: .seconds(501))
    try await verifyNew(key, fixture)
    #expect(
      fixture.network.requests == Self.both + [AuthenticationFixture.keysURL] + Self.both
    )
  }

  @Test(arguments: ["no-store", "no-cache, max-age=600", "max-age=0", nil])
  func `documents not to be kept are asked for again, but not ten times a second`(
    control: String?
  ) async throws {
    let key = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture.openID([key])
    let fields = control.map { [(name: "Cache-Control", value: $0)] } ?? []
    fixture.publishDiscovery(fields: fields)
    fixture.publish([key], fields: fields)
    for _ in 0..<10 {
      try await verifyNew(key, fixture)
      fixture.time.advance(by: .milliseconds(100))
    }
    #expect(fixture.network.requests == Self.both)
    fixture.time.advance(by: .seconds(9))
    try await verifyNew(key, fixture)
    #expect(fixture.network.requests == Self.both + Self.both)
  }

  @Test func `a key that is not known is asked for at once`() async throws {
    let old = try await SigningKey.ed25519(id: "old")
    let new = try await SigningKey.ed25519(id: "new")
    let fixture = try AuthenticationFixture.openID([old])
    fixture.publishDiscovery(fields: [("Cache-Control", "max-age=86400")])
    fixture.publish([old], fields: [("Cache-Control", "max-age=86400")])
    try await verifyNew(old, fixture)
    fixture.publish([new], fields: [("Cache-Control", "max-age=86400")])
    try await verifyNew(new, fixture)
    #expect(fixture.network.requests == Self.both + [AuthenticationFixture.keysURL])
    // What the rotation withdrew is refused.
    let late = try old.token(fixture.claims(["sub": "late"]))
    #expect(await fixture.refusal(late) == .idToken)
  }

  @Test func `the same holds for custom JWTs`() async throws {
    let old = try await SigningKey.p256(id: "old")
    let new = try await SigningKey.p256(id: "new")
    let fixture = try AuthenticationFixture.custom([old])
    fixture.publish([old], fields: [("Cache-Control", "max-age=86400")])
    try await verifyNew(old, fixture)
    fixture.publish([new], fields: [("Cache-Control", "max-age=86400")])
    try await verifyNew(new, fixture)
    #expect(fixture.network.requests.count == 2)
  }

  @Test func `invented key names cost the provider one request in ten seconds`() async throws {
    let key = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture.openID([key])
    fixture.publishDiscovery(fields: [("Cache-Control", "max-age=86400")])
    fixture.publish([key], fields: [("Cache-Control", "max-age=86400")])
    for number in 0..<200 {
      let token = try key.token(fixture.claims(), header: ["kid": .string("k\(number)")])
      #expect(await fixture.refusal(token) == .idToken)
      fixture.time.advance(by: .milliseconds(100))
    }
    // The first to come, one that is prompted at once, one after ten seconds.
    #expect(fixture.network.requests.count == 4)
  }

  @Test func `who asks at the same time shares one request`() async throws {
    let key = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture.openID([key])
    let gate = Signal()
    fixture.network.hold(until: gate)
    let tokens = try (0..<50).map { try key.token(fixture.claims(["sub": .string("u\($0)")])) }
    let subjects = await withTaskGroup(of: String?.self) { group in
      for token in tokens {
        group.addTask { try? await fixture.verifier.verify(token).identity.subject }
      }
      gate.open()
      return await group.reduce(into: Set<String>()) { $0.insert($1 ?? "") }
    }
    #expect(subjects == Set((0..<50).map { "u\($0)" }))
    #expect(fixture.network.requests == Self.both)
  }

  @Test func `a provider that is down is stood in for by what it said before`() async throws {
    let key = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture.openID([key])
    fixture.publishDiscovery(fields: [("Cache-Control", "max-age=60")])
    fixture.publish([key], fields: [("Cache-Control", "max-age=60")])
    try await verifyNew(key, fixture)
    for url in Self.both { fixture.network.fail(url, "connection refused") }
    fixture.time.advance(by: .seconds(3600))
    try await verifyNew(key, fixture)
    fixture.time.advance(by: .seconds(61))
    let token = try key.token(fixture.claims(["sub": "late"]))
    #expect(await fixture.refusal(token) == discoveryFailed(400))
    // When it is back, so are its users.
    fixture.publishDiscovery()
    fixture.publish([key])
    fixture.time.advance(by: .seconds(1))
    #expect(await fixture.refusal(token) == nil)
  }

  @Test func `a name asked for in vain costs nobody else anything`() async throws {
    let key = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture.openID([key])
    fixture.publishDiscovery(fields: [("Cache-Control", "max-age=3600")])
    fixture.publish([key], fields: [("Cache-Control", "max-age=3600")])
    try await verifyNew(key, fixture)
    fixture.network.fail(AuthenticationFixture.keysURL, "connection refused")
    let unknown = try key.token(fixture.claims(), header: ["kid": "other"])
    #expect(await fixture.refusal(unknown) == .idToken)
    #expect(fixture.network.requests.count == 3)
    fixture.time.advance(by: .seconds(3599))
    try await verifyNew(key, fixture)
    #expect(fixture.network.requests.count == 3)
  }

  @Test func `what must not be kept stands in for nothing`() async throws {
    let key = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture.openID([key])
    fixture.publishDiscovery(fields: [("Cache-Control", "no-store")])
    fixture.publish([key], fields: [("Cache-Control", "max-age=5, must-revalidate")])
    try await verifyNew(key, fixture)
    fixture.network.fail(AuthenticationFixture.keysURL, "connection refused")
    fixture.time.advance(by: .seconds(11))
    let token = try key.token(fixture.claims(["sub": "late"]))
    #expect(await fixture.refusal(token) == discoveryFailed(400))
  }

  @Test func `a provider that is down is asked once a second`() async throws {
    let key = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture.openID([key])
    fixture.network.fail(AuthenticationFixture.discovery, "connection refused")
    for number in 0..<10 {
      let token = try key.token(fixture.claims(["sub": .string("u\(number)")]))
      #expect(await fixture.refusal(token) == discoveryFailed(400))
      fixture.time.advance(by: .milliseconds(250))
    }
    #expect(fixture.network.requests.count == 3)
  }

  @Test(arguments: [
    (401, 401, "Unauthorized"), (403, 403, "Forbidden"), (404, 404, "Not Found"),
    (410, 400, "Gone"), (429, 429, "Too Many Requests"), (500, 503, "Internal Server Error"),
    (503, 503, "Service Unavailable"), (204, 400, "No Content"), (304, 400, "Not Modified"),
  ])
  func `a discovery that fails has a status that follows from the provider's`(
    given: Int,
    answered: Int,
    reason: String
  ) async throws {
    let key = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture.openID([key])
    let token = try key.token(fixture.claims())
    for url in Self.both {
      fixture.network.serve(url, "sorry", status: given, reason: reason)
      #expect(
        await fixture.refusal(token) == discoveryFailed(answered, ": \(given) \(reason) sorry")
      )
      fixture.publishDiscovery()
      fixture.time.advance(by: .seconds(2))
    }
  }

  @Test func `a discovery document must be one`() async throws {
    let key = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture.openID([key])
    let token = try key.token(fixture.claims())
    let documents = [
      "", "[]", "{}", #"{"issuer":"https://login.example.com"}"#,
      #"{"issuer":"https://other.example","jwks_uri":"https://keys.example.com/set.json"}"#,
      #"{"issuer":"https://login.example.com","jwks_uri":"http://keys.example.com/set.json"}"#,
      #"{"issuer":"https://login.example.com","jwks_uri":"http://127.0.0.1/set.json"}"#,
      #"{"issuer":"https://login.example.com","jwks_uri":"https://10.0.0.1/set.json"}"#,
      #"{"issuer":"https://login.example.com","jwks_uri":"file:///etc/passwd"}"#,
    ]
    for document in documents {
      fixture.network.serve(AuthenticationFixture.discovery, document)
      fixture.time.advance(by: .seconds(11))
      #expect(await fixture.refusal(token) == discoveryFailed(400), "\(document)")
    }
    fixture.network.serve(AuthenticationFixture.discovery, "<html>", type: "text/html")
    // None of the documents before may stand in for this one.
    fixture.time.advance(by: .seconds(7200))
    #expect(await fixture.refusal(token) == discoveryFailed(400, ": 200 OK <html>"))
    #expect(!fixture.network.requests.contains(AuthenticationFixture.keysURL))
  }

  @Test func `redirects are followed where that is safe`() async throws {
    let key = try await SigningKey.ed25519()
    let fixture = try AuthenticationFixture.openID([key])
    func redirect(to target: String) {
      fixture.network.serve(
        AuthenticationFixture.discovery,
        "",
        status: 302,
        reason: "Found",
        fields: [("Location", target)]
      )
      fixture.time.advance(by: .seconds(11))
    }
    let document = "https://login.example.com/moved"
    fixture.network.serve(
      document,
      #"{"issuer":"https://login.example.com","jwks_uri":"https://keys.example.com/set.json"}"#
    )
    for target in ["/moved", document] {
      redirect(to: target)
      try await verifyNew(key, fixture)
    }
    for target in ["http://login.example.com/moved", "http://localhost/moved", "https://[::1]/"] {
      redirect(to: target)
      // Nothing may stand in for the document that cannot be had.
      fixture.time.advance(by: .seconds(7200))
      let late = try key.token(fixture.claims(["sub": .string(target)]))
      #expect(await fixture.refusal(late) == discoveryFailed(400))
      #expect(!fixture.network.requests.contains(target))
    }
    redirect(to: AuthenticationFixture.discovery)
    let count = fixture.network.requests.count
    let token = try key.token(fixture.claims(["sub": "late"]))
    #expect(await fixture.refusal(token) == discoveryFailed(400))
    #expect(fixture.network.requests.count == count + 4)
  }

  /// Verifies a token nobody has seen before.
  private func verifyNew(_ key: SigningKey, _ fixture: AuthenticationFixture) async throws {
    let subject = "u\(fixture.network.requests.count)-\(fixture.time.now())"
    let identity = try await fixture.identity(
      key.token(fixture.claims(["sub": .string(subject)]))
    )
    #expect(identity.subject == subject)
  }

  private func discoveryFailed(_ status: Int, _ details: String = "") -> Refusal {
    Refusal(
      status,
      "AuthProviderDiscoveryFailed",
      "Auth provider discovery of https://login.example.com failed" + details
    )
  }
}
