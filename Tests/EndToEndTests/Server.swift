// The real binaries, on a port of their own and a data directory that goes with them.

import Foundation

/// A running `petshop` (or another application built on Hull).
final class Server: Sendable {
  let child: ChildProcess
  let url: URL
  let data: URL

  /// The port that the system chose.
  var port: Int { url.port ?? 0 }

  private init(child: ChildProcess, url: URL, data: URL) {
    self.child = child
    self.url = url
    self.data = data
  }

  /// Starts `binary serve` on loopback and returns once it printed its address.
  static func start(
    _ binary: String = "petshop",
    data: URL,
    arguments: [String] = []
  ) async throws -> Server {
    let child = try ChildProcess(
      try Self.binary(binary),
      ["serve", "--port", "0", "--data", data.path] + arguments
    )
    for await line in child.lines {
      if let range = line.range(of: #"http://127\.0\.0\.1:[0-9]+"#, options: .regularExpression),
        let url = URL(string: String(line[range]))
      {
        return Server(child: child, url: url, data: data)
      }
    }
    throw ChildProcess.Failure(
      description: "\(binary) ended without an address: \(child.standardError)"
    )
  }

  /// Ends the server as an operator would and waits for it.
  @discardableResult
  func stop() async -> Int32 {
    child.send(SIGTERM)
    return await child.status()
  }

  /// The executable that was built with these tests.
  static func binary(_ name: String) throws -> URL {
    let folder = Bundle.module.bundleURL.deletingLastPathComponent()
    let url = folder.appending(path: name)
    guard FileManager.default.isExecutableFile(atPath: url.path) else {
      throw ChildProcess.Failure(description: "\(url.path) is not built: run swift build first")
    }
    return url
  }
}

/// The official Python client, in the environment that the README's test command makes.
enum Python {
  static let interpreter: URL = {
    if let path = ProcessInfo.processInfo.environment["HULL_PYTHON"] { return URL(filePath: path) }
    return URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: ".build-python/bin/python")
  }()

  /// Runs one of the scripts in `Clients`; standard error is part of a failure's text.
  static func run(
    _ script: String,
    _ arguments: [String],
    input: String? = nil
  ) async throws -> (status: Int32, output: String, errors: String) {
    try await ChildProcess.run(interpreter, [path(of: script)] + arguments, input: input)
  }

  static func path(of script: String) -> String {
    Bundle.module.bundleURL.appending(path: "Clients/\(script)").path
  }
}

/// Makes a directory for one test and removes it afterwards.
func withTemporaryDirectory<Value>(_ body: (URL) async throws -> Value) async throws -> Value {
  let directory = URL.temporaryDirectory.appending(path: "hull-test-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  return try await body(directory)
}
