// What a session keeps, seen from inside.

import HullDatabase
import HullPersistence
import HullValues
import Testing

@testable import HullRuntime
@testable import HullSync

@Suite struct SyncSessionTests {
  private func session() -> SyncSession {
    SyncSession(
      takesChunks: false,
      isRedacted: false,
      uptime: .zero,
      makeRequestID: { RequestID("test") }
    )
  }

  private func mutation(_ id: UInt32) -> ClientMessage {
    .mutation(ClientMessage.Call(requestID: id, path: "m:f", arguments: .values([[:]])))
  }

  /// A client that always has one mutation waiting: the queue never runs dry.
  @Test func `mutations that are done are forgotten though others always wait`() {
    var session = session()
    session.receive(mutation(0), bytes: 10, now: .zero, latest: .zero)
    for id in 1...5000 as ClosedRange<UInt32> {
      session.receive(mutation(id), bytes: 10, now: .zero, latest: .zero)
      session.mutationFinished(
        .success(
          FunctionOutcome(
            result: .success(EncodedValue(ConvexValue.null)),
            logLines: [],
            timestamp: .zero
          )
        )
      )
      session.effects = []
      #expect(session.mutations.count < 100)
    }
    #expect(!session.isClosed)
  }
}
