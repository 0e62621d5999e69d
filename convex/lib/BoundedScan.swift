import Hull

extension QueryOperations {
  /// The first documents that a closure keeps, out of the first few of the query.
  ///
  /// Unlike a filter, it never reads on and on where nothing matches.
  ///
  /// - Parameters:
  ///   - count: The most documents to return.
  ///   - bound: The most documents to look at.
  ///   - isIncluded: Called once per document looked at.
  /// - Returns: The documents in the order of the query.
  /// - Throws: What the database or the closure throws.
  func take(
    _ count: Int,
    ofFirst bound: Int,
    where isIncluded: (Element) throws -> Bool
  ) async throws -> [Element] {
    var found: [Element] = []
    var looked = 0
    for try await element in query {
      looked += 1
      if try isIncluded(element) { found.append(element) }
      if found.count == count || looked == bound { break }
    }
    return found
  }

  /// The first documents that a closure keeps, out of at most four times as many.
  ///
  /// - Parameters:
  ///   - count: The most documents to return.
  ///   - isIncluded: Called once per document looked at.
  /// - Returns: The documents in the order of the query.
  /// - Throws: What the database or the closure throws.
  func take(_ count: Int, where isIncluded: (Element) throws -> Bool) async throws -> [Element] {
    try await take(count, ofFirst: 4 * count, where: isIncluded)
  }
}
