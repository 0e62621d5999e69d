import HullDatabase
import HullPersistence
import HullValues
import TestRandomness
import Testing

/// Random documents, writes, searches and restarts against a walk over all documents.
@Suite struct VectorSearchModelTests {
  @Test(arguments: Engine.allCases, [2, 3, 16, 17, 40])
  func `a search finds what a walk over all documents finds, in the same order`(
    engine: Engine,
    dimensions: Int
  ) async throws {
    let seed = randomSeed()
    try await engine.withStore { open in
      var random = SeededGenerator(seed: seed &+ UInt64(dimensions))
      var ids: [DocumentID] = []
      // The last round has no room for the index, the one before for half of it.
      for budget in [1 << 30, 1 << 20, 6_000, 0] {
        var options = DatabaseOptions.test(seed: random.next())
        options.vectorIndexBytes = budget
        options.backfillBatchDocuments = 7
        let database = try await Database.open(
          persistence: try await open(),
          schema: .foods(dimensions: dimensions),
          options: options
        )
        for _ in 0..<12 {
          try await Self.write(to: database, dimensions, &ids, &random)
          for _ in 0..<3 { try await Self.check(database, dimensions, &random, "seed \(seed)") }
        }
        await database.close()
      }
    }
  }

  private static let cuisines: [ConvexValue?] = [
    nil, .null, 1, "French", "a cuisine with a very long name", .boolean(true),
  ]

  /// Changes some documents in one transaction.
  private static func write(
    to database: Database,
    _ dimensions: Int,
    _ ids: inout [DocumentID],
    _ random: inout SeededGenerator
  ) async throws {
    let writer = database.begin(.readWrite)
    for _ in 0..<(1 + random.below(12)) {
      switch ids.isEmpty ? 0 : random.below(6) {
      case 0, 1, 2: ids.append(try await writer.insert("foods", food(dimensions, &random)))
      case 3:
        let vector = vector(dimensions, &random)
        _ = try await writer.patch(random.element(of: ids), [("embedding", vector)])
      case 4:
        let cuisine = random.element(of: cuisines)
        _ = try await writer.patch(random.element(of: ids), [("cuisine", cuisine)])
      default:
        let id = ids.remove(at: random.below(ids.count))
        try await writer.delete(id)
      }
    }
    try await database.commit(writer, source: "foods:random")
  }

  private static func food(_ dimensions: Int, _ random: inout SeededGenerator) -> ConvexObject {
    var fields: [(String, ConvexValue)] = [("embedding", vector(dimensions, &random))]
    if let cuisine = random.element(of: cuisines) { fields.append(("cuisine", cuisine)) }
    if random.below(2) == 0 {
      fields.append(("details", ["rating": .float64(Double(random.below(3)))]))
    }
    return ConvexObject(literal: fields)
  }

  /// A vector whose dot products are exact, so that equal scores are equal here and there.
  private static func components(
    _ dimensions: Int,
    _ random: inout SeededGenerator
  ) -> [Double] {
    (0..<dimensions).map { _ in Double(random.below(9)) - 4 }
  }

  private static func vector(_ dimensions: Int, _ random: inout SeededGenerator) -> ConvexValue {
    switch random.below(12) {
    case 0: .vector(components(dimensions + 1, &random))
    case 1: .vector(components(dimensions - 1, &random) + [.nan])
    case 2: .null
    case 3: .vector(Array(repeating: 0, count: dimensions))
    default: .vector(components(dimensions, &random))
    }
  }

  private static func check(
    _ database: Database,
    _ dimensions: Int,
    _ random: inout SeededGenerator,
    _ comment: Comment
  ) async throws {
    var query = VectorQuery.foods(components(dimensions, &random))
    query.limit = random.element(of: [nil, 1, 3, 20, 256])
    if random.below(2) == 0 {
      for _ in 0...random.below(3) {
        query.filter.append(
          VectorFilterClause(field: "cuisine", value: random.element(of: cuisines))
        )
      }
    }
    if random.below(3) == 0 {
      query.filter.append(VectorFilterClause(field: "details.rating", value: 1))
    }
    let found = try await database.vectorSearch(query)
    let documents = try await database.collect(Query(table: "foods"))
    #expect(found == (try nearest(query, in: documents)), comment)
  }

  @Test func `scores of arbitrary vectors are those of double precision`() async throws {
    let seed = randomSeed()
    var random = SeededGenerator(seed: seed)
    func component() -> Double { Double(Float(Double(random.below(2_000_001)) / 1e6 - 1)) }
    let database = try await Database.inMemory(schema: .foods(dimensions: 100))
    // Some close to each other, so that single precision could not tell them apart.
    let center = (0..<100).map { _ in component() }
    for _ in 0..<20 {
      try await database.insertVectors(
        (0..<25).map { _ in
          random.below(2) == 0
            ? (0..<100).map { _ in component() }
            : center.map { Double(Float($0 + component() * 1e-4)) }
        }
      )
    }
    let documents = try await database.collect(Query(table: "foods"))
    for limit in [1, 10, 100, 256] {
      let query = VectorQuery.foods(center, limit: limit)
      let (found, expected) = (
        try await database.vectorSearch(query), try nearest(query, in: documents)
      )
      #expect(found.map(\.id) == expected.map(\.id), "seed \(seed)")
      for (hit, other) in zip(found, expected) {
        #expect(abs(hit.score - other.score) < 1e-13, "seed \(seed)")
      }
    }
  }
}
