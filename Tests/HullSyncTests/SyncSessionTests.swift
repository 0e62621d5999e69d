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

  /// A change of the query set by one version, with queries by id that are added or removed.
  private func change(
    from version: Int,
    add: [Int] = [],
    remove: [Int] = [],
    argument: String = ""
  ) throws -> ClientMessage {
    let modifications =
      add.map {
        #"{"type":"Add","queryId":\#($0),"udfPath":"m:f","args":[{"text":"\#(argument)"}]}"#
      } + remove.map { #"{"type":"Remove","queryId":\#($0)}"# }
    let text = """
      {"type":"ModifyQuerySet","baseVersion":\(version),"newVersion":\(version + 1),\
      "modifications":[\(modifications.joined(separator: ","))]}
      """
    return try ClientMessage(json: Array(text.utf8))
  }

  @Test func `the texts of all queries of a client together are bounded`() async throws {
    let server = try await SyncBackend { _ in }
    let result = QueryResult(
      FunctionOutcome(
        result: .success(EncodedValue(ConvexValue.null)),
        logLines: [],
        timestamp: .zero
      ),
      subscription: server.backend.database.subscribeToNothing(since: .zero),
      journal: nil
    )
    var limits = SessionLimits()
    limits.subscriptionBytes = 1300
    var session = SyncSession(
      limits: limits,
      takesChunks: false,
      isRedacted: false,
      uptime: .zero,
      makeRequestID: { RequestID("test") }
    )
    let long = String(repeating: "x", count: 400)
    for version in 0..<20 {
      // Two of three are there at a time, and the third is removed before it is taken over.
      let message = try change(
        from: version,
        add: [version],
        remove: version > 1 ? [version - 2] : [],
        argument: long
      )
      session.receive(message, bytes: 500, now: .zero, latest: .zero)
      session.beginUpdate(at: .zero, now: .zero)
      for case .fetch(let fetch) in session.effects {
        session.fetched(fetch, .success(result), now: .zero)
      }
      session.effects = []
      #expect(!session.isClosed, "version \(version)")
    }
    #expect((800...1000).contains(session.retainedBytes))
    let message = try change(from: 20, add: [20, 21], argument: long)
    session.receive(message, bytes: 500, now: .zero, latest: .zero)
    guard case .close(1013, "TooLargeQueries")? = session.effects.last else {
      Issue.record("not closed: \(session.effects)")
      return
    }
    session.disconnected()
    #expect(session.retainedBytes == 0)
  }

  @Test(
    arguments: [
      (BackendError.internal, 1011),
      (BackendError(kind: .rateLimited, code: "x", message: "x"), 1013),
      (BackendError(kind: .overloaded, code: "x", message: "x"), nil),
    ] as [(BackendError, UInt16?)]
  )
  func `a query that goes on failing does not silence the others for ever`(
    error: BackendError,
    code: UInt16?
  ) throws {
    var session = session()
    session.receive(try change(from: 0, add: [0]), bytes: 100, now: .zero, latest: .zero)
    session.beginUpdate(at: .zero, now: .zero)
    var lastTry: Duration = .zero
    var longestPause: Duration = .zero
    for tenth in 0..<1000 where !session.isClosed {
      let now: Duration = .milliseconds(100 * tenth)
      session.tick(uptime: now, now: .zero)
      for case .fetch(let fetch) in session.effects {
        session.fetched(fetch, .failure(error), now: .zero)
        longestPause = max(longestPause, now - lastTry)
        lastTry = now
      }
      let closes = session.effects.compactMap { effect -> UInt16? in
        if case .close(let code, _) = effect { code } else { nil }
      }
      if session.isClosed { #expect(closes == [code].compactMap(\.self)) }
      session.effects = []
    }
    #expect(session.isClosed == (code != nil))
    #expect(longestPause < .seconds(9))
    if code == nil { #expect(lastTry > .seconds(90)) }
  }
}
