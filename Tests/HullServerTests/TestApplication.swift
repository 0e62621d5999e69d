// A small application for requests over real sockets, on a store in memory.

import Hull
import HullPersistence
import HullRuntime
import HullServer
import HullValues

/// The application that the tests of routes call.
enum TestApplication {
  static func make(authProviders: [AuthProvider] = []) throws -> Application {
    try Application(
      name: "test",
      schema: SchemaDefinition(tables: []),
      modules: [values, messages, failures, people, defaults, work],
      authProviders: authProviders
    )
  }

  private static let values = Module("values") { module in
    module.query("echo", args: v.object(["value": v.any()])) { _, args in
      args["value"] ?? .null
    }
    module.query("logging") { context, _ in
      context.log(1, 2)
      context.log.warn(3)
    }
    module.query("large", args: v.object(["length": v.number()])) { _, args in
      guard case .float64(let length)? = args["length"] else { return "" }
      return String(repeating: "x", count: Int(length))
    }
  }

  private static let messages = Module("chat/messages") { module in
    module.query("list") { context, _ in try await context.db.query("messages").collect() }
    module.query("count") { context, _ in
      Double(try await context.db.query("messages").collect().count)
    }
    module.mutation("send", args: v.object(["body": v.string()])) { context, args in
      _ = try await context.db.insert("messages", args)
    }
    module.internalMutation("clear") { context, _ in
      for message in try await context.db.query("messages").collect() {
        guard case .string(let id)? = message["_id"] else { continue }
        try await context.db.delete(id)
      }
    }
  }

  private struct Broken: Error {}

  private static let failures = Module("failures") { module in
    module.query("boom") { _, _ -> ConvexValue in throw Broken() }
    module.mutation("refuse", args: v.object(["data": v.any()])) { context, args in
      context.log.error(404)
      _ = try await context.db.insert("messages", ["body": "never"])
      throw ConvexError(args["data"] ?? .null)
    }
    module.query("lie", returns: v.string()) { _, _ in 1.0 }
  }

  private static let people = Module("people") { module in
    module.query("me") { context, _ in
      try await context.auth.getUserIdentity()?.tokenIdentifier
    }
    module.query("attributes") { context, _ -> ConvexValue in
      try await context.auth.getUserIdentity().map { .object($0.attributes) } ?? .null
    }
    module.mutation("caller") { context, _ -> ConvexObject in
      let request = try await context.meta.getRequestMetadata()
      return [
        "ip": request.ip.map(ConvexValue.string) ?? .null,
        "userAgent": request.userAgent.map(ConvexValue.string) ?? .null,
      ]
    }
    module.mutation("ownToken") { context, _ in
      try await context.meta.getRequestMetadata().authToken
    }
    module.action("token") { context, _ in try await context.runMutation("people:ownToken") }
    module.internalQuery("secret") { _, _ in "hidden" }
  }

  private static let defaults = Module("defaults") { module in
    module.query("default") { _, _ in "by default" }
  }

  private static let work = Module("work") { module in
    module.action("add", args: v.object(["left": v.number(), "right": v.number()])) { _, args in
      guard case .float64(let left)? = args["left"], case .float64(let right)? = args["right"]
      else { return 0.0 }
      return left + right
    }
  }
}

/// A server of the test application and one connection to it.
final class APIFixture {
  let backend: Backend
  let port: Int
  let client: RawClient

  private init(backend: Backend, port: Int, client: RawClient) {
    self.backend = backend
    self.port = port
    self.client = client
  }

  /// Runs a test with a fresh backend on a store in memory.
  static func with(_ body: (APIFixture) async throws -> Void) async throws {
    try await with({ _ in }, body)
  }

  /// Runs a test with a fresh backend, configured by the test, on a store in memory.
  static func with(
    authProviders: [AuthProvider] = [],
    _ configure: (inout BackendConfiguration) -> Void,
    _ body: (APIFixture) async throws -> Void
  ) async throws {
    var configuration = BackendConfiguration()
    configuration.instanceName = "quiet-wren-100"
    configure(&configuration)
    let backend = try await Backend.open(
      TestApplication.make(authProviders: authProviders),
      persistence: InMemoryPersistence(),
      configuration: configuration
    )
    let counters = ServerCounters()
    try await withServer(
      APIRouter(backend: backend, counters: counters),
      counters: counters
    ) { server in
      let client = try await RawClient(port: server.port)
      try await body(APIFixture(backend: backend, port: server.port, client: client))
    }
    await backend.close()
  }

  /// Posts JSON.
  func post(_ target: String, _ body: String, _ fields: String...) async throws -> RawResponse {
    try await client.request(
      "POST",
      target,
      fields: ["Content-Type: application/json"] + fields,
      body: body
    )
  }

  /// Gets a resource.
  func get(_ target: String, _ fields: String...) async throws -> RawResponse {
    try await client.request("GET", target, fields: fields)
  }

  /// The header field of a fresh admin key.
  var admin: String { "Authorization: Convex \(backend.issueAdminKey())" }
}

extension RawResponse {
  /// The body as JSON.
  var json: JSONObject? {
    guard case .object(let object)? = try? JSONParser().json(body) else { return nil }
    return object
  }

  /// A member of the body that is a string.
  func text(_ name: String) -> String? {
    if case .string(let text)? = json?[name] { text } else { nil }
  }

  /// The body as the short form of an error: status, code and message.
  var error: APIErrorText {
    APIErrorText(status: status, code: text("code") ?? "", message: text("message") ?? body)
  }
}

/// An HTTP error as clients see it.
struct APIErrorText: Equatable {
  var status: Int
  var code: String
  var message: String

  init(status: Int, code: String, message: String) {
    self.status = status
    self.code = code
    self.message = message
  }

  init(_ status: Int, _ code: String, _ message: String) {
    self.init(status: status, code: code, message: message)
  }
}
