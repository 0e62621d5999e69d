// What `serve` may be told, by option or by environment variable.

import ArgumentParser
import HullPersistence

/// The settings of a server, resolved and checked.
struct ServeSettings: Equatable {
  var host: String
  var port: Int
  var data: String
  var loadsSample: Bool
  var durability: Durability
  var adminKey: String?
  var isRedacted: Bool
  var isAudited: Bool
  /// Memory for results of queries, in MiB.
  var queryCache: Int?
  /// Memory for vector indexes, in MiB.
  var vectorMemory: Int?

  /// Resolves options.
  ///
  /// - Parameters:
  ///   - options: What the command line says.
  ///   - environment: The variables of the process.
  /// - Throws: A `ValidationError` that names the offending option or variable.
  init(_ options: ServeOptions, environment: [String: String]) throws {
    host =
      Setting(option: "--host", variable: "HULL_HOST").text(options.host, environment)
      ?? "127.0.0.1"
    guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw ValidationError("--host must be a host name or an IP address, not '\(host)'.")
    }
    port =
      try Setting(option: "--port", variable: "HULL_PORT")
      .number(options.port, in: 0...65_535, environment) ?? 3210
    data =
      Setting(option: "--data", variable: "HULL_DATA").text(options.data, environment) ?? ".hull"
    guard !data.isEmpty else { throw ValidationError("--data must name a directory.") }
    loadsSample = try Setting(option: "--sample", variable: "HULL_SAMPLE")
      .flag(options.sample, environment)
    durability =
      try Setting(option: "--durability", variable: "HULL_DURABILITY")
      .choice(options.durability, of: Durability.self, environment) ?? .full
    adminKey = Setting(option: "--admin-key", variable: "HULL_ADMIN_KEY")
      .text(options.adminKey, environment)
    if let adminKey, adminKey.utf8.count < 16 || adminKey.contains(where: \.isWhitespace) {
      throw ValidationError("--admin-key must have at least 16 characters, none of them spaces.")
    }
    isRedacted = try Setting(option: "--redact", variable: "HULL_REDACT")
      .flag(options.redact, environment)
    isAudited = try Setting(option: "--audit", variable: "HULL_AUDIT")
      .flag(options.audit, environment)
    queryCache = try Setting(option: "--query-cache", variable: "HULL_QUERY_CACHE")
      .number(options.queryCache, in: 0...1_048_576, environment)
    vectorMemory = try Setting(option: "--vector-memory", variable: "HULL_VECTOR_MEMORY")
      .number(options.vectorMemory, in: 0...1_048_576, environment)
  }
}

/// The options of `serve` as typed.
struct ServeOptions: ParsableArguments {
  @Option(help: "Address to listen on. (HULL_HOST; default: 127.0.0.1)")
  var host: String?

  @Option(help: "Port to listen on; 0 takes any free one. (HULL_PORT; default: 3210)")
  var port: String?

  @Option(help: "Directory that holds the data. (HULL_DATA; default: .hull)")
  var data: String?

  @Flag(help: "Load the application's sample data, once. (HULL_SAMPLE)")
  var sample = false

  @Option(
    help: """
      When a mutation counts as done: full survives a power failure, normal the end of the process, \
      off nothing in particular. (HULL_DURABILITY; default: full)
      """
  )
  var durability: String?

  @Option(help: .hidden)
  var queryCache: String?

  @Option(help: "Memory for vector indexes, in MiB. (HULL_VECTOR_MEMORY; default: 1024)")
  var vectorMemory: String?

  @Option(help: "An admin key to accept besides the one in the data directory. (HULL_ADMIN_KEY)")
  var adminKey: String?

  @Flag(help: "Hide error texts and log lines from clients, as in production. (HULL_REDACT)")
  var redact = false

  @Flag(
    help: """
      Run every live query again after each update and report results that differ, to debug Hull. \
      (HULL_AUDIT)
      """
  )
  var audit = false
}
