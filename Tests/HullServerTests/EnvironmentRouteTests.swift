// The routes that list and change environment variables.

import HullRuntime
import Testing

@Suite(.timeLimit(.minutes(1))) struct EnvironmentRouteTests {
  @Test(arguments: ["/api", "/api/v1"])
  func `an administrator sets, lists and unsets variables`(prefix: String) async throws {
    try await APIFixture.with { api in
      let set = try await api.post(
        prefix + "/update_environment_variables",
        #"{"changes":[{"name":"B","value":"é\n"},{"name":"A","value":""}]}"#,
        api.admin
      )
      #expect(set.status == 200)
      #expect(set.body == "")
      let listed = try await api.get(prefix + "/list_environment_variables", api.admin)
      #expect(listed.status == 200)
      #expect(listed.body == #"{"environmentVariables":{"A":"","B":"é\n"}}"#)
      let unset = try await api.post(
        prefix + "/update_environment_variables",
        #"{"changes":[{"name":"A","value":null},{"name":"B"}]}"#,
        api.admin
      )
      #expect(unset.status == 200)
      let empty = try await api.get(prefix + "/list_environment_variables", api.admin)
      #expect(empty.body == #"{"environmentVariables":{}}"#)
    }
  }

  @Test func `nobody else sees or changes them`() async throws {
    try await APIFixture.with { api in
      let listed = try await api.get("/api/list_environment_variables")
      #expect(listed.error.status == 403)
      #expect(listed.error.code == "BadDeployKey")
      let set = try await api.post(
        "/api/update_environment_variables",
        #"{"changes":[{"name":"A","value":"1"}]}"#
      )
      #expect(set.error.code == "BadDeployKey")
      #expect(try await api.backend.environmentVariables() == [:])
    }
  }

  @Test(arguments: [
    ("{", "BadJsonBody", "The body is not JSON"),
    ("{}", "BadJsonBody", "'changes' must be"),
    (#"{"changes":{}}"#, "BadJsonBody", "'changes' must be"),
    (#"{"changes":[7]}"#, "BadJsonBody", "'changes[0].name'"),
    (#"{"changes":[{"name":"A"},{"value":"x"}]}"#, "BadJsonBody", "'changes[1].name'"),
    (#"{"changes":[{"name":"A","value":1}]}"#, "BadJsonBody", "'changes[0].value'"),
    (
      #"{"changes":[{"name":"A","value":"1"},{"name":"a b"}]}"#, "EnvironmentVariableNameInvalid",
      "'a b'"
    ),
  ])
  func `a body that is wrong changes nothing and is told why`(
    body: String,
    code: String,
    message: String
  ) async throws {
    try await APIFixture.with { api in
      let refused = try await api.post("/api/update_environment_variables", body, api.admin)
      #expect(refused.error.status == 400)
      #expect(refused.error.code == code)
      #expect(refused.error.message.contains(message), "\(refused.error.message)")
      #expect(try await api.backend.environmentVariables() == [:])
    }
  }
}
