// `/metrics`: counters in Prometheus' text format.

import HullRuntime
import Synchronization

extension RouteTable {
  mutating func addMetricsRoute(_ counters: ServerCounters, _ backend: Backend) {
    getPlainly("/metrics") {
      let text =
        MetricsText.render(counters) + MetricsText.render(backend)
        + MetricsText.renderVectorSearch(of: backend) + MetricsText.renderJobs(of: backend)
      var response = HTTPResponse.text(text)
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
      # HELP hull_http_requests_waiting Requests that wait for their turn now.
      # TYPE hull_http_requests_waiting gauge
      hull_http_requests_waiting \(counters.requestsWaiting.load(ordering: .relaxed))
      # HELP hull_http_requests_turned_away_total Requests answered 503 unseen since the start.
      # TYPE hull_http_requests_turned_away_total counter
      hull_http_requests_turned_away_total{reason="full"} \
      \(counters.requestsTurnedAway.load(ordering: .relaxed))
      hull_http_requests_turned_away_total{reason="expired"} \
      \(counters.requestsExpired.load(ordering: .relaxed))
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

  static func render(_ backend: Backend) -> String {
    let cache = backend.queryCacheCounters
    let rows = backend.rowCacheStatus
    return """
      # HELP hull_query_cache_hits_total Queries answered from a kept result since the start.
      # TYPE hull_query_cache_hits_total counter
      hull_query_cache_hits_total \(cache.hits)
      # HELP hull_query_cache_misses_total Queries that had to be run since the start.
      # TYPE hull_query_cache_misses_total counter
      hull_query_cache_misses_total \(cache.misses)
      # HELP hull_query_cache_shared_total Queries answered by a run begun for another since the start.
      # TYPE hull_query_cache_shared_total counter
      hull_query_cache_shared_total \(cache.shared)
      # HELP hull_query_cache_evictions_total Kept results that had to make room since the start.
      # TYPE hull_query_cache_evictions_total counter
      hull_query_cache_evictions_total \(cache.evictions)
      # HELP hull_query_cache_entries Results kept now.
      # TYPE hull_query_cache_entries gauge
      hull_query_cache_entries \(cache.entries)
      # HELP hull_query_cache_bytes About how much memory kept results take now.
      # TYPE hull_query_cache_bytes gauge
      hull_query_cache_bytes \(cache.bytes)
      # HELP hull_row_cache_hits_total Documents and pages of rows read from memory since the start.
      # TYPE hull_row_cache_hits_total counter
      hull_row_cache_hits_total \(rows.hits)
      # HELP hull_row_cache_misses_total Documents and pages of rows read from the store since the start.
      # TYPE hull_row_cache_misses_total counter
      hull_row_cache_misses_total \(rows.misses)
      # HELP hull_row_cache_bytes About how much memory these rows take now.
      # TYPE hull_row_cache_bytes gauge
      hull_row_cache_bytes \(rows.bytes)
      # HELP hull_subscriptions Results whose validity is watched now.
      # TYPE hull_subscriptions gauge
      hull_subscriptions \(backend.subscriptionCount)

      """
  }
}
