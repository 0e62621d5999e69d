// What survives `kill -9` of the real process under load.

import Foundation
import TestRandomness
import Testing

@Suite struct CrashTests {
  @Test func `an acknowledged mutation survives kill -9, exactly once`() async throws {
    let seed = RandomRun.seed()
    var random = SeededGenerator(seed: seed)
    try await withTemporaryDirectory { directory in
      var acknowledged: [String] = []
      for round in 0..<RandomRun.crashes(usually: 4) {
        let server = try await Server.start(data: directory)
        let load = try ChildProcess(
          Python.interpreter,
          [Python.path(of: "crash_load.py"), "127.0.0.1", "\(server.port)", "R\(round)", "6"]
        )
        // The blow falls after a random number of acknowledgements, with others in flight.
        let blow = Int.random(in: 20...220, using: &random)
        var count = 0
        for await code in load.lines {
          acknowledged.append(code)
          count += 1
          if count == blow { server.child.send(SIGKILL) }
        }
        #expect(count >= blow, "round \(round), seed \(seed): \(load.standardError)")
        // Without a blow, the server would go on for ever.
        if count < blow { server.child.send(SIGKILL) }
        #expect(await server.child.status() == SIGKILL, "\(server.child.standardError)")
        #expect(await load.status() == 0, "\(load.standardError)")
      }
      // Recovery is opening the file: the server answers, and the file agrees.
      let server = try await Server.start(data: directory)
      #expect(await server.stop() == 0)
      let file = directory.appending(path: "data.sqlite")
      let verdict = try await Python.run(
        "crash_check.py",
        [file.path],
        input: acknowledged.joined(separator: "\n")
      )
      #expect(verdict.status == 0, "seed \(seed): \(verdict.errors)")
    }
  }
}
