// The counters of vector search in `/metrics`.

import HullRuntime

extension MetricsText {
  static func renderVectorSearch(of backend: Backend) -> String {
    let status = backend.vectorSearchStatus
    return """
      # HELP hull_vector_searches_total Vector searches since the start.
      # TYPE hull_vector_searches_total counter
      hull_vector_searches_total \(status.searches)
      # HELP hull_vector_searches_streamed_total Vector searches without room for their index.
      # TYPE hull_vector_searches_streamed_total counter
      hull_vector_searches_streamed_total \(status.streamedSearches)
      # HELP hull_vector_index_builds_total Vector indexes made of their documents since the start.
      # TYPE hull_vector_index_builds_total counter
      hull_vector_index_builds_total \(status.builds)
      # HELP hull_vector_index_evictions_total Vector indexes that had to make room since the start.
      # TYPE hull_vector_index_evictions_total counter
      hull_vector_index_evictions_total \(status.evictions)
      # HELP hull_vector_index_vectors Vectors in memory now.
      # TYPE hull_vector_index_vectors gauge
      hull_vector_index_vectors \(status.vectors)
      # HELP hull_vector_index_bytes About how much memory vector indexes take now.
      # TYPE hull_vector_index_bytes gauge
      hull_vector_index_bytes \(status.bytes)

      """
  }
}
