// How requests to HTTP actions come in and their responses go out (spec/http-api.md 9).

import Hull
package import HullRuntime
package import NIOHTTP1

/// Hands requests to HTTP actions.
struct HTTPActionRoutes: Sendable {
  /// Where they are on the API's port.
  static let mount = "/http"

  let backend: Backend

  /// The route for a method, whatever the path.
  ///
  /// - Parameters:
  ///   - method: The method.
  ///   - mount: What the paths begin with that the actions do not see.
  /// - Returns: The route.
  func route(_ method: NIOHTTP1.HTTPMethod, mount: String) -> HTTPRoute {
    guard let known = Hull.HTTPRequest.Method(rawValue: method.rawValue) else {
      return Self.methodNotAllowed
    }
    return HTTPRoute(
      bodyLimit: .max,
      onDisconnect: .runToCompletion,
      work: .stream { request, body in
        await answer(request, known, body, mount: mount)
      }
    )
  }

  private static let methodNotAllowed = HTTPRoute(
    bodyLimit: RouteTable.smallBodyLimit,
    work: .immediate { _ in
      HTTPResponse(
        status: .methodNotAllowed,
        fields: [
          .init("allow", Hull.HTTPRequest.Method.allCases.map(\.rawValue).joined(separator: ","))
        ]
      )
    }
  )

  private func answer(
    _ request: HTTPRequest,
    _ method: Hull.HTTPRequest.Method,
    _ body: HTTPBody,
    mount: String
  ) async -> HTTPResponse {
    let path = String(request.path.dropFirst(mount.utf8.count))
    let route: HTTPActionRoute
    switch backend.httpAction(for: method, path: path) {
    case .refusal(let response): return HTTPResponse(response)
    case .route(let found): route = found
    }
    let headers = RequestHeaders(request.headers)
    let api = APIRequest(http: request, headers: headers, client: .unknown)
    let requestID = api.requestID(backend)
    let hasBody = method != .get && method != .head && method != .options
    let call = HTTPActionCall(
      route: route,
      request: Hull.HTTPRequest(
        method == .head ? .get : method,
        Self.origin(of: request.headers) + path + (request.query.map { "?\($0)" } ?? ""),
        headers: HTTPFields(request.headers.map { .init($0.name, $0.value) }),
        body: hasBody ? body : .empty
      ),
      identity: await backend.httpCaller(authorization: headers.authorization),
      requestID: requestID,
      client: api.clientInfo
    )
    do {
      return HTTPResponse(try await backend.run(call))
    } catch {
      return HTTPResponse(backend.httpResponse(to: error, requestID: requestID))
    }
  }

  /// The origin of the URL an action sees: what the client asked for, as far as proxies tell.
  ///
  /// Whatever is no scheme and no host is passed over: the path that an action sees is the one it was
  /// routed by, and a host such as `h/other?` would put another before it.
  static func origin(of headers: HTTPHeaders) -> String {
    let forwarded = headers.first(name: "forwarded").map(Self.parameters) ?? [:]
    let schemes = [
      headers.first(name: "x-forwarded-proto").map(Self.firstElement), forwarded["proto"],
    ]
    let hosts = [
      forwarded["host"], headers.first(name: "x-forwarded-host").map(Self.firstElement),
      headers.first(name: "host"),
    ]
    let scheme = schemes.lazy.compactMap { $0?.lowercased() }.first {
      ["http", "https"].contains($0)
    }
    let host = hosts.lazy.compactMap(\.self).first(where: WebAddress.isAuthority)
    return "\(scheme ?? "http")://\(host ?? "localhost")"
  }

  private static func firstElement(_ list: String) -> String {
    trimmed(list.prefix { $0 != "," })
  }

  /// The parameters of the first element of a `Forwarded` field, by name in lower case.
  private static func parameters(_ field: String) -> [String: String] {
    var parameters: [String: String] = [:]
    for pair in firstElement(field).split(separator: ";") {
      let parts = pair.split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else { continue }
      let value = trimmed(parts[1])
      let isQuoted = value.utf8.count > 1 && value.hasPrefix("\"") && value.hasSuffix("\"")
      parameters[trimmed(parts[0]).lowercased()] =
        isQuoted ? String(value.dropFirst().dropLast()) : value
    }
    return parameters
  }

  private static func trimmed(_ text: Substring) -> String {
    let start = text.drop { $0 == " " || $0 == "\t" }
    guard let end = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
    return String(start[...end])
  }
}

/// The site port: every path is the application's own.
package struct SiteRouter: HTTPRouter {
  private let actions: HTTPActionRoutes

  /// Makes the router.
  ///
  /// - Parameter backend: Runs the HTTP actions.
  package init(backend: Backend) {
    actions = HTTPActionRoutes(backend: backend)
  }

  package func route(method: NIOHTTP1.HTTPMethod, path: String) -> HTTPRoute {
    actions.route(method, mount: "")
  }
}

extension RouteTable {
  mutating func addHTTPActionRoutes(_ backend: Backend) {
    let actions = HTTPActionRoutes(backend: backend)
    prefix(HTTPActionRoutes.mount + "/") { actions.route($0, mount: HTTPActionRoutes.mount) }
  }
}

extension HTTPResponse {
  /// The fields that are the server's to decide.
  private static let serverFields: Set<String> = [
    "connection", "content-length", "date", "keep-alive", "proxy-connection", "te", "trailer",
    "transfer-encoding", "upgrade",
  ]

  /// The response of an HTTP action as it goes over the wire.
  init(_ response: Hull.HTTPResponse) {
    let fields = response.headers.fields.filter {
      !Self.serverFields.contains($0.name.lowercased())
    }
    var body = response.body
    if body.length == nil, let length = response.headers["content-length"].flatMap({ Int($0) }),
      length >= 0
    {
      body = HTTPBody(body, length: length)
    }
    self.init(
      status: HTTPResponseStatus(statusCode: response.status),
      fields: fields.map { Field($0.name, $0.value) },
      content: body
    )
  }
}
