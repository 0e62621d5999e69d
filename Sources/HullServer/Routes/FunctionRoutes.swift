// `/api/query`, `/api/mutation`, `/api/action` and `/api/function` (spec/http-api.md 2.2, 2.4, 2.6).

import Hull
import HullRuntime
import HullValues
import NIOCore

extension RouteTable {
  mutating func addFunctionRoutes(_ backend: Backend) {
    postPromptly("/api/query", onDisconnect: .cancel) { request throws(BackendError) in
      try CallRoute(backend: backend, kind: .query).answerPromptly(request)
    }
    get("/api/query") { request throws(BackendError) in
      try await CallRoute(backend: backend, kind: .query).answerFromQueryString(request)
    }
    post("/api/mutation", onDisconnect: .runToCompletion) { request throws(BackendError) in
      try await CallRoute(backend: backend, kind: .mutation).answer(request)
    }
    post("/api/action", isAction: true, onDisconnect: .runToCompletion) {
      request throws(BackendError) in
      try await CallRoute(backend: backend, kind: .action).answer(request)
    }
    // Whether it is an action is in the body, and the place is taken before that is read.
    post("/api/function", isAction: true, onDisconnect: .runToCompletion) {
      request throws(BackendError) in
      try await AnyFunctionRoute(backend: backend).answer(request)
    }
  }
}

/// Calls a function of a kind that the path of the request tells.
struct CallRoute {
  let backend: Backend
  let kind: FunctionKind

  /// Answers a call in the body.
  func answer(_ request: APIRequest) async throws(BackendError) -> HTTPResponse {
    let (identity, call) = try read(request)
    return try await run(call, as: identity.verified(), for: request)
  }

  /// Who calls what.
  // Not inlined: its values would take room in every caller that waits.
  @inline(never)
  private func read(
    _ request: APIRequest
  ) throws(BackendError) -> (PendingIdentity, FunctionCallBody) {
    let identity = try PendingIdentity(request, backend)
    let call = try FunctionCallBody(request.jsonBody())
    try backend.checkPath(call.path)
    return (identity, call)
  }

  /// Answers a call in the body, at once if that takes neither waiting nor much computing.
  func answerPromptly(_ request: APIRequest) throws(BackendError) -> RouteTable.PromptAnswer {
    guard try request.credentials() == .none, request.http.body.readableBytes <= Self.promptBytes
    else {
      return .later { () async throws(BackendError) in try await answer(request) }
    }
    // A path that is none is told by `prepare`, before which nothing else can fail.
    let body = try FunctionCallBody(request.jsonBody())
    let requestID = request.requestID(backend)
    let style = style(of: body, for: request, requestID)
    let call = try backend.prepare(
      FunctionRequest(
        path: body.path,
        kind: kind,
        arguments: body.arguments,
        requestID: requestID,
        client: request.clientInfo
      )
    )
    if let outcome = backend.outcomeAtOnce(of: call) { return .now(HTTPResponse(outcome, style)) }
    return .later { [backend] () async throws(BackendError) in
      HTTPResponse(try await backend.run(call), style)
    }
  }

  /// The largest body that is read on the event loop.
  private static let promptBytes = 4096

  /// Answers a call in the query string, whose `args` are JSON text.
  func answerFromQueryString(_ request: APIRequest) async throws(BackendError) -> HTTPResponse {
    let path = try parameter("path", of: request)
    let args = Array(try parameter("args", of: request).utf8)
    do {
      _ = try JSONParser().json(args)
    } catch {
      throw Self.badQuery("Failed to deserialize query string: args: \(error.message)")
    }
    let format = try OutputFormat.parse(request.http.queryParameter("format"))
    let identity = try PendingIdentity(request, backend)
    try backend.checkPath(path)
    let call = FunctionCallBody(
      path: path,
      arguments: FunctionArguments(json: args),
      format: format
    )
    return try await run(call, as: identity.verified(), for: request)
  }

  private func parameter(
    _ name: String,
    of request: APIRequest
  ) throws(BackendError) -> String {
    guard let value = request.http.queryParameter(name) else {
      throw Self.badQuery("Failed to deserialize query string: missing field `\(name)`")
    }
    return value
  }

  private static func badQuery(_ message: String) -> BackendError {
    BackendError(kind: .badRequest, code: "BadQueryArgs", message: message)
  }

  private func run(
    _ call: FunctionCallBody,
    as identity: CallerIdentity,
    for request: APIRequest
  ) async throws(BackendError) -> HTTPResponse {
    let requestID = request.requestID(backend)
    let prepared = try prepare(call, as: identity, for: request, requestID)
    return HTTPResponse(
      try await backend.run(prepared, wasLookedUp: false),
      style(of: call, for: request, requestID)
    )
  }

  // Not inlined: its values would take room in every caller that waits.
  @inline(never)
  private func prepare(
    _ call: FunctionCallBody,
    as identity: CallerIdentity,
    for request: APIRequest,
    _ requestID: RequestID
  ) throws(BackendError) -> PreparedCall {
    try backend.prepare(
      FunctionRequest(
        path: call.path,
        kind: kind,
        arguments: call.arguments,
        identity: identity,
        requestID: requestID,
        client: request.clientInfo
      )
    )
  }

  private func style(
    of call: FunctionCallBody,
    for request: APIRequest,
    _ requestID: RequestID
  ) -> ResponseEnvelope.Style {
    ResponseEnvelope.Style(
      format: call.format ?? request.client.defaultFormat,
      requestID: requestID,
      isRedacted: backend.configuration.redactsClientErrors
    )
  }
}

/// Calls a function of any kind, for an admin.
struct AnyFunctionRoute {
  let backend: Backend

  func answer(_ request: APIRequest) async throws(BackendError) -> HTTPResponse {
    let pending = try PendingIdentity(request, backend)
    let call = try FunctionCallBody(
      request.jsonBody(),
      shape: FunctionCallBody.Shape(hasComponentPath: true)
    )
    let identity = try await pending.verified()
    try identity.requireAdmin()
    if let componentPath = call.componentPath, !componentPath.isEmpty {
      throw BackendError(
        kind: .badRequest,
        code: "InvalidComponentPath",
        message: "There is no component \(componentPath.debugDescription): Hull has no components."
      )
    }
    try backend.checkPath(call.path)
    let requestID = request.requestID(backend)
    let outcome = try await backend.run(
      FunctionRequest(
        path: call.path,
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
        format: call.format ?? request.client.defaultFormat,
        requestID: requestID,
        isRedacted: backend.configuration.redactsClientErrors
      )
    )
  }
}
