// Cross-origin requests from browsers (spec/http-api.md 10): every origin is welcome and mirrored.

import NIOHTTP1

/// The header fields that let browsers of any origin call the API.
enum CORS {
  private static let vary = HTTPResponse.Field(
    "vary",
    "origin, access-control-request-method, access-control-request-headers"
  )
  private static let credentials = HTTPResponse.Field("access-control-allow-credentials", "true")

  /// Adds what every answer of the API carries.
  static func decorate(_ response: inout HTTPResponse, _ headers: RequestHeaders) {
    response.fields.reserveCapacity(response.fields.count + 3)
    response.fields.append(vary)
    response.fields.append(credentials)
    if let origin = headers.origin {
      response.fields.append(.init("access-control-allow-origin", origin))
    }
  }

  /// The answer to a preflight request.
  static func preflight(_ headers: RequestHeaders) -> HTTPResponse {
    var response = HTTPResponse(status: .ok)
    decorate(&response, headers)
    response.fields.append(
      .init("access-control-allow-methods", "GET,POST,OPTIONS,PATCH,DELETE,PUT")
    )
    if let requested = headers.accessControlRequestHeaders {
      response.fields.append(.init("access-control-allow-headers", requested))
    }
    response.fields.append(.init("access-control-max-age", "86400"))
    return response
  }
}
