// What the real binary does with requests that no client sends.

import Foundation
import Testing

@Suite struct HostileInputTests {
  @Test func `mangled requests are refused and harm nobody`() async throws {
    let seed = RandomRun.seed()
    try await withTemporaryDirectory { directory in
      let server = try await Server.start(data: directory)
      let result = try await Python.run(
        "hostile_client.py",
        ["127.0.0.1", "\(server.port)", "\(seed)", "1000"]
      )
      let failures = result.output.split(separator: "\n").filter { $0.hasPrefix("FAIL") }
      #expect(failures == [], "seed \(seed)")
      #expect(result.status == 0, "seed \(seed): \(result.errors)")
      #expect(await server.stop() == 0)
    }
  }
}
