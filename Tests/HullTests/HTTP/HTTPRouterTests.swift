import Hull
import HullValues
import Testing

@Suite struct HTTPRouterTests {
  private let router = HTTPRouter {
    $0.get("/exact") { _, _ in .text("exact") }
    $0.post("/exact") { _, _ in .text("posted") }
    $0.get(prefix: "/a/") { _, _ in .text("short") }
    $0.get(prefix: "/a/b/") { _, _ in .text("long") }
    $0.get(prefix: "/a/b/c/") { _, _ in .text("longest") }
    $0.get("/a/b/exact") { _, _ in .text("exact below a prefix") }
    $0.route(.options, prefix: "/") { _, _ in .text("any") }
  }

  @Test(
    arguments: [
      (HTTPRequest.Method.get, "/exact", "GET /exact"),
      (.head, "/exact", "GET /exact"),
      (.post, "/exact", "POST /exact"),
      (.put, "/exact", nil),
      (.get, "/exact/", nil),
      (.get, "/Exact", nil),
      (.get, "/a", nil),
      (.get, "/a/", "GET /a/*"),
      (.get, "/a/x", "GET /a/*"),
      (.get, "/a/b/", "GET /a/b/*"),
      (.get, "/a/b/c/d", "GET /a/b/c/*"),
      (.get, "/a/b/exact", "GET /a/b/exact"),
      (.get, "/", nil),
      (.options, "/", "OPTIONS /*"),
      (.options, "/anything", "OPTIONS /*"),
    ] as [(HTTPRequest.Method, String, String?)]
  )
  func `an exact path goes before the longest prefix`(
    method: HTTPRequest.Method,
    path: String,
    route: String?
  ) {
    #expect(router.route(for: method, path: path)?.name == route)
  }

  @Test(
    arguments: [
      ("x", nil, "path 'x' does not start with a /"),
      ("/.files", nil, "path '/.files' is reserved"),
      ("/.files/x", nil, "path '/.files/x' is reserved"),
      (nil, "x/", "pathPrefix 'x/' does not start with a /"),
      (nil, "/x", "pathPrefix /x must end with a /"),
      (nil, "/.files/x/", "pathPrefix '/.files/x/' is reserved"),
    ] as [(String?, String?, String)]
  )
  func `a route nobody can reach is an error at the start that names the place`(
    path: String?,
    prefix: String?,
    problem: String
  ) {
    var router = HTTPRouter()
    if let path { router.get(path, fileID: "App/http.swift", line: 7) { _, _ in .text("") } }
    if let prefix {
      router.get(prefix: prefix, fileID: "App/http.swift", line: 7) { _, _ in .text("") }
    }
    #expect(
      throws: HullError(
        code: .invalidApplication,
        message: "The HTTP route at App/http.swift:7 cannot be registered: \(problem)"
      )
    ) { try application(router) }
  }

  @Test func `HEAD cannot be registered`() {
    var router = HTTPRouter()
    router.route(.head, "/x", fileID: "App/http.swift", line: 7) { _, _ in .text("") }
    #expect(
      throws: HullError(
        code: .invalidApplication,
        message: "The HTTP route at App/http.swift:7 cannot be registered: "
          + "'HEAD' is not an allowed HTTP method (like GET, POST, PUT etc.)"
      )
    ) { try application(router) }
  }

  @Test(arguments: [true, false])
  func `a route declared twice is an error that names both places`(isPrefix: Bool) throws {
    var router = HTTPRouter()
    for line in [7, 9] {
      if isPrefix {
        router.put(prefix: "/x/", fileID: "App/http.swift", line: line) { _, _ in .text("") }
      } else {
        router.put("/x", fileID: "App/http.swift", line: line) { _, _ in .text("") }
      }
    }
    let error = try #require(throws: HullError.self) { try application(router) }
    #expect(
      error.message == "The HTTP route at App/http.swift:9 cannot be registered: "
        + (isPrefix
          ? "PUT pathPrefix /x/ is already defined: App/http.swift:7"
          : "Path '/x' for method PUT already in use: App/http.swift:7")
    )
  }

  @Test func `one path may have every method, as path and as prefix`() throws {
    var router = HTTPRouter()
    for method in HTTPRequest.Method.allCases where method != .head {
      router.route(method, "/x/") { _, _ in .text("") }
      router.route(method, prefix: "/x/") { _, _ in .text("") }
    }
    #expect(try application(router).http.routes.count == 12)
  }

  @discardableResult
  private func application(_ router: HTTPRouter) throws -> Application {
    try Application(name: "test", schema: Schema(tables: []), modules: [], http: router)
  }
}
