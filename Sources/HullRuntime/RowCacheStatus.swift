// How rows in memory have fared so far.

import HullDatabase

/// How rows in memory have fared since the backend was opened.
package struct RowCacheStatus: Sendable, Hashable {
  /// Documents and pages of scans that were read from memory.
  package var hits: Int
  /// Those that were not there, or not to their end.
  package var misses: Int
  /// Memory that rows take now, in bytes, about.
  package var bytes: Int
}

extension Backend {
  /// How rows in memory have fared so far.
  package var rowCacheStatus: RowCacheStatus {
    let counters = database.rowCacheCounters
    return RowCacheStatus(hits: counters.hits, misses: counters.misses, bytes: counters.bytes)
  }
}
