/// What runs the vector searches of an action.
package protocol VectorSearchHost: Sendable {
  /// Finds the documents whose vectors point most nearly in a direction, best first.
  ///
  /// - Parameter query: What to find.
  /// - Returns: The documents; none if there is no such table.
  /// - Throws: What the engine throws, such as for a vector of the wrong length.
  func vectorSearch(_ query: VectorQuery) async throws -> [VectorHit]
}
