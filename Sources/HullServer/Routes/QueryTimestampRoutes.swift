// `/api/query_ts` and `/api/query_at_ts`: several queries of one snapshot (spec/http-api.md 2.5).

import Hull
import HullPersistence
import HullRuntime
import HullValues

extension RouteTable {
  mutating func addQueryTimestampRoutes(_ backend: Backend) {
    postImmediately("/api/query_ts") { _ throws(BackendError) in
      .json { writer in
        writer.beginObject()
        writer.key("ts")
        writer.string(backend.latestTimestamp.text)
        writer.endObject()
      }
    }
    post("/api/query_at_ts", onDisconnect: .cancel) { request throws(BackendError) in
      try await QueryAtTimestampRoute(backend: backend).answer(request)
    }
  }
}

/// Runs a query on an older snapshot.
struct QueryAtTimestampRoute {
  let backend: Backend

  func answer(_ request: APIRequest) async throws(BackendError) -> HTTPResponse {
    let identity = try PendingIdentity(request, backend)
    let call = try FunctionCallBody(
      request.jsonBody(),
      shape: FunctionCallBody.Shape(needsTimestamp: true)
    )
    try backend.checkPath(call.path)
    let caller = try await identity.verified()
    let timestamp = try TimestampText.decode(
      call.timestamp ?? "",
      latest: backend.latestTimestamp
    )
    let requestID = request.requestID(backend)
    let outcome = try await backend.run(
      FunctionRequest(
        path: call.path,
        kind: .query,
        arguments: call.arguments,
        identity: caller,
        requestID: requestID,
        client: request.clientInfo,
        timestamp: timestamp
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
