// What the real binary does with clients, callers and functions that mean it no good.

import Foundation
import Testing

@Suite struct HostileUseTests {
  @Test(arguments: [
    ("hostile_requests.py", 30), ("hostile_connections.py", 9), ("hostile_access.py", 65),
    ("hostile_functions.py", 18),
  ])
  func `whatever is tried, the server refuses it, stays small and serves others`(
    script: String,
    rows: Int
  ) async throws {
    try await withTemporaryDirectory { directory in
      let result = try await Python.run(
        script,
        [Server.binary("ConformanceApp").path, directory.path]
      )
      let lines = result.output.split(separator: "\n")
      #expect(lines.filter { $0.hasPrefix("FAIL") } == [])
      #expect(lines.count { $0.hasPrefix("ok") } >= rows)
      #expect(result.status == 0, "\(result.errors)")
    }
  }
}
