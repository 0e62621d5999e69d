// What the real binary does when more is asked of it than it can do.

import Foundation
import Testing

@Suite struct OverloadTests {
  @Test func `at four times what it can do, the server serves what it can and refuses the rest`()
    async throws
  {
    let seconds = ProcessInfo.processInfo.environment["HULL_OVERLOAD"] ?? "5"
    try await withTemporaryDirectory { directory in
      let server = try await Server.start(
        "ConformanceApp",
        data: directory,
        // Short, so that even a machine with other work fills it in the time of a test.
        arguments: ["--max-queue", "128"]
      )
      let result = try await Python.run(
        "overload_client.py",
        ["127.0.0.1", "\(server.port)", "\(server.child.processID)", seconds]
      )
      let lines = result.output.split(separator: "\n")
      print(lines.first.map(String.init) ?? "")
      #expect(lines.filter { $0.hasPrefix("FAIL") } == [])
      #expect(lines.count { $0.hasPrefix("ok") } == 10)
      #expect(result.status == 0, "\(result.errors)")
      #expect(await server.stop() == 0)
    }
  }
}
