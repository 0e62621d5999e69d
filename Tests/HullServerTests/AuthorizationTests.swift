import HullRuntime
import HullValues
import Testing

@Suite(.timeLimit(.minutes(1))) struct AuthorizationTests {
  private static let me = #"{"path":"people:me","args":{}}"#
  private static let secret = #"{"path":"people:secret","args":{}}"#

  private static func base64(_ text: String) -> String { Base64.encode(Array(text.utf8)) }

  private static func token(header: String = #"{"alg":"RS256"}"#, payload: String) -> String {
    func part(_ text: String) -> String {
      base64(text).replacing("=", with: "").replacing("+", with: "-").replacing("/", with: "_")
    }
    return "\(part(header)).\(part(payload)).c2ln"
  }

  @Test func `without credentials a caller is nobody`() async throws {
    try await APIFixture.with { api in
      let answer = try await api.post("/api/query", Self.me)
      #expect(answer.body == #"{"status":"success","value":null}"#)
    }
  }

  @Test(arguments: [
    ("Basic abcdef", "InvalidAdminKey", "Invalid admin key"),
    ("Bearer ", "InvalidAdminKey", "Invalid admin key"),
    ("short", "InvalidHeaderFailure", "Invalid authentication header"),
    ("Convex", "InvalidHeaderFailure", "Invalid authentication header"),
    ("Bearerx", "InvalidAdminKey", "Invalid admin key"),
    ("Convex quiet-wren-100|x:!!", "HeaderParseFailure", "Malformed Authorization header."),
    ("Convex quiet-wren-100|x:bm8=", "HeaderParseFailure", "Malformed Authorization header."),
    ("Convex quiet-wren-100|x:e30=", "HeaderParseFailure", "Malformed Authorization header."),
  ])
  func `credentials that cannot be read are refused with 400`(
    field: String,
    code: String,
    message: String
  ) async throws {
    try await APIFixture.with { api in
      let response = try await api.post("/api/query", Self.me, "Authorization: \(field)")
      #expect(response.error == APIErrorText(400, code, message))
    }
  }

  @Test func `credentials beyond ASCII are refused with 400`() async throws {
    try await APIFixture.with { api in
      let error = try await api.post("/api/query", Self.me, "Authorization: Bearer ü").error
      #expect(error.status == 400)
      #expect(error.code == "HeaderParseFailure")
      #expect(error.message.hasPrefix("Failed to parse header "))
    }
  }

  @Test(arguments: [
    "not-a-jwt", "a.b", "a.b.c.d", "!.!.!", "bm8=.bm8.bm8", "..",
  ])
  func `a token that is none is refused with 401`(token: String) async throws {
    try await APIFixture.with { api in
      let refusal = try await api.post("/api/query", Self.me, "Authorization: Bearer \(token)")
        .error
      #expect(
        refusal
          == APIErrorText(
            401,
            "InvalidAuthHeader",
            "Could not parse JWT payload. Check that the token is a valid JWT format with three "
              + "base64-encoded parts separated by dots."
          )
      )
    }
  }

  @Test func `a token without an issuer is refused with 401`() async throws {
    try await APIFixture.with { api in
      let field = "authorization: bEaReR  \(Self.token(payload: #"{"sub":"a"}"#))"
      let refusal = try await api.post("/api/query", Self.me, field).error
      #expect(
        refusal
          == APIErrorText(
            401,
            "InvalidAuthHeader",
            "Missing issuer claim ('iss') in JWT payload. The JWT must include an 'iss' claim that "
              + "matches one of your configured auth providers."
          )
      )
    }
  }

  @Test(arguments: [false, true])
  func `a token of a provider nobody configured is refused with 401`(
    isRedacted: Bool
  ) async throws {
    try await APIFixture.with({ $0.redactsClientErrors = isRedacted }) { api in
      let field = "Authorization: Bearer \(Self.token(payload: #"{"iss":"https://a.example"}"#))"
      let tail = isRedacted ? "" : " (no providers configured). Check convex/auth.config.ts."
      let refusal = try await api.post("/api/query", Self.me, field).error
      #expect(
        refusal
          == APIErrorText(
            401,
            "NoAuthProvider",
            "No auth provider found matching the given token" + tail
          )
      )
    }
  }

  @Test func `an admin key opens internal functions`() async throws {
    try await APIFixture.with { api in
      let key = api.backend.issueAdminKey()
      #expect(key.hasPrefix("quiet-wren-100|"))
      for field in ["Convex \(key)", "convex \(key)", "CONVEX prod:\(key)"] {
        #expect(
          try await api.post("/api/query", Self.secret, "Authorization: \(field)").body
            == #"{"status":"success","value":"hidden"}"#
        )
      }
      let stranger = try await api.post("/api/query", Self.secret)
      #expect(
        stranger.text("errorMessage")?.contains(
          "Could not find public function for 'people:secret'."
        ) == true
      )
    }
  }

  @Test func `an admin key may come in the query string unless the field is there`() async throws {
    try await APIFixture.with { api in
      let key = api.backend.issueAdminKey().replacing("|", with: "%7C")
      #expect(
        try await api.post("/api/query?adminKey=\(key)", Self.secret).body
          == #"{"status":"success","value":"hidden"}"#
      )
      let refusal = try await api.post(
        "/api/query?adminKey=\(key)",
        Self.secret,
        "Authorization: Convex quiet-wren-100|x"
      ).error.code
      #expect(
        refusal == "BadAdminKey"
      )
    }
  }

  @Test func `a wrong admin key is refused with 401`() async throws {
    try await APIFixture.with { api in
      for key in ["x", "quiet-wren-100|00", "other|01", "|", String(repeating: "|", count: 300)] {
        let refusal = try await api.post("/api/query", Self.me, "Authorization: Convex \(key)")
          .error
        #expect(
          refusal
            == APIErrorText(
              401,
              "BadAdminKey",
              "The provided admin key was invalid for this instance"
            )
        )
      }
    }
  }

  @Test func `an admin may act as a user`() async throws {
    try await APIFixture.with { api in
      for (identity, expected) in [
        (#"{"issuer":"https://a.example","subject":"7"}"#, "https://a.example|7"),
        (#"{"tokenIdentifier":"https://a.example|8","name":"Ani"}"#, "https://a.example|8"),
      ] {
        let key = api.backend.issueAdminKey() + ":" + Self.base64(identity)
        let answer = try await api.post("/api/query", Self.me, "Authorization: Convex \(key)")
        #expect(answer.body == #"{"status":"success","value":"\#(expected)"}"#)
      }
    }
  }

  @Test func `a chosen admin key is accepted`() async throws {
    try await APIFixture.with({ $0.adminKey = "my-very-own-admin-key" }) { api in
      let field = "Authorization: Convex my-very-own-admin-key"
      let answer = try await api.post("/api/query", Self.secret, field)
      #expect(answer.body == #"{"status":"success","value":"hidden"}"#)
    }
  }

  @Test func `check_admin_key tells what a key may do`() async throws {
    try await APIFixture.with { api in
      let response = try await api.get("/api/check_admin_key", api.admin)
      #expect(response.status == 200)
      #expect(response.body.hasPrefix(#"{"success":true,"allowedOps":["Deploy","#))
      #expect(response.body.hasSuffix(#"],"isReadOnly":false}"#))
      let refusal = try await api.get("/api/check_admin_key", "Authorization: Convex a|b").error
        .code
      #expect(
        refusal
          == "BadAdminKey"
      )
      let nobody = try await api.get("/api/check_admin_key").error
      #expect(nobody.status == 403)
      #expect(nobody.code == "BadDeployKey")
    }
  }
}
