internal import HullPersistence
package import HullValues

extension Database {
  /// Finds the documents whose vectors point most nearly in a direction.
  ///
  /// The result is that of the newest published commit, or of a later one that is published while
  /// the search runs. It is exact: every vector of the index is compared. Searches are part of no
  /// transaction; nothing is recorded as read.
  ///
  /// Vectors are compared as Float32, scores computed in double precision. A million vectors of 768
  /// dimensions take 3.2 GB of memory and about 0.4 s on a machine that reads 8 GB/s, in time
  /// proportional to the vectors that satisfy the filter; the first search reads all documents of
  /// the table besides.
  ///
  /// - Parameter query: What to find.
  /// - Returns: The documents, best first, of equal ones those with the greatest ids; none if there
  ///   is no such table. A vector without direction, all zeros, has score zero.
  /// - Throws: ``DatabaseError`` for an index that does not exist, is no vector index or cannot be
  ///   queried, and for a vector, limit or filter that does not fit it.
  package func vectorSearch(_ query: VectorQuery) async throws -> [VectorHit] {
    let name = try TableName(argument: query.table, of: "vectorSearch")
    let (catalog, isClosed) = committer.withState { ($0.publishedCatalog, $0.isClosed) }
    if isClosed { throw DatabaseError.closed }
    guard let table = catalog.table(named: name), !table.isHidden else { return [] }
    let printable = "\(query.table).\(query.index)"
    let index = try table.queryableIndex(named: query.index, printable: printable)
    guard case .vector(let definition) = index.kind else {
      throw DatabaseError(
        code: "IndexNotAVectorIndexError",
        message: "Index \(printable) is not a vector index"
      )
    }
    let search = try CompiledVectorSearch(query, against: definition, named: printable)
    if search.limit == 0 { return [] }
    return try await committer.vectorIndexes.nearest(
      search,
      in: index.id,
      of: table.number,
      definition,
      from: committer
    ).map { best in
      VectorHit(
        id: DocumentID(tableNumber: table.number, internalID: best.id),
        score: best.score
      )
    }
  }

  /// What has come of vector searches so far.
  package var vectorSearchCounters: VectorSearchCounters { committer.vectorIndexes.counters }
}
