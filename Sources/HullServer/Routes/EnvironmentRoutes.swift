// The deployment's environment variables: `/api/list_environment_variables` and
// `/api/update_environment_variables`, also under `/api/v1` (spec/admin-api.md 5).

import HullRuntime
import HullValues
import NIOHTTP1

extension RouteTable {
  mutating func addEnvironmentRoutes(_ backend: Backend) {
    for prefix in ["/api", "/api/v1"] {
      get(prefix + "/list_environment_variables") { request throws(BackendError) in
        try await PendingIdentity(request, backend).verified().requireAdmin()
        let variables = try await backend.environmentVariables()
        return .json { writer in
          writer.beginObject()
          writer.key("environmentVariables")
          writer.beginObject()
          for (name, value) in variables.sorted(by: { $0.key < $1.key }) {
            writer.key(name)
            writer.string(value)
          }
          writer.endObject()
          writer.endObject()
        }
      }
      post(
        prefix + "/update_environment_variables",
        bodyLimit: EnvironmentUpdate.bodyLimit,
        onDisconnect: .runToCompletion
      ) { request throws(BackendError) in
        try await PendingIdentity(request, backend).verified().requireAdmin()
        try await backend.updateEnvironmentVariables(
          EnvironmentUpdate(request.jsonBody()).changes
        )
        return HTTPResponse(status: .ok)
      }
    }
  }
}

/// The body `{"changes": [{"name": …, "value": … or null}]}`.
struct EnvironmentUpdate {
  let changes: [EnvironmentVariableChange]

  /// Room for all variables a deployment may have, each byte escaped.
  static let bodyLimit = 4 << 20

  /// Reads a body.
  ///
  /// - Throws: ``BackendError`` `BadJsonBody` naming the member that is wrong, and what is wrong with
  ///   a name or a value.
  init(_ text: [UInt8]) throws(BackendError) {
    let json: JSONValue
    do throws(JSONParseError) { json = try JSONParser().json(text) } catch {
      throw .badJSONBody("The body is not JSON: \(error.message)")
    }
    guard case .object(let body) = json, case .array(let items)? = body["changes"] else {
      throw .badJSONBody("'changes' must be an array of objects.")
    }
    var changes: [EnvironmentVariableChange] = []
    for (index, item) in items.enumerated() {
      guard case .object(let change) = item, case .string(let name)? = change["name"] else {
        throw .badJSONBody("'changes[\(index)].name' must be a string.")
      }
      switch change["value"] {
      case .string(let value)?:
        changes.append(try EnvironmentVariableChange(name: name, value: value))
      case .null?, nil:
        changes.append(try EnvironmentVariableChange(name: name, value: nil))
      default:
        throw .badJSONBody("'changes[\(index)].value' must be a string or null.")
      }
    }
    self.changes = changes
  }
}
