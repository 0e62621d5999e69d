// What a run of the load generator measured.

/// What a run of the load generator measured.
struct LoadReport: Codable {
  /// Requests answered within the measured time.
  var requests: Int
  /// Answers whose status was not 200.
  var refused: Int
  /// The measured time.
  var seconds: Double
  /// Median time from request to answer, in milliseconds.
  var p50: Double
  /// 99th percentile of the same.
  var p99: Double

  var perSecond: Double { Double(requests) / seconds }

  /// The latencies as a table shows them.
  var latencies: String {
    "p50 \(Unit.microseconds.text(p50 * 1_000)), p99 \(Unit.microseconds.text(p99 * 1_000))"
  }
}
