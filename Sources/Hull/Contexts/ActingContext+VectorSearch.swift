extension ActingContext {
  /// Finds the documents whose vectors are most similar to a vector.
  ///
  /// ```swift
  /// let foods = try await ctx.vectorSearch(
  ///   Food.byEmbedding, vector: embedding, limit: 16, filter: .eq(\.cuisine, "French"))
  /// ```
  ///
  /// The search sees everything that was committed before, the action's own mutations included. It is
  /// no part of any transaction: a document may have changed or be gone when a query loads it.
  ///
  /// - Parameters:
  ///   - index: The index.
  ///   - vector: As many finite numbers as the index has dimensions.
  ///   - limit: The most documents to find, at most 256.
  ///   - filter: Which documents to look at; all of them if there is none.
  /// - Returns: The documents, the most similar first.
  /// - Throws: What the engine throws for a vector, a limit or a filter that does not fit the index.
  public func vectorSearch<Of: Table>(
    _ index: VectorIndex<Of>,
    vector: [Double],
    limit: Int = 10,
    filter: VectorFilter<Of>? = nil
  ) async throws -> [VectorMatch<Of>] {
    if let failure = filter?.failure { throw failure }
    return try await search(Of.tableName, index.name, vector, limit, filter?.clauses ?? [])
      .map { VectorMatch(id: ID(unchecked: $0.id), score: $0.score) }
  }

  // Disfavored, so that the numbers of a literal are doubles.

  /// Finds the documents whose vectors are most similar to a vector in single precision.
  ///
  /// - Parameters:
  ///   - index: The index.
  ///   - vector: As many finite numbers as the index has dimensions.
  ///   - limit: The most documents to find, at most 256.
  ///   - filter: Which documents to look at; all of them if there is none.
  /// - Returns: The documents, the most similar first.
  /// - Throws: What the engine throws for a vector, a limit or a filter that does not fit the index.
  @_disfavoredOverload
  public func vectorSearch<Of: Table>(
    _ index: VectorIndex<Of>,
    vector: [Float],
    limit: Int = 10,
    filter: VectorFilter<Of>? = nil
  ) async throws -> [VectorMatch<Of>] {
    try await vectorSearch(index, vector: vector.map(Double.init), limit: limit, filter: filter)
  }

  /// Finds the documents whose vectors are most similar to a vector, in an index given by name.
  ///
  /// - Parameters:
  ///   - table: The table's name.
  ///   - index: The index's name.
  ///   - vector: As many finite numbers as the index has dimensions.
  ///   - limit: The most documents to find, at most 256.
  ///   - filter: Which documents to look at; all of them if there is none.
  /// - Returns: Objects with the `_id` and the `_score` of each document, the most similar first;
  ///   none if there is no such table.
  /// - Throws: What the engine throws for an index that does not exist and for a vector, a limit or
  ///   a filter that does not fit it.
  public func vectorSearch(
    _ table: String,
    _ index: String,
    vector: [Double],
    limit: Int = 10,
    filter: NamedVectorFilter? = nil
  ) async throws -> [ConvexObject] {
    try await search(table, index, vector, limit, filter?.clauses ?? []).map { hit in
      ["_id": .string(hit.id.string), "_score": .float64(hit.score)]
    }
  }

  private func search(
    _ table: String,
    _ index: String,
    _ vector: [Double],
    _ limit: Int,
    _ filter: [VectorFilterClause]
  ) async throws -> [VectorHit] {
    if vector.isEmpty {
      throw HullError(
        code: .invalidArgument,
        message: "`vector` must be a non-empty Array in vectorSearch"
      )
    }
    return try await host.host.vectorSearch(
      VectorQuery(table: table, index: index, vector: vector, limit: limit, filter: filter)
    )
  }
}
