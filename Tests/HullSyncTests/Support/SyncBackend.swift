import Hull
import HullDatabase
import HullPersistence
import HullRuntime
import HullSync
import Testing

/// The backend that the clients of one test share, its clock and short ways to use it.
struct SyncBackend {
  let backend: Backend
  let time: ManualTimeSource

  /// Opens a backend whose functions are in the module `m`.
  init(
    schema: SchemaDefinition = SchemaDefinition(tables: []),
    persistence: any Persistence = InMemoryPersistence(),
    time: ManualTimeSource = ManualTimeSource(),
    seed: UInt64 = 1,
    module: String = "m",
    providers: [AuthProvider] = [],
    configure: (inout BackendConfiguration) -> Void = { _ in },
    _ register: (inout ModuleBuilder) -> Void
  ) async throws {
    var configuration = BackendConfiguration()
    configuration.time = time
    configuration.random = SeededRandomSource(seed: seed)
    // Bounds on real time, out of reach of a machine that is busy with other tests.
    configuration.limits.userTimeSeconds = 300
    configuration.concurrency.patience = .seconds(300)
    configuration.warnsOfDuration = false
    configuration.instanceName = "test"
    configure(&configuration)
    self.time = time
    backend = try await Backend.open(
      Application(
        name: "test",
        schema: schema,
        modules: [Module(module, register)],
        authProviders: providers
      ),
      persistence: persistence,
      configuration: configuration
    )
  }

  /// Connects a client.
  func wire(
    limits: SessionLimits = SessionLimits(),
    takesChunks: Bool = false,
    auditor: TransitionAuditor? = nil,
    beside neighbour: Wire? = nil
  ) async -> Wire {
    let wire = Wire(
      backend,
      limits: limits,
      takesChunks: takesChunks,
      auditor: auditor,
      beside: neighbour
    )
    await wire.open()
    return wire
  }

  /// Runs a function of the module past every connection.
  @discardableResult
  func run(
    _ name: String,
    _ kind: FunctionKind,
    _ arguments: ConvexValue = [:],
    as identity: CallerIdentity = .anonymous
  ) async throws -> ConvexValue {
    try await backend.run(
      FunctionRequest(
        path: name.contains(":") ? name : "m:\(name)",
        kind: kind,
        arguments: .values([arguments]),
        identity: identity,
        requestID: RequestID("test")
      )
    ).result.get().decoded()
  }
}

/// Functions that most of these tests use.
struct Notes {
  /// Runs of each function.
  let runs = Shared<[String: Int]>([:])

  func note(_ name: String) { runs.update { $0[name, default: 0] += 1 } }

  func count(_ name: String) -> Int { runs.value[name] ?? 0 }

  /// A list of notes, one note, mutations that write and mutations that fail.
  func register(_ m: inout ModuleBuilder) {
    m.query("list") { [self] ctx, _ in
      note("list")
      return try await ctx.db.query("notes").collect().map { $0["body"] ?? .null }
    }
    m.query("count") { [self] ctx, _ in
      note("count")
      return try await ctx.db.query("notes").count()
    }
    m.query("others") { [self] ctx, _ in
      note("others")
      return try await ctx.db.query("others").count()
    }
    m.query("parity") { [self] ctx, _ in
      note("parity")
      let count = try await ctx.db.query("notes").count()
      ctx.log("count", count)
      return "always the same"
    }
    m.query("hasAny") { ctx, _ in try await ctx.db.query("notes").first() != nil }
    m.query("me") { [self] ctx, _ in
      note("me")
      return try await ctx.auth.getUserIdentity()?.subject
    }
    m.query("strict", args: v.object(["n": v.float64()])) { _, args in args["n"] ?? .null }
    m.query("fragile") { ctx, _ in
      let bodies = try await ctx.db.query("notes").collect().map { $0["body"] }
      if bodies.contains("refuse") { throw ConvexError(["code": "REFUSED"]) }
      if bodies.contains("break") { throw Broken() }
      return Double(bodies.count)
    }
    m.mutation("add") { [self] ctx, args in
      note("add")
      ctx.log("adding")
      _ = try await ctx.db.insert("notes", ["body": args["body"] ?? "hi"])
    }
    m.mutation("addOther") { ctx, _ in _ = try await ctx.db.insert("others", ["n": 1.0]) }
    m.mutation("nothing") { [self] _, _ in note("nothing") }
    m.mutation("clear") { ctx, _ in
      for note in try await ctx.db.query("notes").collect() {
        guard case .string(let id)? = note["_id"] else { continue }
        try await ctx.db.delete(id)
      }
    }
    m.mutation("fail") { [self] ctx, _ in
      note("fail")
      _ = try await ctx.db.insert("notes", ["body": "never"])
      throw Broken()
    }
    m.mutation("refuse") { ctx, _ in
      ctx.log("refusing")
      throw ConvexError(["code": "FULL"])
    }
    m.action("double") { _, args in 2 * (args["n"]?.float64 ?? 0) }
    m.action("addTwo") { ctx, _ in
      try await ctx.runMutation("m:add", ["body": "one"])
      try await ctx.runMutation("m:add", ["body": "two"])
    }
    m.action("failing") { _, _ in throw ConvexError(["code": "ACTION"]) }
  }

  struct Broken: Error, CustomStringConvertible {
    var description: String { "boom" }
  }

  /// A backend of these functions and some more.
  func backend(
    persistence: any Persistence = InMemoryPersistence(),
    time: ManualTimeSource = ManualTimeSource(),
    _ more: (inout ModuleBuilder) -> Void = { _ in },
    configure: (inout BackendConfiguration) -> Void = { _ in }
  ) async throws -> SyncBackend {
    try await SyncBackend(persistence: persistence, time: time, configure: configure) { m in
      register(&m)
      more(&m)
    }
  }
}
