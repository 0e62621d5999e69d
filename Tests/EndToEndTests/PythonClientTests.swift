// The official `convex` package from PyPI against the real binaries on a real port.

import Foundation
import Testing

@Suite struct PythonClientTests {
  @Test func `the Python client runs the pet shop`() async throws {
    try await withTemporaryDirectory { directory in
      let server = try await Server.start(data: directory)
      try await expectAllChecksPass("petshop_client.py", [server.url.absoluteString], atLeast: 60)
      #expect(await server.stop() == 0)
    }
  }

  @Test func `the Python client sells at many tills`() async throws {
    try await withTemporaryDirectory { directory in
      let server = try await Server.start(data: directory, arguments: ["--sample"])
      try await expectAllChecksPass("sales_client.py", [server.url.absoluteString], atLeast: 45)
      #expect(await server.stop() == 0)
    }
  }

  @Test func `the Python client runs clinic and hotel`() async throws {
    try await withTemporaryDirectory { directory in
      let server = try await Server.start(data: directory, arguments: ["--sample"])
      try await expectAllChecksPass("visits_client.py", [server.url.absoluteString], atLeast: 50)
      #expect(await server.stop() == 0)
    }
  }

  @Test func `the Python client sends and receives every kind of value and error`() async throws {
    try await withTemporaryDirectory { directory in
      let server = try await Server.start("ConformanceApp", data: directory)
      let key = try await ChildProcess.run(
        Server.binary("ConformanceApp"),
        ["admin-key", "--data", directory.path]
      )
      #expect(key.status == 0, "\(key.errors)")
      try await expectAllChecksPass(
        "conformance_client.py",
        [
          server.url.absoluteString,
          key.output.trimmingCharacters(in: .whitespacesAndNewlines),
        ],
        atLeast: 45
      )
      #expect(await server.stop() == 0)
    }
  }

  @Test func `the Python client signs users in at a real provider`() async throws {
    try await withTemporaryDirectory { directory in
      let binary = try Server.binary("ConformanceApp")
      try await expectAllChecksPass(
        "identity_client.py",
        [binary.path, directory.path],
        atLeast: 20
      )
    }
  }

  @Test func `the Python client lives on a WebSocket, through restarts and crashes`() async throws {
    try await withTemporaryDirectory { directory in
      try await expectAllChecksPass(
        "live_client.py",
        [Server.binary("ConformanceApp").path, directory.path],
        atLeast: 35
      )
    }
  }

  private func expectAllChecksPass(
    _ script: String,
    _ arguments: [String],
    atLeast count: Int
  ) async throws {
    let result = try await Python.run(script, arguments)
    let lines = result.output.split(separator: "\n")
    let failures = lines.filter { $0.hasPrefix("FAIL") }
    #expect(failures == [])
    #expect(lines.count { $0.hasPrefix("ok") } >= count)
    #expect(result.status == 0, "\(result.errors)")
  }
}
