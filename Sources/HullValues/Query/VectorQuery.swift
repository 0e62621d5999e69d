/// A search for the documents whose vectors point most nearly in a given direction.
package struct VectorQuery: Sendable, Hashable {
  /// The name of the table, as the author wrote it.
  package var table: String
  /// The name of the vector index within the table.
  package var index: String
  /// The direction; as many components as the index has dimensions.
  package var vector: [Double]
  /// The most documents to find, 0…256; nil for the usual number, 10.
  package var limit: Int?
  /// Documents that satisfy any of these are looked at; all documents if there are none.
  package var filter: [VectorFilterClause]

  package init(
    table: String,
    index: String,
    vector: [Double],
    limit: Int? = nil,
    filter: [VectorFilterClause] = []
  ) {
    self.table = table
    self.index = index
    self.vector = vector
    self.limit = limit
    self.filter = filter
  }
}

/// One condition of a vector search: a filter field equal to a value.
package struct VectorFilterClause: Sendable, Hashable {
  /// The path of the field, as the author wrote it.
  package var field: String
  /// What it must be; nil for `undefined`, the value of a missing field.
  package var value: ConvexValue?

  package init(field: String, value: ConvexValue?) {
    self.field = field
    self.value = value
  }
}

/// A document a vector search found.
package struct VectorHit: Sendable, Hashable {
  /// The document.
  package var id: DocumentID
  /// The cosine of the angle between its vector and the one searched for, -1…1.
  package var score: Double

  package init(id: DocumentID, score: Double) {
    self.id = id
    self.score = score
  }
}
