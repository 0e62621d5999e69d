// What `serve` may be told, by option or by environment variable.

import ArgumentParser
import HullPersistence
import HullRuntime

/// The settings of a server, resolved and checked.
struct ServeSettings: Equatable {
  var host: String
  var port: Int
  /// The port of HTTP actions alone.
  var sitePort: Int
  /// Whether the server may do without that port, because nobody named it.
  var sitePortIsDefault: Bool
  /// Where clients reach the server, if not where it listens.
  var cloudOrigin: String?
  /// Where clients reach the HTTP actions, if not where they listen.
  var siteOrigin: String?
  var data: String
  var loadsSample: Bool
  var durability: Durability
  var adminKey: String?
  var isRedacted: Bool
  var isAudited: Bool
  /// Memory for results of queries, in MiB.
  var queryCache: Int?
  /// Memory for rows that are read again and again, in MiB.
  var rowCache: Int?
  /// Memory for vector indexes, in MiB.
  var vectorMemory: Int?
  /// The longest file a client may upload, in MiB.
  var maximumUpload: Int?
  /// Requests that may wait for their turn.
  var maximumQueue: Int?

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
    let sitePort = try Setting(option: "--site-port", variable: "HULL_SITE_PORT")
      .number(options.sitePort, in: 0...65_535, environment)
    sitePortIsDefault = sitePort == nil
    self.sitePort = sitePort ?? (port == 0 || port == 65_535 ? 0 : port + 1)
    cloudOrigin = try Self.origin(
      "--cloud-origin",
      "HULL_CLOUD_ORIGIN",
      options.cloudOrigin,
      environment
    )
    siteOrigin = try Self.origin(
      "--site-origin",
      "HULL_SITE_ORIGIN",
      options.siteOrigin,
      environment
    )
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
    // A colon separates a key from the user it acts as, and header fields are ASCII.
    if let adminKey,
      adminKey.utf8.count < 16
        || !AdminKeyBroker.removingTypePrefix(adminKey).utf8.allSatisfy({
          (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":")
        })
    {
      let name = options.adminKey == nil ? "HULL_ADMIN_KEY" : "--admin-key"
      throw ValidationError(
        "\(name) must have at least 16 characters, of ASCII, none of them spaces or colons."
      )
    }
    isRedacted = try Setting(option: "--redact", variable: "HULL_REDACT")
      .flag(options.redact, environment)
    isAudited = try Setting(option: "--audit", variable: "HULL_AUDIT")
      .flag(options.audit, environment)
    queryCache = try Setting(option: "--query-cache", variable: "HULL_QUERY_CACHE")
      .number(options.queryCache, in: 0...1_048_576, environment)
    rowCache = try Setting(option: "--row-cache", variable: "HULL_ROW_CACHE")
      .number(options.rowCache, in: 0...1_048_576, environment)
    vectorMemory = try Setting(option: "--vector-memory", variable: "HULL_VECTOR_MEMORY")
      .number(options.vectorMemory, in: 0...1_048_576, environment)
    maximumUpload = try Setting(option: "--max-upload", variable: "HULL_MAX_UPLOAD")
      .number(options.maxUpload, in: 1...1_048_576, environment)
    maximumQueue = try Setting(option: "--max-queue", variable: "HULL_MAX_QUEUE")
      .number(options.maxQueue, in: 0...1_000_000, environment)
  }

  /// An origin such as `https://shop.example.org`, without a slash at its end.
  private static func origin(
    _ option: String,
    _ variable: String,
    _ value: String?,
    _ environment: [String: String]
  ) throws -> String? {
    guard var text = Setting(option: option, variable: variable).text(value, environment) else {
      return nil
    }
    if text.hasSuffix("/") { text.removeLast() }
    let host = ["http://", "https://"].first { text.hasPrefix($0) }.map { text.dropFirst($0.count) }
    guard let host, !host.isEmpty,
      host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"/?#".utf8.contains($0) })
    else {
      throw ValidationError(
        "\(option) must be an origin such as https://example.org, not '\(text)'."
      )
    }
    return text
  }
}

/// The options of `serve` as typed.
struct ServeOptions: ParsableArguments {
  @Option(help: "Address to listen on. (HULL_HOST; default: 127.0.0.1)")
  var host: String?

  @Option(help: "Port to listen on; 0 takes any free one. (HULL_PORT; default: 3210)")
  var port: String?

  @Option(
    help: """
      Port for HTTP actions alone, which are also below /http on the other port; 0 takes any free \
      one. (HULL_SITE_PORT; default: the port after --port, 3211)
      """
  )
  var sitePort: String?

  @Option(
    help: """
      Where clients reach the server if there is a proxy before it, such as https://example.org: the \
      variable CONVEX_CLOUD_URL of functions. (HULL_CLOUD_ORIGIN)
      """
  )
  var cloudOrigin: String?

  @Option(help: "The same for HTTP actions: CONVEX_SITE_URL. (HULL_SITE_ORIGIN)")
  var siteOrigin: String?

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

  @Option(
    help: "Memory for rows that are read again and again, in MiB. (HULL_ROW_CACHE; default: 32)"
  )
  var rowCache: String?

  @Option(help: "Memory for vector indexes, in MiB. (HULL_VECTOR_MEMORY; default: 1024)")
  var vectorMemory: String?

  @Option(
    help: "The longest file a client may upload, in MiB. (HULL_MAX_UPLOAD; default: 8192)"
  )
  var maxUpload: String?

  @Option(
    help: """
      Requests that may wait for their turn when there is too much to do; further ones are refused \
      with 503. (HULL_MAX_QUEUE; default: 2048)
      """
  )
  var maxQueue: String?

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
