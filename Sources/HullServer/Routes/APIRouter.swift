// The route table: which paths exist, by which methods, and what surrounds every answer.

import Hull
package import HullRuntime
package import NIOHTTP1

/// All routes of one backend.
///
/// Around each route, outermost first: the check of the client's version, then cross-origin headers,
/// then errors turned into `{code, message}` (spec/http-api.md 1.2).
package struct APIRouter: HTTPRouter {
  private let paths: [String: RouteTable.Path]
  private let prefixes: [RouteTable.Prefix]
  private let backend: Backend
  private let runPath: RouteTable.Path
  private let runActionPath: RouteTable.Path
  private let sync: SyncRoute?
  private let unknownPath: HTTPRoute

  /// Creates the table.
  ///
  /// - Parameters:
  ///   - backend: Runs the functions.
  ///   - counters: What `/metrics` tells about the socket side.
  ///   - makeSyncPeer: Makes the server's side of each WebSocket of the sync protocol; nil to have no
  ///     such routes.
  package init(
    backend: Backend,
    counters: ServerCounters,
    makeSyncPeer: SyncPeerFactory? = nil
  ) {
    var table = RouteTable()
    table.addFunctionRoutes(backend)
    table.addQueryTimestampRoutes(backend)
    table.addQueryBatchRoute(backend)
    table.addInstanceRoutes(backend)
    table.addEnvironmentRoutes(backend)
    table.addEchoRoute()
    table.addStorageRoutes(backend)
    table.addHTTPActionRoutes(backend)
    table.addMetricsRoute(counters, backend)
    sync = makeSyncPeer.map { SyncRoute(makePeer: $0) }
    if let sync { table.addSyncRoute(sync) }
    paths = table.paths
    prefixes = table.prefixes
    self.backend = backend
    runPath = RouteTable.runPath(backend)
    runActionPath = RouteTable.runPath(backend, isAction: true)
    unknownPath = HTTPRoute(
      bodyLimit: RouteTable.smallBodyLimit,
      work: .immediate { request in
        RouteTable.answer(request, hasCORS: false) { _ in HTTPResponse(status: .notFound) }
      }
    )
  }

  package func route(method: HTTPMethod, path: String) -> HTTPRoute {
    if let found = paths[path] { return found.route(method) }
    if path.utf8.count > RunRoute.prefix.utf8.count, path.hasPrefix(RunRoute.prefix) {
      return (RunRoute.namesAction(path, in: backend) ? runActionPath : runPath).route(method)
    }
    if let sync, let version = SyncRoute.version(inPath: path) {
      return sync.path(version: version).route(method)
    }
    for candidate in prefixes where path.hasPrefix(candidate.prefix) {
      return candidate.route(method)
    }
    return unknownPath
  }

  package func refusal(of request: HTTPRequest, _ error: BackendError) -> HTTPResponse {
    guard request.path.hasPrefix(Self.clientPrefix) else { return HTTPResponse(error) }
    // With what lets a page of another origin read it, or it would see no more than a failure.
    return RouteTable.answer(request, hasCORS: true) { _ throws(BackendError) in throw error }
  }

  /// Where the paths are that browsers call.
  private static let clientPrefix = "/api/"
}

/// Routes on their way into a table.
struct RouteTable {
  /// What a route does; errors it throws become answers.
  typealias Endpoint = @Sendable (APIRequest) async throws(BackendError) -> HTTPResponse

  /// The same for what reads its body as it arrives.
  typealias StreamEndpoint =
    @Sendable (APIRequest, HTTPBody) async throws(BackendError) -> HTTPResponse

  /// All paths that begin alike.
  struct Prefix: Sendable {
    var prefix: String
    var route: @Sendable (HTTPMethod) -> HTTPRoute
  }

  /// The same for what may be answered at once, on the event loop.
  typealias PromptEndpoint = @Sendable (APIRequest) throws(BackendError) -> PromptAnswer

  /// An answer, or what makes it.
  enum PromptAnswer {
    case now(HTTPResponse)
    case later(@Sendable () async throws(BackendError) -> HTTPResponse)
  }

  /// The same for what can be answered at once, on the event loop.
  typealias ImmediateEndpoint = @Sendable (APIRequest) throws(BackendError) -> HTTPResponse

  /// The methods of one path.
  struct Path: Sendable {
    var get: HTTPRoute?
    var post: HTTPRoute?
    fileprivate let hasCORS: Bool

    init(hasCORS: Bool) { self.hasCORS = hasCORS }

    /// The route for a method; every path has one for every method.
    func route(_ method: HTTPMethod) -> HTTPRoute {
      switch method {
      case .GET, .HEAD: get ?? methodNotAllowed
      case .POST: post ?? methodNotAllowed
      case .OPTIONS where hasCORS: Self.preflight
      default: methodNotAllowed
      }
    }

    private static let preflight = HTTPRoute(
      bodyLimit: smallBodyLimit,
      work: .immediate { request in
        RouteTable.answer(request, hasCORS: false) { CORS.preflight($0.headers) }
      }
    )

