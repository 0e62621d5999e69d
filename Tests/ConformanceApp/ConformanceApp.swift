// An application for the tests that drive real clients: it takes and gives every kind of value and
// fails in every way a function can. Written against the value-level API, as generated code would be.

import Foundation
import Hull
import HullCLI

@main
struct ConformanceApp: HullApplication {
  static let name = "conformance"
  static let http = HTTPRouter {
    $0.get("/health") { _, _ in .text("ok") }
    $0.post("/echo") { _, request in
      HTTPResponse(
        headers: ["content-type": request.headers["content-type"] ?? "application/octet-stream"],
        body: request.body
      )
    }
    $0.get(prefix: "/hello/") { ctx, request in
      let name = request.path.dropFirst("/hello/".count)
      return .json(["hello": .string(String(name)), "now": .float64(ctx.now)])
    }
    $0.get("/count") { _, request in
      let last = request.query("to").flatMap { Int($0) } ?? 3
      return HTTPResponse(
        headers: ["content-type": "text/event-stream"],
        body: HTTPBody(
          AsyncStream<[UInt8]> { stream in
            for number in 1...max(1, last) { stream.yield(Array("data: \(number)\n\n".utf8)) }
            stream.finish()
          }
        )
      )
    }
    $0.get("/boom") { _, _ in throw ConvexError(["reason": "no"]) }
    addFileRoutes(&$0)
    $0.get("/proxy") { ctx, request in try await ctx.fetch(request.query("url") ?? "") }
  }

  static let modules = [values, counter, people, surroundings, jobs, files, hostile, histories]

  /// Indexes for the transactions of histories; every table may hold anything.
  static var schema: Schema {
    SchemaDefinition(
      tables: [
        TableDefinition(
          name: "lists",
          indexes: [IndexDefinition(name: "by_key", fields: ["key"])]
        ),
        TableDefinition(
          name: "accounts",
          indexes: [IndexDefinition(name: "by_number", fields: ["number"])]
        ),
      ],
      schemaValidation: false
    )
  }

  /// The provider that a test runs beside the server, if it says where.
  static var authProviders: [AuthProvider] {
    let environment = ProcessInfo.processInfo.environment
    guard let domain = environment["HULL_TEST_OIDC_DOMAIN"],
      let applicationID = environment["HULL_TEST_APPLICATION_ID"]
    else { return [] }
    return [.oidc(domain: domain, applicationID: applicationID)]
  }

  /// Who is calling.
  static let people = Module("people") {
    $0.query("me") { ctx, _ -> ConvexValue in
      try await ctx.auth.getUserIdentity().map { .object($0.attributes) } ?? .null
    }
  }

  /// What the deployment is told by its operator.
  static let surroundings = Module("surroundings") {
    $0.query("variable", args: v.object(["name": v.string()])) { ctx, args -> ConvexValue in
      guard case .string(let name)? = args["name"] else { return .null }
      return try await ctx.env[name].map(ConvexValue.string) ?? .null
    }
  }

  /// Values there and back, directly and through the store.
  static let values = Module("values") {
    $0.query("echo", args: v.object(["value": v.any()])) { _, args in
      args["value"] ?? .null
    }
    $0.mutation("store", args: v.object(["value": v.any()])) { ctx, args in
      try await ctx.db.insert("values", ["value": args["value"] ?? .null]).string
    }
    $0.query("load", args: v.object(["id": v.id("values")])) { ctx, args -> ConvexValue in
      guard case .string(let id)? = args["id"] else { return .null }
      return try await ctx.db.get("values", id)?["value"] ?? .null
    }
  }

  /// One number, and the ways to fail beside it.
  static let counter = Module("counter") {
    $0.query("read") { ctx, _ in try await total(ctx) }
    $0.mutation("add", args: v.object(["by": v.number()])) { ctx, args -> Double in
      let before = try await total(ctx.reading)
      guard case .float64(let step)? = args["by"] else { return before }
      if let row = try await ctx.db.query("counters").first(), let id = row["_id"] {
        try await ctx.db.patch(id, ["total": .float64(before + step)])
      } else {
        _ = try await ctx.db.insert("counters", ["total": .float64(before + step)])
      }
      return before + step
    }
    $0.action("addTwice", args: v.object(["by": v.number()])) { ctx, args in
      _ = try await ctx.runMutation("counter:add", args)
      return try await ctx.runMutation("counter:add", args)
    }
    $0.mutation("refuse", args: v.object(["data": v.any()])) { ctx, args in
      _ = try await ctx.db.insert("counters", ["total": -1])
      throw ConvexError(args["data"] ?? .null)
    }
    $0.query("fail") { _, _ in throw Breakdown() }
    $0.mutation("lie", returns: v.string()) { ctx, _ -> Double in
      _ = try await ctx.db.insert("counters", ["total": -1])
      return 1
    }
    $0.query("spin") { _, _ in
      var steps: UInt64 = 0
      while !Task.isCancelled { steps &+= 1 }
      return Double(steps)
    }
    $0.internalQuery("secret") { _, _ in "hidden" }
  }

  private static func total(_ ctx: QueryContext) async throws -> Double {
    guard case .float64(let total)? = try await ctx.db.query("counters").first()?["total"]
    else { return 0 }
    return total
  }

  /// An error of the application's own that no client should have to know.
  struct Breakdown: Error {}
}
