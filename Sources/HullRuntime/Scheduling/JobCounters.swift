// What the running of scheduled functions looks like from outside.

import HullDatabase

/// Counts of scheduled functions since the start.
package struct JobCounters: Sendable, Hashable {
  /// Those that returned.
  package var succeeded = 0
  /// Those that threw, or could not be run.
  package var failed = 0
  /// How often one was put off because of a fault of the server.
  package var retries = 0
  /// How many run now.
  package var running = 0
  /// By how many seconds the one that waits longest is late.
  package var lag = 0.0

  /// When the one that waits longest was due, as of the last look; milliseconds since 1970.
  var oldestWaiting: Double?

  mutating func count(_ end: FunctionRunner.JobEnd) {
    switch end {
    case .over(.success): succeeded += 1
    case .over(.failed): failed += 1
    case .over, .superseded: break
    }
  }
}