    private var methodNotAllowed: HTTPRoute {
      let allowed = [get.map { _ in "GET,HEAD" }, post.map { _ in "POST" }].compactMap { $0 }
      return HTTPRoute(
        bodyLimit: smallBodyLimit,
        work: .immediate { [hasCORS] request in
          RouteTable.answer(request, hasCORS: hasCORS) { _ in
            HTTPResponse(
              status: .methodNotAllowed,
              fields: [.init("allow", allowed.joined(separator: ","))]
            )
          }
        }
      )
    }
  }

  /// The largest body of a function call: 2^24 bytes of arguments and something around them.
  static let callBodyLimit = 16_779_216

  /// The largest body of a route that looks at none.
  static let smallBodyLimit = 64 * 1024

  private(set) var paths: [String: Path] = [:]
  private(set) var prefixes: [Prefix] = []

  /// Adds routes for all paths that begin with `prefix` and are no routes of their own.
  mutating func prefix(_ prefix: String, _ route: @escaping @Sendable (HTTPMethod) -> HTTPRoute) {
    prefixes.append(Prefix(prefix: prefix, route: route))
  }

  /// Adds a route whose task starts when the head is there and reads the body as it arrives.
  mutating func postStreaming(
    _ path: String,
    bodyLimit: Int,
    onDisconnect: HTTPRoute.DisconnectPolicy,
    _ endpoint: @escaping StreamEndpoint
  ) {
    paths[path, default: Path(hasCORS: true)].post = HTTPRoute(
      bodyLimit: bodyLimit,
      onDisconnect: onDisconnect,
      work: .stream { request, body in
        await Self.answer(request) { request throws(BackendError) in
          try await endpoint(request, body)
        }
      }
    )
  }

  /// Adds a route that is answered by a task.
  mutating func post(
    _ path: String,
    bodyLimit: Int = callBodyLimit,
    isAction: Bool = false,
    onDisconnect: HTTPRoute.DisconnectPolicy,
    _ endpoint: @escaping Endpoint
  ) {
    var route = Self.route(bodyLimit, onDisconnect, endpoint)
    route.isAction = isAction
    paths[path, default: Path(hasCORS: true)].post = route
  }

  /// Adds a route that is answered at once where that is possible, else by a task.
  mutating func postPromptly(
    _ path: String,
    onDisconnect: HTTPRoute.DisconnectPolicy,
    _ endpoint: @escaping PromptEndpoint
  ) {
    paths[path, default: Path(hasCORS: true)].post = HTTPRoute(
      bodyLimit: Self.callBodyLimit,
      onDisconnect: onDisconnect,
      work: .prompt { request in
        switch Surroundings.admit(request) {
        case .refused(let response): return .answer(response)
        case .admitted(let request, let surroundings):
          do throws(BackendError) {
            switch try endpoint(request) {
            case .now(let response):
              return .answer(surroundings.finish(response, request, hasCORS: true))
            case .later(let work):
              return .work {
                do throws(BackendError) {
                  return surroundings.finish(try await work(), request, hasCORS: true)
                } catch {
                  return surroundings.finish(HTTPResponse(error), request, hasCORS: true)
                }
              }
            }
          } catch {
            return .answer(surroundings.finish(HTTPResponse(error), request, hasCORS: true))
          }
        }
      }
    )
  }

  /// Adds a route that is answered by a task.
  mutating func get(_ path: String, _ endpoint: @escaping Endpoint) {
    paths[path, default: Path(hasCORS: true)].get = Self.route(
      Self.smallBodyLimit,
      .cancel,
      endpoint
    )
  }

  /// Adds a route that is answered at once.
  mutating func postImmediately(
    _ path: String,
    bodyLimit: Int = smallBodyLimit,
    _ endpoint: @escaping ImmediateEndpoint
  ) {
    paths[path, default: Path(hasCORS: true)].post = HTTPRoute(
      bodyLimit: bodyLimit,
      work: .immediate { Self.answer($0, hasCORS: true, endpoint) }
    )
  }

  /// Adds a route that is answered at once.
  mutating func getImmediately(_ path: String, _ endpoint: @escaping ImmediateEndpoint) {
    paths[path, default: Path(hasCORS: true)].get = HTTPRoute(
      bodyLimit: Self.smallBodyLimit,
      work: .immediate { Self.answer($0, hasCORS: true, endpoint) }
    )
  }

  /// Adds a route outside of everything that surrounds the API: for operators, not for clients.
  mutating func getPlainly(_ path: String, _ work: @escaping @Sendable () -> HTTPResponse) {
    paths[path, default: Path(hasCORS: false)].get = HTTPRoute(
      bodyLimit: Self.smallBodyLimit,
      work: .immediate { _ in work() }
    )
  }

