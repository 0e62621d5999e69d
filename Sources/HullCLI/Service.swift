// An application being served: its data, its backend and its socket, opened and closed in order.

import Foundation
import Hull
import HullDatabase
import HullPersistence
import HullRuntime
import HullServer
import HullSync
import HullValues
import Logging

/// A served application.
struct Service<App: HullApplication> {
  private let backend: Backend
  private let server: HTTPServer
  /// The port of HTTP actions alone.
  private let site: HTTPServer?
  private let clients: OutboundClients
  private let memory: Task<Void, Never>
  private let directory: DataDirectory
  private let url: String
  private let siteURL: String
  private let logger: Logger

  /// How long requests in hand may take once the process was asked to stop.
  private static var patience: Duration { .seconds(30) }

  /// Opens the data and listens.
  ///
  /// - Throws: What stands in the way; what had been opened is closed again.
  static func start(_ settings: ServeSettings) async throws -> Service {
    let logger = Logger(label: "hull")
    let directory = DataDirectory(path: settings.data)
    let application = try App.application
    try directory.create()
    let persistence = try await SQLitePersistence.open(
      path: directory.dataFile,
      options: SQLiteOptions(durability: settings.durability)
    )
    let clients = OutboundClients(logger: logger)
    let backend: Backend
    do {
      var configuration = configuration(settings, clients, logger)
      // After the database, whose lock keeps other processes away from both.
      configuration.files = try await DirectoryFileStore.open(
        path: directory.files,
        options: FileStoreOptions(durability: settings.durability)
      )
      backend = try await Backend.open(
        application,
        persistence: persistence,
        configuration: configuration
      )
    } catch {
      await clients.shutdown()
      await persistence.close()
      throw error
    }
    do {
      return try await listen(settings, directory, backend, clients, logger)
    } catch {
      await backend.close()
      await clients.shutdown()
      throw error
    }
  }

  private static func configuration(
    _ settings: ServeSettings,
    _ clients: OutboundClients,
    _ logger: Logger
  ) -> BackendConfiguration {
    var configuration = BackendConfiguration()
    configuration.fetcher = clients.providers
    configuration.requestSender = clients.actions
    configuration.adminKey = settings.adminKey
    configuration.logger = logger
    if let maximum = settings.maximumUpload { configuration.maximumUploadBytes = maximum << 20 }
    configuration.redactsClientErrors = settings.isRedacted
    if let queryCache = settings.queryCache { configuration.queryCacheBytes = queryCache << 20 }
    if let memory = settings.rowCache { configuration.database.rowCacheBytes = memory << 20 }
    if let memory = settings.vectorMemory {
      configuration.database.vectorIndexBytes = memory << 20
    }
    configuration.observer = { record in
      // What a kept result logged was told when it was made.
      if record.isCached || record.logLines.isEmpty && record.failure == nil { return }
      let name = record.route ?? record.path.description
      for line in record.logLines { logger.info("\(name): \(line.text)") }
      if let failure = record.failure {
        logger.error("\(name): \(failure)", metadata: ["request": "\(record.requestID)"])
      }
    }
    return configuration
  }

  private static func listen(
    _ settings: ServeSettings,
    _ directory: DataDirectory,
    _ backend: Backend,
    _ clients: OutboundClients,
    _ logger: Logger
  ) async throws -> Service {
    try keepAdminKey(of: backend, in: directory)
    let counters = ServerCounters()
    let sync = SyncService(backend: backend, auditor: auditor(settings, backend, logger))
    let server = try await HTTPServer.start(
      listening(settings, port: settings.port),
      router: APIRouter(backend: backend, counters: counters) { sync.makePeer($0, $1, on: $2) },
      counters: counters,
      executor: FunctionExecutor.shared,
      logger: logger
    )
    let url = Self.url(host: settings.host, port: server.port)
    let site: HTTPServer?
    do {
      site = try await listenForSite(settings, backend, counters, logger)
    } catch {
      await server.shutdown(within: .zero)
      throw error
    }
    let siteURL = site.map { Self.url(host: settings.host, port: $0.port) } ?? url + "/http"
    let environment = backend.configuration.environment
    environment["CONVEX_CLOUD_URL"] = settings.cloudOrigin ?? url
    environment["CONVEX_SITE_URL"] = settings.siteOrigin ?? siteURL
    let service = Service(
      backend: backend,
      server: server,
      site: site,
      clients: clients,
      memory: IdleMemory.watch(backend, counters),
      directory: directory,
      url: url,
      siteURL: siteURL,
      logger: logger
    )
    do {
      try await backend.startJobs()
      try directory.keepURL(url)
      if settings.loadsSample { try await service.loadSample() }
    } catch {
      service.memory.cancel()
      await site?.shutdown(within: .zero)
      await server.shutdown(within: .zero)
      throw error
    }
    return service
  }

