// What vector searches have cost so far.

import HullDatabase

/// What vector searches have cost since the backend was opened.
package struct VectorSearchStatus: Sendable, Hashable {
  /// Searches.
  package var searches: Int
  /// Those that read the documents because there was no room for the index.
  package var streamedSearches: Int
  /// How often an index was made of its documents.
  package var builds: Int
  /// How often an index had to make room.
  package var evictions: Int
  /// Vectors in memory now.
  package var vectors: Int
  /// Memory that vector indexes take now, in bytes.
  package var bytes: Int
}

extension Backend {
  /// What vector searches have cost so far.
  package var vectorSearchStatus: VectorSearchStatus {
    let counters = database.vectorSearchCounters
    return VectorSearchStatus(
      searches: counters.searches,
      streamedSearches: counters.streamedSearches,
      builds: counters.builds,
      evictions: counters.evictions,
      vectors: counters.loadedVectors,
      bytes: counters.loadedBytes
    )
  }
}
