// What the connections of one server share.

import HullRuntime
import Logging
import NIOCore

/// What all connections of a server share.
struct ConnectionContext: Sendable {
  var configuration: ServerConfiguration
  var timeouts: ConnectionTimeouts
  var webSocketLimits: WebSocketLimits
  var webSockets: WebSocketLoops
  var router: any HTTPRouter
  /// Bound the requests worked on.
  var gates: RequestGates
  var bodies: BodyBudget
  var counters: ServerCounters
  var date: ResponseDate
  /// Where requests are worked on.
  var executor: FunctionExecutor
  var logger: Logger
}

/// The time limits of a configuration, in the unit of the event loops.
struct ConnectionTimeouts: Sendable {
  let idle, head, body, request, refusal, drain: TimeAmount

  init(_ configuration: ServerConfiguration) {
    idle = TimeAmount(configuration.idleTimeout)
    head = TimeAmount(configuration.headTimeout)
    body = TimeAmount(configuration.bodyTimeout)
    request = TimeAmount(configuration.requestTimeout)
    refusal = TimeAmount(configuration.refusalDelay)
    drain = TimeAmount(configuration.drainTimeout)
  }
}
