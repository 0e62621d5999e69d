import Hull
import HullPersistence
import HullRuntime
import Testing

@Suite struct AdminKeyTests {
  let random = SeededRandomSource(seed: 7)
  let secret: InstanceSecret
  let broker: AdminKeyBroker

  init() {
    secret = InstanceSecret(from: random)
    broker = AdminKeyBroker(instanceName: "happy-otter-417", secret: secret)
  }

  @Test func `an issued key begins with the instance's name and is valid`() {
    let key = broker.issue(from: random)
    #expect(key.hasPrefix("happy-otter-417|01"))
    #expect(broker.isValid(key))
    #expect(broker.issue(from: random) != key)
  }

  @Test(arguments: ["prod:", "dev:", "local:"])
  func `a type before the name is ignored`(prefix: String) {
    #expect(broker.isValid(prefix + broker.issue(from: random)))
  }

  @Test(arguments: ["preview:team:project", "project:team"])
  func `preview and project keys are known by what follows the bar`(prefix: String) throws {
    let key = broker.issue(from: random)
    let bar = try #require(key.firstIndex(of: "|"))
    #expect(broker.isValid(prefix + key[bar...]))
  }

  @Test func `every changed character makes a key invalid`() {
    let key = Array(broker.issue(from: random).utf8)
    for index in key.indices {
      var changed = key
      changed[index] = changed[index] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
      #expect(!broker.isValid(String(decoding: changed, as: UTF8.self)), "at \(index)")
    }
    #expect(!broker.isValid(""))
    #expect(!broker.isValid("happy-otter-417|"))
    #expect(!broker.isValid("happy-otter-417|01"))
  }

  @Test func `keys of another instance are invalid, by name and by secret`() {
    let other = AdminKeyBroker(instanceName: "other-fox-100", secret: secret)
    #expect(!broker.isValid(other.issue(from: random)))
    let namesake = AdminKeyBroker(
      instanceName: "happy-otter-417",
      secret: InstanceSecret(from: random)
    )
    #expect(!broker.isValid(namesake.issue(from: random)))
  }

  @Test func `a key chosen by the operator is accepted as it is`() {
    let broker = AdminKeyBroker(instanceName: "x", secret: secret, chosenKey: "local|s3cret")
    #expect(broker.isValid("local|s3cret"))
    #expect(broker.isValid(broker.issue(from: random)))
    #expect(!broker.isValid("local|s3cres"))
  }
}

@Suite struct CallerIdentityTests {
  @Test func `issuer and subject make the token identifier, and the other way round`() throws {
    let given = try #require(UserIdentity(attributes: ["issuer": "https://a", "subject": "b"]))
    #expect(given.tokenIdentifier == "https://a|b")
    let derived = try #require(UserIdentity(attributes: ["tokenIdentifier": "https://a|b|c"]))
    #expect(derived.issuer == "https://a")
    #expect(derived.subject == "b|c")
    #expect(derived.attributes["tokenIdentifier"] == "https://a|b|c")
  }

  @Test func `custom claims pass, standard ones of the wrong type do not`() {
    let identity = UserIdentity(attributes: [
      "issuer": "i", "subject": "s", "role": "admin", "emailVerified": true,
    ])
    #expect(identity?["role"] == "admin")
    #expect(UserIdentity(attributes: ["issuer": "i", "subject": "s", "email": 1.0]) == nil)
    #expect(UserIdentity(attributes: ["issuer": "i", "subject": "s", "emailVerified": "y"]) == nil)
    #expect(UserIdentity(attributes: ["name": "nobody"]) == nil)
  }

  @Test func `the identity an admin acts as is base64 of JSON`() {
    // {"issuer":"i","subject":"s","name":"Ada"}
    let text = "eyJpc3N1ZXIiOiJpIiwic3ViamVjdCI6InMiLCJuYW1lIjoiQWRhIn0="
    #expect(UserIdentity(base64: text)?.name == "Ada")
    #expect(UserIdentity(base64: "%%%") == nil)
    #expect(UserIdentity(base64: "W10=") == nil)
  }

  @Test func `a standard attribute that is null is absent`() {
    let identity = UserIdentity(attributes: ["issuer": "i", "subject": "s", "name": .null])
    #expect(identity?.attributes.contains("name") == false)
  }

  @Test func `an admin acts as the user a message describes`() async throws {
    let backend = try await BackendFixture({ _ in }).backend
    let key = backend.issueAdminKey()
    let identity = #"{"issuer":"https://a.example","subject":"7","role":"clerk"}"#
    let acting = try backend.authenticate(adminKey: "prod:" + key, actingAs: identity)
    #expect(acting.isAdmin)
    #expect(acting.user?.tokenIdentifier == "https://a.example|7")
    #expect(acting.user?["role"] == "clerk")
    #expect(try backend.authenticate(adminKey: key, actingAs: nil) == .admin(actingAs: nil))
    let wrongKey = #expect(throws: BackendError.self) {
      try backend.authenticate(adminKey: "x|01", actingAs: identity)
    }
    #expect(wrongKey?.code == "BadAdminKey")
    for text in ["", "[]", "{}", #"{"issuer":"i"}"#, #"{"issuer":"i","subject":"s","name":1}"#] {
      let error = #expect(throws: BackendError.self) {
        try backend.authenticate(adminKey: key, actingAs: text)
      }
      #expect(error?.code == "InvalidActingIdentity")
      #expect(error?.status == 400)
    }
  }
}