  private static func listening(_ settings: ServeSettings, port: Int) -> ServerConfiguration {
    var configuration = ServerConfiguration(host: settings.host, port: port)
    if let maximum = settings.maximumQueue { configuration.maximumQueuedRequests = maximum }
    return configuration
  }

  /// Listens on the port of HTTP actions.
  ///
  /// - Returns: The server; nil if the port is taken and nobody asked for it in particular, since the
  ///   actions are on the other port as well.
  private static func listenForSite(
    _ settings: ServeSettings,
    _ backend: Backend,
    _ counters: ServerCounters,
    _ logger: Logger
  ) async throws -> HTTPServer? {
    do {
      return try await HTTPServer.start(
        listening(settings, port: settings.sitePort),
        router: SiteRouter(backend: backend),
        counters: counters,
        executor: FunctionExecutor.shared,
        logger: logger
      )
    } catch let error as ServerStartError where settings.sitePortIsDefault {
      if !backend.application.http.routes.isEmpty {
        logger.warning(
          "HTTP actions are below /http only: port \(error.port) cannot be used. Name another by --site-port."
        )
      }
      return nil
    }
  }

  /// Compares what clients are sent with what the queries return, if that is wanted.
  private static func auditor(
    _ settings: ServeSettings,
    _ backend: Backend,
    _ logger: Logger
  ) -> TransitionAuditor? {
    guard settings.isAudited else { return nil }
    return TransitionAuditor(backend) { logger.critical("Clients were sent a wrong result. \($0)") }
  }

  /// Makes sure the directory holds a key that is good for this data.
  private static func keepAdminKey(of backend: Backend, in directory: DataDirectory) throws {
    if let key = directory.adminKey, (try? backend.authenticate(adminKey: key)) != nil { return }
    try directory.keepAdminKey(backend.issueAdminKey())
  }

  private static func url(host: String, port: Int) -> String {
    switch host {
    case "0.0.0.0", "::": "http://127.0.0.1:\(port)"
    case _ where host.contains(":"): "http://[\(host)]:\(port)"
    default: "http://\(host):\(port)"
    }
  }

  /// Calls the function that loads the sample data, unless this instance has it.
  private func loadSample() async throws {
    guard let function = App.sampleFunction else {
      throw CommandError("\(App.name) has no sample data; leave out --sample.")
    }
    guard directory.sampleInstance != backend.instance.name else { return }
    let requestID = backend.makeRequestID()
    let outcome = try await backend.run(
      FunctionRequest(
        path: function,
        kind: nil,
        identity: .admin(actingAs: nil),
        requestID: requestID
      )
    )
    if case .failure(let failure) = outcome.result {
      throw CommandError("The sample data could not be loaded by \(function): \(failure.text)")
    }
    try directory.keepSampleInstance(backend.instance.name)
    logger.info("Sample data loaded by \(function).")
  }

  /// Tells whoever started the process what to do next.
  func announce() {
    var lines = [
      "\(App.name) is running.",
      "  URL        \(url)",
      "  Data file  \(directory.dataFile)",
    ]
    if !backend.application.http.routes.isEmpty {
      lines.insert("  HTTP       \(siteURL)", at: 2)
    }
    if let path = examplePath {
      lines.append("  Try        \(Self.curl(url: url, path: path))")
    }
    print(lines.joined(separator: "\n"))
    // Output to a pipe is buffered otherwise, and whoever waits for the address waits for ever.
    fflush(nil)
  }

  /// A public query that can be called without arguments.
  private var examplePath: String? {
    backend.functions.first { function in
      guard function.kind == .query, function.visibility == .public else { return false }
      guard case .object(let arguments) = function.args else { return true }
      return arguments.fields.allSatisfy(\.field.isOptional)
    }?.path
  }

  private static func curl(url: String, path: String) -> String {
    let body = #"{"path":"\#(path)","args":{},"format":"json"}"#
    return "curl \(url)/api/query -H 'Content-Type: application/json' -d '\(body)'"
  }

  /// Finishes what is in hand and closes everything.
  func stop() async {
    logger.info("Stopping: finishing what is in hand.")
    memory.cancel()
    async let siteIsDown: Void? = site?.shutdown(within: Self.patience)
    await server.shutdown(within: Self.patience)
    await siteIsDown
    await backend.close()
    await clients.shutdown()
  }
}
