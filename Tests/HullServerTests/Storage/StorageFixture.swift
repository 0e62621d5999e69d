// A server that keeps files in a directory, and short ways to use it.

import Foundation
import Hull
import HullPersistence
import HullRuntime
import HullServer
import HullValues
import Testing

/// A backend with stored files on a real port.
final class StorageFixture {
  let backend: Backend
  let client: RawClient
  let port: Int
  /// The directory of the files.
  let path: String
  let time: ManualTimeSource

  private init(_ backend: Backend, _ port: Int, _ path: String, _ time: ManualTimeSource)
    async throws
  {
    self.backend = backend
    self.port = port
    self.path = path
    self.time = time
    client = try await RawClient(port: port)
  }

  private static let module = Module("files") {
    $0.mutation("uploadUrl") { context, _ in try await context.storage.generateUploadUrl() }
    $0.query("url", args: v.object(["id": v.id("_storage")])) { context, args in
      try await context.storage.getUrl(args["id"] ?? .null)
    }
    $0.query("list") { context, _ in
      try await context.db.system.query("_storage").collect().map { ConvexValue.object($0) }
    }
    $0.mutation("delete", args: v.object(["id": v.id("_storage")])) { context, args in
      try await context.storage.delete(args["id"] ?? .null)
    }
  }

  /// Runs a test with a fresh backend whose files are in a directory of their own.
  static func with(
    fault: (@Sendable (FileStoreStep) throws -> Void)? = nil,
    configure: (inout BackendConfiguration) -> Void = { _ in },
    server: (inout ServerConfiguration) -> Void = { _ in },
    _ body: (StorageFixture) async throws -> Void
  ) async throws {
    let directory = FileManager.default.temporaryDirectory
      .appending(path: "hull-files-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: directory) }
    var options = FileStoreOptions(durability: .off)
    options.fault = fault
    let time = ManualTimeSource()
    var configuration = BackendConfiguration()
    configuration.time = time
    configuration.files = try await DirectoryFileStore.open(path: directory.path, options: options)
    configure(&configuration)
    let backend = try await Backend.open(
      Application(name: "files", schema: SchemaDefinition(tables: []), modules: [module]),
      persistence: InMemoryPersistence(),
      configuration: configuration
    )
    var serverConfiguration = ServerConfiguration(port: 0)
    server(&serverConfiguration)
    let counters = ServerCounters()
    try await withServer(
      APIRouter(backend: backend, counters: counters),
      configuration: serverConfiguration,
      counters: counters
    ) { server in
      try await body(StorageFixture(backend, server.port, directory.path, time))
    }
    await backend.close()
  }

  /// The result of a function.
  func value(
    _ name: String,
    _ kind: FunctionKind,
    _ arguments: ConvexObject = [:]
  ) async throws -> ConvexValue {
    try await backend.run(
      FunctionRequest(
        path: "files:\(name)",
        kind: kind,
        arguments: .values([.object(arguments)]),
        identity: .anonymous,
        requestID: backend.makeRequestID()
      )
    ).result.get().decoded()
  }

  /// Path and query of a fresh upload URL.
  func uploadTarget() async throws -> String {
    Self.target(try #require(try await value("uploadUrl", .mutation).string))
  }

  /// Uploads a text and returns the path of its URL.
  func upload(_ body: String, _ fields: String...) async throws -> String {
    let response = try await client.request(
      "POST",
      try await uploadTarget(),
      fields: fields,
      body: body
    )
    #expect(response.status == 200)
    let id = try #require(response.text("storageId"))
    return Self.target(try #require(try await value("url", .query, ["id": .string(id)]).string))
  }

  /// A URL without its origin.
  static func target(_ url: String) -> String {
    String(url.dropFirst("http://127.0.0.1:3210".count))
  }

  /// How many files there are for functions.
  func rowCount() async throws -> Int {
    try await value("list", .query).array?.count ?? -1
  }

  /// The names of what is on the disk, half-written files included.
  func namesOnDisk() throws -> [String] {
    try ["incoming", "files"].flatMap {
      try FileManager.default.contentsOfDirectory(atPath: path + "/" + $0)
    }
  }

  /// Waits until nothing is on the disk that no row names.
  func expectNothingStored() async throws {
    #expect(try await rowCount() == 0)
    while try !namesOnDisk().isEmpty { try await pause() }
  }
}
