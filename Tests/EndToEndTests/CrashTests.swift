// What survives `kill -9` of the real process under load.

import Foundation
import Testing

@Suite struct CrashTests {
  @Test func `an acknowledged mutation survives kill -9, exactly once`() async throws {
    let seed =
      ProcessInfo.processInfo.environment["HULL_SEED"].flatMap { UInt64($0) }
      ?? UInt64.random(in: 0...UInt64.max)
    var random = SplitMix64(state: seed)
    print("seed \(seed)")
    try await withTemporaryDirectory { directory in
      var acknowledged: [String] = []
      for round in 0..<4 {
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
        #expect(await server.child.status() == SIGKILL)
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

/// A small repeatable generator, so that a printed seed replays a test.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
