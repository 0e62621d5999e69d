// An application with HTTP actions, served on both ports.

import Hull
import HullPersistence
import HullRuntime
import HullServer
import HullValues

/// HTTP actions that show what they get, and fail in every way.
struct SiteApplication {
  /// What actions tell a test, and what it lets them do.
  let events = Signal()
  let mayGoOn = Signal()

  func make() throws -> Application {
    try Application(
      name: "site",
      schema: SchemaDefinition(tables: []),
      modules: [Self.notes],
      http: router
    )
  }

  private static let notes = Module("notes") {
    $0.internalQuery("count") { context, _ in
      Double(try await context.db.query("notes").collect().count)
    }
    $0.internalMutation("add", args: v.object(["text": v.string()])) { context, args in
      _ = try await context.db.insert("notes", args)
    }
    $0.internalQuery("me") { context, _ in
      try await context.auth.getUserIdentity()?.tokenIdentifier
    }
    $0.internalAction("twice", args: v.object(["n": v.number()])) { _, args in
      guard case .float64(let number)? = args["n"] else { return 0.0 }
      return number * 2
    }
  }

  private struct Broken: Error {}

  private var router: Hull.HTTPRouter {
    Hull.HTTPRouter { router in
      router.get("/") { _, request in .text("root of \(request.url)") }
      router.get("/url") { _, request in .text(request.url) }
      router.get("/query") { _, request in .text(request.query("arg") ?? "none") }
      for method in Hull.HTTPRequest.Method.allCases where method != .head {
        router.route(method, "/show") { _, request in
          let body = try await request.text()
          return .text("\(request.method.rawValue) \(request.headers["x-a"] ?? "-") \(body)")
        }
      }
      router.get(prefix: "/people/") { _, request in .text("prefix \(request.path)") }
      router.post("/notes") { context, request in
        let json = try await request.json()
        guard case .object(let note) = json, case .string(let text)? = note["text"] else {
          return .text("no text", status: 400)
        }
        try await context.runMutation("notes:add", ["text": .string(text)])
        let count = try await context.runQuery("notes:count")
        let twice = try await context.runAction("notes:twice", ["n": count])
        return .json(["count": count, "twice": twice], status: 201)
      }
      router.get("/me") { context, _ in
        let direct = try await context.auth.getUserIdentity()?.tokenIdentifier
        let nested = try await context.runQuery("notes:me")
        return .json(["direct": direct.map { .string($0) } ?? .null, "nested": nested])
      }
      router.get("/meta") { context, _ in
        let function = context.meta.getFunctionMetadata()
        return .text("\(function.name) \(function.type.rawValue)")
      }
      router.get("/fields") { _, _ in
        var headers: HTTPFields = [
          "x-own": "1", "connection": "upgrade", "transfer-encoding": "gzip", "date": "never",
          "content-length": "1", "keep-alive": "x",
        ]
        headers.append("set-cookie", "a=1")
        headers.append("set-cookie", "b=2")
        return .text("body", headers: headers)
      }
      router.get("/split") { _, _ in .text("", headers: ["x-a": "1\r\nset-cookie: b"]) }
      router.get("/bad-name") { _, _ in .text("", headers: ["x a": "1"]) }
      router.get("/status") { _, request in
        .text("", status: request.query("code").flatMap { Int($0) } ?? 0)
      }
      router.get("/boom") { _, _ in throw Broken() }
      router.get("/refuse") { _, _ in throw ConvexError(["code": "NO", "n": 1.0]) }
      router.get("/nothing") { _, _ in HTTPResponse(status: 204) }
      router.get("/large") { _, request in
        let size = request.query("size").flatMap { Int($0) } ?? 0
        return HTTPResponse(body: HTTPBody([UInt8](repeating: 0x61, count: size)))
      }
      router.get("/parts") { context, _ in
        HTTPResponse(
          headers: ["content-type": "text/event-stream"],
          body: HTTPBody {
            guard let event = await mayGoOn.wait(), event != "end" else {
              events.send("ended")
              return nil
            }
            if event == "fail" { throw Broken() }
            // The context works as long as the body is made.
            return Array("\(event) \(try await context.runQuery("notes:count"))".utf8)
          }
        )
      }
      router.get("/endless") { _, _ in
        HTTPResponse(body: HTTPBody { [UInt8](repeating: 0x61, count: 1 << 20) })
      }
      router.post("/upload") { _, request in
        events.send("started")
        var count = 0
        do {
          for try await chunk in request.body { count += chunk.count }
        } catch {
          events.send("failed: \(error)")
        }
        events.send("read \(count)")
        return .text("\(count)")
      }
      router.post("/back") { _, request in HTTPResponse(body: request.body) }
      router.get("/wait") { _, _ in
        events.send("started")
        await mayGoOn.wait()
        events.send(Task.isCancelled ? "cancelled" : "done")
        return .text("late")
      }
      router.get("/proxy") { context, request in
        try await context.fetch(request.query("url") ?? "")
      }
    }
  }
}

/// A backend of ``SiteApplication`` on both ports, and a connection to each.
final class SiteFixture {
  let application: SiteApplication
  let backend: Backend
  let api: RawClient
  let site: RawClient
  let sitePort: Int
  let records: RecordLog

  private init(
    _ application: SiteApplication,
    _ backend: Backend,
    _ records: RecordLog,
    api: HTTPServer,
    site: HTTPServer
  ) async throws {
    self.application = application
    self.backend = backend
    self.records = records
    sitePort = site.port
    self.api = try await RawClient(port: api.port)
    self.site = try await RawClient(port: site.port)
  }

  /// What was logged of finished functions.
  final class RecordLog: Sendable {
    private let stream = AsyncStream<FunctionLogRecord>.makeStream()

    func append(_ record: FunctionLogRecord) { stream.continuation.yield(record) }

    /// The next record of an HTTP action.
    func next() async -> FunctionLogRecord? {
      var iterator = stream.stream.makeAsyncIterator()
      while let record = await iterator.next(isolation: #isolation) {
        if record.route != nil { return record }
      }
      return nil
    }
  }

  static func with(_ body: (SiteFixture) async throws -> Void) async throws {
    try await with(configure: { _ in }, body)
  }

  static func with(
    configure: (inout BackendConfiguration) -> Void,
    _ body: (SiteFixture) async throws -> Void
  ) async throws {
    let records = RecordLog()
    var configuration = BackendConfiguration()
    configuration.observer = { records.append($0) }
    configure(&configuration)
    let application = SiteApplication()
    let backend = try await Backend.open(
      application.make(),
      persistence: InMemoryPersistence(),
      configuration: configuration
    )
    let counters = ServerCounters()
    try await withServer(APIRouter(backend: backend, counters: counters)) { api in
      try await withServer(SiteRouter(backend: backend)) { site in
        try await body(SiteFixture(application, backend, records, api: api, site: site))
      }
    }
    await backend.close()
  }
}
