// `/api/run/{module}/{function}`: a function named by the URL (spec/http-api.md 2.3).

import Hull
import HullRuntime
import HullValues

/// Calls a function of any kind whose path is the rest of the URL.
struct RunRoute {
  static let prefix = "/api/run/"

  let backend: Backend

  func answer(_ request: APIRequest) async throws(BackendError) -> HTTPResponse {
    let pending = try PendingIdentity(request, backend)
    let call = try FunctionCallBody(
      request.jsonBody(),
      shape: FunctionCallBody.Shape(needsPath: false)
    )
    let identity = try await pending.verified()
    let path = try Self.functionPath(request.http.path.dropFirst(Self.prefix.count))
    try backend.checkPath(path)
    let requestID = request.requestID(backend)
    let outcome = try await backend.run(
      FunctionRequest(
        path: path,
        kind: nil,
        arguments: call.arguments,
        identity: identity,
        requestID: requestID,
        client: request.clientInfo
      )
    )
    return HTTPResponse(
      outcome,
      ResponseEnvelope.Style(
        format: call.format ?? .clean,
        requestID: requestID,
        isRedacted: backend.configuration.redactsClientErrors
      )
    )
  }

  /// Whether the function that the path of a request names is an action, which may take minutes.
  static func namesAction(_ path: String, in backend: Backend) -> Bool {
    guard let path = try? functionPath(path.dropFirst(prefix.count)) else { return false }
    return backend.kind(of: path) == .action
  }

  /// The path that `foo/messages/list` stands for: `foo/messages:list`.
  static func functionPath(_ rest: Substring) throws(BackendError) -> String {
    let segments = rest.split(separator: "/", omittingEmptySubsequences: false)
      .map { PercentEncoding.decode($0) }
    let decoded = segments.compactMap { $0 }
    guard decoded.count == segments.count, decoded.count >= 2 else {
      throw BackendError(
        kind: .badRequest,
        code: "MissingIdentifier",
        message: "Path or function name not provided in path, e.g. /api/run/messages/list"
      )
    }
    return decoded.dropLast().joined(separator: "/") + ":" + decoded[decoded.count - 1]
  }
}
