/// The HTTP actions of an application: which of them answers which requests.
///
/// ```swift
/// static let http = HTTPRouter {
///   $0.get("/health") { ctx, request in .text("ok") }
///   $0.post("/hooks/payment") { ctx, request in
///     try await ctx.runMutation(Payments.$record(event: try await request.json()))
///     return HTTPResponse(status: 204)
///   }
///   $0.get(prefix: "/profile/") { ctx, request in .text("Hello \(request.path)") }
/// }
/// ```
///
/// An exact path goes before a prefix, a long prefix before a short one. A route for GET answers HEAD
/// as well, without the body. Nothing is added to what a route answers: one that browsers of other
/// sites are to call has a route for OPTIONS and sends the fields of CORS itself.
public struct HTTPRouter: Sendable {
  /// The routes, in the order they were declared.
  public private(set) var routes: [HTTPActionRoute] = []

  private var exact: [Key: Int] = [:]
  /// Positions of routes with prefixes, by method, the longest prefix first.
  private var prefixes: [HTTPRequest.Method: [Int]] = [:]

  private struct Key: Hashable {
    var method: HTTPRequest.Method
    var path: String
  }

  /// A router without a route.
  public init() {}

  /// Makes a router and declares its routes.
  ///
  /// - Parameter declare: Declares routes on the router it is given.
  public init(_ declare: (inout HTTPRouter) -> Void) {
    declare(&self)
  }

  /// Declares a route for exactly one path.
  ///
  /// What is wrong with it, such as a path that is taken, is an error at the start of the application
  /// that names both places.
  ///
  /// - Parameters:
  ///   - method: The method; not HEAD.
  ///   - path: The path, percent-encoded as clients send it: `/hooks/payment`.
  ///   - fileID: The file of the declaration.
  ///   - line: The line of the declaration.
  ///   - handler: What answers.
  public mutating func route(
    _ method: HTTPRequest.Method,
    _ path: String,
    fileID: String = #fileID,
    line: Int = #line,
    _ handler: @escaping HTTPActionRoute.Handler
  ) {
    add(
      HTTPActionRoute(
        method: method,
        pattern: .path(path),
        location: SourceLocation(fileID: fileID, line: line),
        handler: handler
      )
    )
  }

  /// Declares a route for every path that begins with a prefix.
  ///
  /// - Parameters:
  ///   - method: The method; not HEAD.
  ///   - prefix: The prefix, which begins and ends with a slash: `/profile/`.
  ///   - fileID: The file of the declaration.
  ///   - line: The line of the declaration.
  ///   - handler: What answers.
  public mutating func route(
    _ method: HTTPRequest.Method,
    prefix: String,
    fileID: String = #fileID,
    line: Int = #line,
    _ handler: @escaping HTTPActionRoute.Handler
  ) {
    add(
      HTTPActionRoute(
        method: method,
        pattern: .prefix(prefix),
        location: SourceLocation(fileID: fileID, line: line),
        handler: handler
      )
    )
  }

  private mutating func add(_ route: HTTPActionRoute) {
    let position = routes.count
    routes.append(route)
    switch route.pattern {
    case .path(let path):
      let key = Key(method: route.method, path: path)
      // The first counts until the check at the start tells of the second.
      if exact[key] == nil { exact[key] = position }
    case .prefix(let prefix):
      let length = prefix.utf8.count
      var others = prefixes[route.method] ?? []
      let place = others.firstIndex { Self.length(routes[$0]) < length } ?? others.endIndex
      others.insert(position, at: place)
      prefixes[route.method] = others
    }
  }

  private static func length(_ route: HTTPActionRoute) -> Int {
    switch route.pattern {
    case .path(let text), .prefix(let text): text.utf8.count
    }
  }

  /// The route that answers a request.
  ///
  /// - Parameters:
  ///   - method: The method; HEAD is answered by routes for GET.
  ///   - path: The path as sent, without query.
  /// - Returns: The route; nil if there is none.
  public func route(for method: HTTPRequest.Method, path: String) -> HTTPActionRoute? {
    let method = method == .head ? .get : method
    if let position = exact[Key(method: method, path: path)] { return routes[position] }
    for position in prefixes[method] ?? [] {
      if case .prefix(let prefix) = routes[position].pattern, path.hasPrefix(prefix) {
        return routes[position]
      }
    }
    return nil
  }
}

extension HTTPRouter {
  /// Makes sure that every route can be reached.
  ///
  /// - Throws: ``HullError`` `.invalidApplication` in Convex's words, naming the place.
  func check() throws {
    var seen: [String: SourceLocation] = [:]
    for route in routes {
      let problem =
        Self.problem(of: route)
        ?? seen.updateValue(route.location, forKey: route.name).map { first in
          switch route.pattern {
          case .path(let path):
            "Path '\(path)' for method \(route.method.rawValue) already in use: \(first)"
          case .prefix(let prefix):
            "\(route.method.rawValue) pathPrefix \(prefix) is already defined: \(first)"
          }
        }
      guard let problem else { continue }
      throw HullError(
        code: .invalidApplication,
        message: "The HTTP route at \(route.location) cannot be registered: \(problem)"
      )
    }
  }

  private static func problem(of route: HTTPActionRoute) -> String? {
    if route.method == .head {
      return "'HEAD' is not an allowed HTTP method (like GET, POST, PUT etc.)"
    }
    switch route.pattern {
    case .path(let path):
      if !path.hasPrefix("/") { return "path '\(path)' does not start with a /" }
      if path == "/.files" || path.hasPrefix("/.files/") { return "path '\(path)' is reserved" }
    case .prefix(let prefix):
      if !prefix.hasPrefix("/") { return "pathPrefix '\(prefix)' does not start with a /" }
      if !prefix.hasSuffix("/") { return "pathPrefix \(prefix) must end with a /" }
      if prefix.hasPrefix("/.files/") { return "pathPrefix '\(prefix)' is reserved" }
    }
    return nil
  }
}
