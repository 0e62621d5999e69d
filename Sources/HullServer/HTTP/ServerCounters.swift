// Counters of the socket side, for `/metrics`.

import Synchronization

/// What the server has seen since it started.
package final class ServerCounters: Sendable {
  let connectionsAccepted = Atomic<Int>(0)
  let connectionsOpen = Atomic<Int>(0)
  let requestsInFlight = Atomic<Int>(0)
  let requestsWaiting = Atomic<Int>(0)
  /// Requests turned away because too many waited.
  let requestsTurnedAway = Atomic<Int>(0)
  /// Requests turned away because they had waited for too long.
  let requestsExpired = Atomic<Int>(0)
  let webSocketsOpened = Atomic<Int>(0)
  let webSocketsOpen = Atomic<Int>(0)
  /// WebSockets closed because too much waited for a slow client.
  let webSocketsOverrun = Atomic<Int>(0)
  /// Bytes of request bodies and WebSocket messages held in memory now, as ``BodyBudget`` counts
  /// them.
  let bufferedBytes = Atomic<Int>(0)
  let requestTimeouts = Atomic<Int>(0)
  let malformedRequests = Atomic<Int>(0)
  let responsesSucceeded = Atomic<Int>(0)
  let responsesRedirected = Atomic<Int>(0)
  let responsesRefused = Atomic<Int>(0)
  let responsesFailed = Atomic<Int>(0)

  package init() {}

  /// WebSockets open now.
  package var openWebSockets: Int { webSocketsOpen.load(ordering: .relaxed) }

  /// Bytes of request bodies and WebSocket messages held in memory now; small ones are not counted.
  package var bufferedBodyBytes: Int { bufferedBytes.load(ordering: .relaxed) }

  /// How many requests have been answered.
  package var responses: Int {
    responsesSucceeded.load(ordering: .relaxed) + responsesRedirected.load(ordering: .relaxed)
      + responsesRefused.load(ordering: .relaxed) + responsesFailed.load(ordering: .relaxed)
  }

  /// Counts one response by the class of its status.
  func countResponse(status: UInt) {
    switch status {
    case ..<300: responsesSucceeded.add(1, ordering: .relaxed)
    case ..<400: responsesRedirected.add(1, ordering: .relaxed)
    case ..<500: responsesRefused.add(1, ordering: .relaxed)
    default: responsesFailed.add(1, ordering: .relaxed)
    }
  }
}
