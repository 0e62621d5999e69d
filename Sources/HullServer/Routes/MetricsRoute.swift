// `/metrics`: counters in Prometheus' text format.

import Synchronization

extension RouteTable {
  mutating func addMetricsRoute(_ counters: ServerCounters) {
    getPlainly("/metrics") {
      var response = HTTPResponse.text(MetricsText.render(counters))
      response.contentType = .metrics
      return response
    }
  }
}

/// Renders counters.
enum MetricsText {
  static func render(_ counters: ServerCounters) -> String {
    let responses = [
      ("2xx", counters.responsesSucceeded.load(ordering: .relaxed)),
      ("3xx", counters.responsesRedirected.load(ordering: .relaxed)),
      ("4xx", counters.responsesRefused.load(ordering: .relaxed)),
      ("5xx", counters.responsesFailed.load(ordering: .relaxed)),
    ]
    return """
      # HELP hull_http_connections_accepted_total Connections accepted since the start.
      # TYPE hull_http_connections_accepted_total counter
      hull_http_connections_accepted_total \
      \(counters.connectionsAccepted.load(ordering: .relaxed))
      # HELP hull_http_connections_open Connections open now.
      # TYPE hull_http_connections_open gauge
      hull_http_connections_open \(counters.connectionsOpen.load(ordering: .relaxed))
      # HELP hull_http_requests_in_flight Requests being answered now.
      # TYPE hull_http_requests_in_flight gauge
      hull_http_requests_in_flight \(counters.requestsInFlight.load(ordering: .relaxed))
      # HELP hull_websockets_opened_total WebSockets opened since the start.
      # TYPE hull_websockets_opened_total counter
      hull_websockets_opened_total \(counters.webSocketsOpened.load(ordering: .relaxed))
      # HELP hull_websockets_open WebSockets open now.
      # TYPE hull_websockets_open gauge
      hull_websockets_open \(counters.openWebSockets)
      # HELP hull_websockets_overrun_total WebSockets closed because their client was too slow.
      # TYPE hull_websockets_overrun_total counter
      hull_websockets_overrun_total \(counters.webSocketsOverrun.load(ordering: .relaxed))
      # HELP hull_http_buffered_body_bytes Bytes of larger bodies and messages held in memory now.
      # TYPE hull_http_buffered_body_bytes gauge
      hull_http_buffered_body_bytes \(counters.bufferedBodyBytes)
      # HELP hull_http_responses_total Responses since the start, by class of status.
      # TYPE hull_http_responses_total counter
      \(responses.map { "hull_http_responses_total{class=\"\($0)\"} \($1)" }.joined(separator: "\n"))
      # HELP hull_http_request_timeouts_total Requests answered 408 since the start.
      # TYPE hull_http_request_timeouts_total counter
      hull_http_request_timeouts_total \(counters.requestTimeouts.load(ordering: .relaxed))
      # HELP hull_http_malformed_requests_total Requests that were not HTTP/1 since the start.
      # TYPE hull_http_malformed_requests_total counter
      hull_http_malformed_requests_total \(counters.malformedRequests.load(ordering: .relaxed))

      """
  }
}
