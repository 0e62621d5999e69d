// `/api/query_batch`: several queries of one snapshot in one request (spec/http-api.md 2.7).

import Hull
import HullRuntime
import HullValues
import NIOCore
import NIOHTTP1

extension RouteTable {
  mutating func addQueryBatchRoute(_ backend: Backend) {
    post("/api/query_batch", onDisconnect: .cancel) { request throws(BackendError) in
      try await QueryBatchRoute(backend: backend).answer(request)
    }
  }
}

/// Runs queries one after the other at one timestamp.
struct QueryBatchRoute {
  let backend: Backend

  /// How long all results together may be: 64 MiB.
  static let maximumBytes = 64 << 20

  func answer(_ request: APIRequest) async throws(BackendError) -> HTTPResponse {
    let pending = try PendingIdentity(request, backend)
    let body = try request.jsonBody()
    let calls = try Self.calls(body)
    let timestamp = backend.latestTimestamp
    let identity = try await pending.verified()
    let requestID = request.requestID(backend)
    var buffer = ByteBuffer()
    buffer.writeStaticString(#"{"results":["#)
    for (index, range) in calls.enumerated() {
      let call = try FunctionCallBody(body, in: range, prefix: "queries[\(index)].")
      try backend.checkPath(call.path)
      let outcome = try await backend.run(
        FunctionRequest(
          path: call.path,
          kind: .query,
          arguments: call.arguments,
          identity: identity,
          requestID: requestID,
          client: request.clientInfo,
          timestamp: timestamp
        )
      )
      if index > 0 { buffer.writeStaticString(",") }
      ResponseEnvelope.write(
        outcome,
        ResponseEnvelope.Style(
          format: call.format ?? request.client.defaultFormat,
          requestID: requestID,
          isRedacted: backend.configuration.redactsClientErrors
        ),
        to: &buffer
      )
      guard buffer.readableBytes <= Self.maximumBytes else {
        throw BackendError(
          kind: .contentTooLarge,
          code: "QueryBatchTooLarge",
          message: "The results up to `queries[\(index)]` are longer than "
            + "\(Self.maximumBytes >> 20) MiB together. Ask for fewer in one batch."
        )
      }
    }
    buffer.writeStaticString("]}")
    return HTTPResponse(status: .ok, contentType: .json, body: buffer)
  }

  /// Where the calls are in the body.
  private static func calls(_ body: [UInt8]) throws(BackendError) -> [Range<Int>] {
    let reader = BodyReader(text: body)
    var queries: Range<Int>?
    for (key, value) in try reader.members() where key == "queries" {
      if queries != nil { throw reader.duplicate(key, at: value) }
      queries = value
    }
    guard let queries else { throw reader.missing("queries") }
    return try reader.elements(queries, "queries")
  }
}