  /// Adds a route whose connections become WebSockets.
  mutating func socket(
    _ path: String,
    _ admit: @escaping @Sendable (HTTPRequest) -> WebSocketAdmission
  ) {
    paths[path] = Self.socketPath(admit)
  }

  /// The methods of a path whose connections become WebSockets.
  static func socketPath(
    _ admit: @escaping @Sendable (HTTPRequest) -> WebSocketAdmission
  ) -> Path {
    var path = Path(hasCORS: true)
    path.get = HTTPRoute(bodyLimit: smallBodyLimit, work: .webSocket(admit))
    return path
  }

  /// The methods of `/api/run/…`.
  static func runPath(_ backend: Backend, isAction: Bool = false) -> Path {
    var path = Path(hasCORS: true)
    var post = route(callBodyLimit, .runToCompletion) { request throws(BackendError) in
      try await RunRoute(backend: backend).answer(request)
    }
    post.isAction = isAction
    path.post = post
    return path
  }

  /// A route that is answered by a task.
  static func route(
    _ bodyLimit: Int,
    _ onDisconnect: HTTPRoute.DisconnectPolicy,
    _ endpoint: @escaping Endpoint
  ) -> HTTPRoute {
    HTTPRoute(
      bodyLimit: bodyLimit,
      onDisconnect: onDisconnect,
      work: .task { await answer($0, endpoint) }
    )
  }

  /// Answers in a task.
  private static func answer(
    _ request: HTTPRequest,
    _ endpoint: Endpoint
  ) async -> HTTPResponse {
    switch Surroundings.admit(request) {
    case .refused(let response): return response
    case .admitted(let request, let surroundings):
      do throws(BackendError) {
        return surroundings.finish(try await endpoint(request), request, hasCORS: true)
      } catch {
        return surroundings.finish(HTTPResponse(error), request, hasCORS: true)
      }
    }
  }

  /// Answers at once.
  fileprivate static func answer(
    _ request: HTTPRequest,
    hasCORS: Bool,
    _ endpoint: (APIRequest) throws(BackendError) -> HTTPResponse
  ) -> HTTPResponse {
    switch Surroundings.admit(request) {
    case .refused(let response): return response
    case .admitted(let request, let surroundings):
      do throws(BackendError) {
        return surroundings.finish(try endpoint(request), request, hasCORS: hasCORS)
      } catch {
        return surroundings.finish(HTTPResponse(error), request, hasCORS: hasCORS)
      }
    }
  }
}

/// What is done before and after each endpoint.
struct Surroundings {
  /// Whether a request gets to its endpoint.
  enum Admission {
    case admitted(APIRequest, Surroundings)
    case refused(HTTPResponse)
  }

  /// The advice to upgrade, for old clients.
  private var advice: String?

  /// Looks at who sends a request.
  ///
  /// - Parameters:
  ///   - request: The request.
  ///   - pathVersion: The version its path names, which counts when no header names a client.
  /// - Returns: The client, or the answer to one the server does not speak with.
  static func admit(_ request: consuming HTTPRequest, pathVersion: String? = nil) -> Admission {
    let headers = RequestHeaders(request.headers)
    let client: ClientVersion
    switch (headers.convexClient, pathVersion) {
    case (nil, nil):
      return .admitted(APIRequest(http: request, headers: headers, client: .unknown), Self())
    case (let name?, _):
      guard let named = ClientVersion(header: name) else {
        return invalidVersion(
          """
          Failed to parse client version string: '\(name)'. Expected format is \
          {client_name}-{semver}, e.g. my-esolang-client-0.0.1
          """
        )
      }
      client = named
    case (nil, let version?):
      guard let named = ClientVersion(path: version) else {
        return invalidVersion(
          "Failed to parse client version: '\(version)' is not a semantic version"
        )
      }
      client = named
    }
    let request = APIRequest(http: request, headers: headers, client: client)
    switch client.support {
    case .supported: return .admitted(request, Self())
    case .deprecated(let advice): return .admitted(request, Self(advice: advice))
    case .unsupported(let reason):
      var response = HTTPResponse(
        BackendError(kind: .badRequest, code: "ClientVersionUnsupported", message: reason)
      )
      response.fields += deprecation("Unsupported", reason)
      return .refused(response)
    }
  }

  private static func invalidVersion(_ message: String) -> Admission {
    .refused(
      HTTPResponse(
        BackendError(kind: .badRequest, code: "InvalidClientVersion", message: message)
      )
    )
  }

  // Not inlined: its values would take room in every caller that waits.
  @inline(never)
  func finish(_ response: HTTPResponse, _ request: APIRequest, hasCORS: Bool) -> HTTPResponse {
    var response = response
    if hasCORS { CORS.decorate(&response, request.headers) }
    if let advice { response.fields += Self.deprecation("UpgradeRequired", advice) }
    return response
  }

  private static func deprecation(_ state: String, _ message: String) -> [HTTPResponse.Field] {
    [
      .init("x-convex-deprecation-state", state),
      .init("x-convex-deprecation-message", message),
    ]
  }
}
