import Foundation
import HullDatabase
import HullPersistence
import HullValues
import Testing

extension SchemaDefinition {
  /// One table, `foods`, with a vector index of so many dimensions and two filter fields.
  static func foods(dimensions: Int = 3) -> SchemaDefinition {
    SchemaDefinition(tables: [
      TableDefinition(
        name: "foods",
        indexes: [IndexDefinition(name: "by_cuisine", fields: ["cuisine"])],
        vectorIndexes: [
          VectorIndexDefinition(
            name: "by_embedding",
            vectorField: "embedding",
            dimensions: dimensions,
            filterFields: ["cuisine", "details.rating"]
          )
        ]
      )
    ])
  }
}

extension VectorQuery {
  /// A search of `foods.by_embedding`.
  static func foods(
    _ vector: [Double],
    limit: Int? = nil,
    _ filter: (String, ConvexValue?)...
  ) -> VectorQuery {
    VectorQuery(
      table: "foods",
      index: "by_embedding",
      vector: vector,
      limit: limit,
      filter: filter.map { VectorFilterClause(field: $0.0, value: $0.1) }
    )
  }
}

extension Database {
  /// Inserts documents into `foods` in one transaction.
  @discardableResult
  func insertFoods(_ foods: [ConvexObject]) async throws -> [DocumentID] {
    try await withTransaction(source: "foods:insert") { transaction in
      var ids: [DocumentID] = []
      for food in foods { ids.append(try await transaction.insert("foods", food)) }
      return ids
    }.value
  }

  /// Inserts documents that have a vector and nothing else.
  @discardableResult
  func insertVectors(_ vectors: [[Double]]) async throws -> [DocumentID] {
    try await insertFoods(vectors.map { ["embedding": .vector($0)] })
  }

  func patch(_ id: DocumentID, _ fields: [(String, ConvexValue?)]) async throws {
    _ = try await withTransaction(source: "foods:patch") { try await $0.patch(id, fields) }
  }

  func delete(_ id: DocumentID) async throws {
    _ = try await withTransaction(source: "foods:delete") { try await $0.delete(id) }
  }
}

extension ConvexValue {
  /// An array of float64.
  static func vector(_ components: [Double]) -> ConvexValue {
    .array(components.map { .float64($0) })
  }
}

/// The seed of randomised tests: `HULL_SEED`, or one that differs from run to run and is printed.
func randomSeed(_ test: String = #function) -> UInt64 {
  let seed =
    ProcessInfo.processInfo.environment["HULL_SEED"].flatMap { UInt64($0) }
    ?? UInt64.random(in: 0...UInt64.max)
  print("\(test): seed \(seed)")
  return seed
}

/// What a vector search finds, computed document by document in double precision.
func nearest(_ query: VectorQuery, in documents: [EncodedDocument]) throws -> [VectorHit] {
  let direction = query.vector.map { Double(Float($0)) }
  func square(_ vector: [Double]) -> Double { vector.reduce(0) { $0 + $1 * $1 } }
  var hits: [VectorHit] = []
  for document in documents {
    let object = ConvexValue.object(try document.object())
    guard case .array(let elements)? = object["embedding"] else { continue }
    let components = elements.compactMap { element -> Double? in
      if case .float64(let component) = element, component.isFinite { component } else { nil }
    }
    guard elements.count == components.count, components.count == direction.count else { continue }
    let isAdmitted =
      query.filter.isEmpty
      || query.filter.contains { object[FieldPath(stringLiteral: $0.field)] == $0.value }
    guard isAdmitted else { continue }
    let vector = components.map { Double(Float($0)) }
    let dot = zip(vector, direction).reduce(0) { $0 + $1.0 * $1.1 }
    let squares = square(vector) * square(direction)
    hits.append(
      VectorHit(
        id: document.id,
        score: squares > 0 ? min(max(dot / squares.squareRoot(), -1), 1) : 0
      )
    )
  }
  hits.sort { left, right in
    left.score == right.score
      ? left.id.internalID > right.id.internalID : left.score > right.score
  }
  return Array(hits.prefix(query.limit ?? 10))
}
