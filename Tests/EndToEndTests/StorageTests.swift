// Stored files in the real process: official client, crashes, and files larger than memory should be.

import Foundation
import TestRandomness
import Testing

@Suite struct StorageTests {
  @Test func `the Python client uploads, shows and deletes files`() async throws {
    try await withTemporaryDirectory { directory in
      let result = try await Python.run(
        "files_client.py",
        [Server.binary("ConformanceApp").path, directory.path]
      )
      expectSuccess(result, atLeast: 39)
    }
  }

  @Test func `rows and bytes belong together after every kill -9`() async throws {
    let seed = RandomRun.seed()
    var random = SeededGenerator(seed: seed)
    try await withTemporaryDirectory { directory in
      var said: [String] = []
      for round in 0..<RandomRun.crashes(usually: 5) {
        let server = try await Server.start("ConformanceApp", data: directory)
        let load = try ChildProcess(
          Python.interpreter,
          [Python.path(of: "storage_load.py"), "127.0.0.1", "\(server.port)", "\(seed)", "6"]
        )
        // The blow falls after a random number of lines, with uploads and deletions in flight.
        let blow = Int.random(in: 10...150, using: &random)
        var count = 0
        for await line in load.lines {
          said.append(line)
          count += 1
          if count == blow { server.child.send(SIGKILL) }
        }
        #expect(count >= blow, "round \(round), seed \(seed): \(load.standardError)")
        // Without a blow, the server would go on for ever.
        if count < blow { server.child.send(SIGKILL) }
        #expect(await server.child.status() == SIGKILL, "\(server.child.standardError)")
        #expect(await load.status() == 0, "\(load.standardError)")

        let recovered = try await Server.start("ConformanceApp", data: directory)
        let verdict = try await Python.run(
          "storage_check.py",
          [recovered.url.absoluteString, directory.path],
          input: said.joined(separator: "\n") + "\n"
        )
        #expect(verdict.status == 0, "round \(round), seed \(seed): \(verdict.errors)")
        #expect(await recovered.stop() == 0)
      }
    }
  }

  @Test func `a large file passes through without filling the memory`() async throws {
    let environment = ProcessInfo.processInfo.environment
    let size = environment["HULL_LARGE_FILE"] ?? "96"
    try await withTemporaryDirectory { directory in
      let result = try await Python.run(
        "large_file_client.py",
        [Server.binary("ConformanceApp").path, directory.path, size, "48"]
      )
      expectSuccess(result, atLeast: 6)
    }
  }

  private func expectSuccess(
    _ result: (status: Int32, output: String, errors: String),
    atLeast count: Int
  ) {
    let lines = result.output.split(separator: "\n")
    #expect(lines.filter { $0.hasPrefix("FAIL") } == [])
    #expect(lines.count { $0.hasPrefix("ok") } >= count)
    #expect(result.status == 0, "\(result.errors)")
  }
}
