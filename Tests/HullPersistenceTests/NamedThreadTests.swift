import Foundation
import Testing

@testable import HullPersistence

#if os(Linux)
  @Suite struct NamedThreadTests {
    @Test(arguments: [("hull-function", "hull-function"), ("hull-checkpointer", "hull-checkpoint")])
    func `the system knows a thread by its name`(name: String, known: String) async throws {
      let seen = try await withCheckedThrowingContinuation { continuation in
        Thread.start(named: name) {
          continuation.resume(
            with: Result { try String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8) }
          )
        }
      }
      #expect(seen == known + "\n")
    }
  }
#endif
