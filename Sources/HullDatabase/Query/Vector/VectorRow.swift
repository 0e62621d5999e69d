internal import HullValues

/// What a vector index keeps of one document.
struct VectorRow: Sendable {
  /// The document's vector.
  var direction: DirectionVector
  /// The values of the index's filter fields.
  var filters: [FilterFingerprint]
}

/// Reads what a vector index keeps off documents.
struct VectorRowReader {
  private let definition: VectorIndexDefinition
  /// Where components are read into, again and again.
  private var components: [Double]

  init(_ definition: VectorIndexDefinition) {
    self.definition = definition
    components = [Double](repeating: 0, count: definition.dimensions)
  }

  /// What an index keeps of a document.
  ///
  /// - Returns: nil for a document that is not in the index: its vector is missing, is no array of
  ///   as many float64 as the index has dimensions, or has a component that is infinite or NaN.
  mutating func row(of document: EncodedDocument) -> VectorRow? {
    let values = document.json.vector(
      definition.vectorField,
      into: &components,
      with: definition.filterFields
    )
    return values.map { values in
      VectorRow(
        direction: DirectionVector(components),
        filters: values.map(FilterFingerprint.init)
      )
    }
  }
}
