// What becomes of scheduled functions and cron jobs when the real process is killed.

import Foundation
import TestRandomness
import Testing

@Suite struct JobCrashTests {
  @Test func `after kill -9 every scheduled mutation has run once, and no action twice`()
    async throws
  {
    let seed = RandomRun.seed()
    var random = SeededGenerator(seed: seed)
    try await withTemporaryDirectory { directory in
      var acknowledged: [String] = []
      for round in 0..<RandomRun.crashes(usually: 4) {
        let server = try await Server.start("ConformanceApp", data: directory)
        let load = try ChildProcess(
          Python.interpreter,
          [Python.path(of: "jobs_load.py"), "127.0.0.1", "\(server.port)", "R\(round)", "4"]
        )
        // The blow falls after a random number of acknowledgements, with jobs waiting and running.
        let blow = Int.random(in: 5...60, using: &random)
        var count = 0
        for await batch in load.lines {
          acknowledged.append(batch)
          count += 1
          if count == blow { server.child.send(SIGKILL) }
        }
        #expect(count >= blow, "round \(round), seed \(seed): \(load.standardError)")
        // Without a blow, the server would go on for ever.
        if count < blow { server.child.send(SIGKILL) }
        #expect(await server.child.status() == SIGKILL, "\(server.child.standardError)")
        #expect(await load.status() == 0, "\(load.standardError)")
      }
      let server = try await Server.start("ConformanceApp", data: directory)
      let verdict = try await Python.run(
        "jobs_check.py",
        [server.url.absoluteString],
        input: acknowledged.joined(separator: "\n")
      )
      #expect(verdict.status == 0, "seed \(seed): \(verdict.errors)")
      print(verdict.output)
      #expect(await server.stop() == 0)
    }
  }

  @Test func `many functions due at once run beside requests, in bounded memory`() async throws {
    let count = ProcessInfo.processInfo.environment["HULL_JOBS"].flatMap { Int($0) } ?? 5000
    try await withTemporaryDirectory { directory in
      let server = try await Server.start("ConformanceApp", data: directory)
      let verdict = try await Python.run(
        "drain_check.py",
        [server.url.absoluteString, "\(count)", "\(server.child.processID)"]
      )
      #expect(verdict.status == 0, "\(verdict.errors)")
      print(verdict.output)
      #expect(await server.stop() == 0)
    }
  }
}
