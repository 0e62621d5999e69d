@testable import Hull
import Testing

/// Foods with vectors: a table, its indexes and what an action makes of them.
@Table("foods")
struct Food: Hashable {
  var cuisine: String
  var rating: Double?
  var embedding: [Double]
  var flavour: [Double]?
  var scent: Nullable<[Double]>
  var origin: Origin

  @ConvexObject
  struct Origin: Hashable {
    var place: String
    var position: [Double]
  }

  static let byEmbedding = vectorIndex(
    "by_embedding",
    \.embedding,
    dimensions: 4,
    filters: \.cuisine,
    \.rating
  )
  static let byFlavour = vectorIndex("by_flavour", \.flavour, dimensions: 2)
  static let byScent = vectorIndex("by_scent", \.scent, dimensions: 3)
  static let byPosition = vectorIndex(
    "by_position",
    \.origin.position,
    dimensions: 2,
    filters: \.origin.place
  )
}

@Suite struct VectorSearchTests {
  private let host = FakeHost()
  private var ctx: ActionContext { ActionContext(host: HostHandle(host)) }

  @Test func `vector indexes of a struct are in its table's schema`() throws {
    #expect(
      try Food.definition.vectorIndexes == [
        VectorIndexDefinition(
          name: "by_embedding",
          vectorField: "embedding",
          dimensions: 4,
          filterFields: ["cuisine", "rating"]
        ),
        VectorIndexDefinition(name: "by_flavour", vectorField: "flavour", dimensions: 2),
        VectorIndexDefinition(name: "by_scent", vectorField: "scent", dimensions: 3),
        VectorIndexDefinition(
          name: "by_position",
          vectorField: "origin.position",
          dimensions: 2,
          filterFields: ["origin.place"]
        ),
      ]
    )
    try Schema(Food.self).checkRules()
  }

  @Test func `a search asks for what was written and returns typed ids`() async throws {
    host.with { $0.hits = [VectorHit(id: TestData.id(7), score: 0.5)] }
    let found = try await ctx.vectorSearch(Food.byEmbedding, vector: [1, 2, 3, 4])
    #expect(found == [VectorMatch(id: ID(unchecked: TestData.id(7)), score: 0.5)])
    _ = try await ctx.vectorSearch(
      Food.byEmbedding,
      vector: [0.5, 2, 3, 4] as [Float],
      limit: 3,
      filter: .or(.eq(\.cuisine, "French"), .or(.eq(\.rating, nil), .eq(\.rating, 5)))
    )
    let filters = ["French", "Thai"].map { VectorFilter<Food>.eq(\.cuisine, $0) }
    _ = try await ctx.vectorSearch(Food.byFlavour, vector: [1, 2], filter: .or(filters))
    #expect(
      host.with { $0.searches } == [
        VectorQuery(table: "foods", index: "by_embedding", vector: [1, 2, 3, 4], limit: 10),
        VectorQuery(
          table: "foods",
          index: "by_embedding",
          vector: [0.5, 2, 3, 4],
          limit: 3,
          filter: [
            VectorFilterClause(field: "cuisine", value: "French"),
            VectorFilterClause(field: "rating", value: nil),
            VectorFilterClause(field: "rating", value: 5),
          ]
        ),
        VectorQuery(
          table: "foods",
          index: "by_flavour",
          vector: [1, 2],
          limit: 10,
          filter: [
            VectorFilterClause(field: "cuisine", value: "French"),
            VectorFilterClause(field: "cuisine", value: "Thai"),
          ]
        ),
      ]
    )
  }

  @Test func `a search of an index given by name returns objects`() async throws {
    host.with { $0.hits = [VectorHit(id: TestData.id(7), score: 0.5)] }
    let found = try await ctx.vectorSearch(
      "foods",
      "by_embedding",
      vector: [1, 2],
      limit: 5,
      filter: .or(.eq("cuisine", "French"), .eq("rating", nil))
    )
    #expect(found == [["_id": .string(TestData.id(7).string), "_score": 0.5]])
    #expect(
      host.with { $0.searches } == [
        VectorQuery(
          table: "foods",
          index: "by_embedding",
          vector: [1, 2],
          limit: 5,
          filter: [
            VectorFilterClause(field: "cuisine", value: "French"),
            VectorFilterClause(field: "rating", value: nil),
          ]
        )
      ]
    )
  }

  @Test func `a search needs a vector and values that can be written`() async throws {
    let error = await #expect(throws: HullError.self) {
      try await ctx.vectorSearch("foods", "by_embedding", vector: [])
    }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message == "`vector` must be a non-empty Array in vectorSearch")
    await #expect(throws: HullError.self) {
      try await ctx.vectorSearch(Food.byEmbedding, vector: [] as [Float])
    }
    #expect(host.with { $0.searches.count } == 0)
  }

  @Test func `a match is an object for clients`() throws {
    let match = VectorMatch<Food>(id: ID(unchecked: TestData.id(7)), score: 0.25)
    let value = ConvexValue.object(["_id": .string(TestData.id(7).string), "_score": 0.25])
    #expect(match.convexValue() == value)
    #expect(try VectorMatch<Food>(convexValue: value) == match)
    #expect(
      VectorMatch<Food>.convexValidator
        == v.object(["_id": v.id("foods"), "_score": v.number()])
    )
    #expect(throws: ValueDecodingError.self) {
      try VectorMatch<Food>(convexValue: ["_id": "no id", "_score": 1])
    }
    #expect(throws: ValueDecodingError.self) { try VectorMatch<Food>(convexValue: "x") }
  }
}
