import Hull
import HullDatabase
import HullPersistence
import HullRuntime
import Testing

/// A backend on an in-memory store, and short ways to call it.
struct BackendFixture {
  let backend: Backend
  let time = ManualTimeSource()

  /// Opens a backend of the given functions.
  init(
    schema: SchemaDefinition = SchemaDefinition(tables: []),
    persistence: any Persistence = InMemoryPersistence(),
    seed: UInt64 = 1,
    crons: [CronJob] = [],
    configure: (inout BackendConfiguration) -> Void = { _ in },
    _ register: (inout ModuleBuilder) -> Void
  ) async throws {
    var configuration = BackendConfiguration()
    configuration.time = time
    configuration.random = SeededRandomSource(seed: seed)
    configuration.limits.userTimeSeconds = 30
    configuration.warnsOfDuration = false
    configure(&configuration)
    backend = try await Backend.open(
      Application(
        name: "test",
        schema: schema,
        modules: [Module("m", register)],
        crons: crons
      ),
      persistence: persistence,
      configuration: configuration
    )
  }

  /// Calls a function of the module `m`.
  func run(
    _ name: String,
    _ kind: FunctionKind?,
    _ arguments: ConvexValue = .object([:]),
    as identity: CallerIdentity = .anonymous
  ) async throws -> FunctionOutcome {
    try await backend.run(request(name, kind, FunctionArguments(arguments), as: identity))
  }

  func request(
    _ name: String,
    _ kind: FunctionKind?,
    _ arguments: FunctionArguments = .values([.object([:])]),
    as identity: CallerIdentity = .anonymous
  ) -> FunctionRequest {
    FunctionRequest(
      path: name.contains(":") ? name : "m:\(name)",
      kind: kind,
      arguments: arguments,
      identity: identity,
      requestID: RequestID("test")
    )
  }

  /// The value a function returns.
  func value(
    _ name: String,
    _ kind: FunctionKind?,
    _ arguments: ConvexValue = .object([:]),
    as identity: CallerIdentity = .anonymous
  ) async throws -> ConvexValue {
    try await run(name, kind, arguments, as: identity).result.get().decoded()
  }

  /// The failure of a function.
  func failure(
    _ name: String,
    _ kind: FunctionKind?,
    _ arguments: ConvexValue = .object([:]),
    as identity: CallerIdentity = .anonymous
  ) async throws -> FunctionFailure {
    switch try await run(name, kind, arguments, as: identity).result {
    case .failure(let failure): return failure
    case .success(let value): throw Unexpected(value: value.string)
    }
  }

  /// What a client sees of the lines a function logs.
  func logs(
    _ name: String,
    _ kind: FunctionKind?,
    _ arguments: ConvexValue = .object([:])
  ) async throws -> [String] {
    try await run(name, kind, arguments).logLines.map(\.text)
  }

  struct Unexpected: Error {
    var value: String
  }
}

extension CallerIdentity {
  static let admin = CallerIdentity.admin(actingAs: nil)
}
