import Hull
import HullTesting
import Testing

@Table("foods")
private struct Food {
  var name: String
  var cuisine: String
  var embedding: [Double]?

  static let byCuisine = index("by_cuisine", \.cuisine)
  static let byEmbedding = vectorIndex(
    "by_embedding",
    \.embedding,
    dimensions: 3,
    filters: \.cuisine
  )
}

/// Vector searches from actions.
@Suite struct VectorSearchTests {
  private let t: TestBackend

  init() async throws {
    let module = Module("foods") { m in
      m.mutation(
        "add",
        args: v.object(["name": v.string(), "embedding": v.array(v.number())])
      ) { ctx, args in
        let id = try await ctx.db.insert(
          "foods",
          [
            "name": args["name"] ?? .null, "embedding": args["embedding"] ?? .null,
            "cuisine": "any",
          ]
        )
        return ConvexValue.string(id.string)
      }
      m.action("similar", args: v.object(["vector": v.array(v.number())])) { ctx, args in
        let vector = try [Double](convexValue: args["vector"] ?? .null)
        let found = try await ctx.vectorSearch("foods", "by_embedding", vector: vector, limit: 2)
        return ConvexValue.array(found.map { .object($0) })
      }
      m.action("addAndFind") { ctx, _ in
        let id = try await ctx.runMutation(
          "foods:add",
          ["name": "new", "embedding": [0, 0, 9]]
        )
        let found = try await ctx.vectorSearch(Food.byEmbedding, vector: [0, 0, 1], limit: 1)
        return ConvexValue.array([id, found[0].id.convexValue()])
      }
    }
    t = try await TestBackend(schema: try Schema(Food.self), modules: [module])
  }

  private func fill() async throws -> [ID<Food>] {
    try await t.run { ctx in
      [
        try await ctx.db.insert(Food(name: "a", cuisine: "French", embedding: [1, 1, 1])),
        try await ctx.db.insert(Food(name: "b", cuisine: "Thai", embedding: [1, 1, 0])),
        try await ctx.db.insert(Food(name: "c", cuisine: "French", embedding: [-1, 0, 0])),
        try await ctx.db.insert(Food(name: "d", cuisine: "French", embedding: [1, 0, 0])),
        try await ctx.db.insert(Food(name: "e", cuisine: "French", embedding: nil)),
      ]
    }
  }

  @Test func `three nearest by similarity, best first`() async throws {
    let ids = try await fill()
    let found = try await t.action { ctx in
      try await ctx.vectorSearch(Food.byEmbedding, vector: [1, 0, 0], limit: 3)
    }
    #expect(found.map(\.id) == [ids[3], ids[1], ids[0]])
    #expect(found.map(\.score) == [1, 1 / 2.0.squareRoot(), 1 / 3.0.squareRoot()])
  }

  @Test func `three nearest by similarity with a filter`() async throws {
    let ids = try await fill()
    let found = try await t.action { ctx in
      try await ctx.vectorSearch(
        Food.byEmbedding,
        vector: [1, 0, 0],
        limit: 3,
        filter: .eq(\.cuisine, "French")
      )
    }
    #expect(found.map(\.id) == [ids[3], ids[0], ids[2]])
    let either = try await t.action { ctx in
      try await ctx.vectorSearch(
        Food.byEmbedding,
        vector: [1, 0, 0],
        filter: .or(.eq(\.cuisine, "Thai"), .eq(\.cuisine, "Greek"))
      )
    }
    #expect(either.map(\.id) == [ids[1]])
  }

  @Test(arguments: [TestOptions.Store.memory, .temporaryFile], [1 << 30, 0])
  func `results are the same wherever the data is and with no room for the index`(
    store: TestOptions.Store,
    bytes: Int
  ) async throws {
    var options = TestOptions()
    options.store = store
    options.vectorIndexBytes = bytes
    let t = try await TestBackend(schema: try Schema(Food.self), options)
    let ids = try await t.run { ctx in
      var ids: [ID<Food>] = []
      for number in 0..<40 {
        let vector = [1, Double(number), 0]
        ids.append(
          try await ctx.db.insert(Food(name: "x", cuisine: "\(number % 4)", embedding: vector))
        )
      }
      return ids
    }
    for _ in 0..<2 {
      let found = try await t.action { ctx in
        try await ctx.vectorSearch(
          Food.byEmbedding,
          vector: [1, 0, 0],
          limit: 3,
          filter: .or(.eq(\.cuisine, "1"), .eq(\.cuisine, "3"))
        )
      }
      #expect(found.map(\.id) == [ids[1], ids[3], ids[5]])
    }
    await t.close()
  }

  @Test func `the query vector has the dimensions of the index`() async throws {
    _ = try await fill()
    let error = await #expect(throws: FunctionError.self) {
      try await t.action("foods:similar", ["vector": [1, 2]])
    }
    #expect(
      error?.message.contains("Expected a vector with dimensions 3, received 2.") == true,
      "\(String(describing: error))"
    )
  }

  @Test func `the result of a search by name goes to clients as it is`() async throws {
    let ids = try await fill()
    #expect(
      try await t.action("foods:similar", ["vector": [2, 2, 0]]) == [
        ["_id": .string(ids[1].string), "_score": 1],
        ["_id": .string(ids[0].string), "_score": .float64(2 / 6.0.squareRoot())],
      ]
    )
  }

  @Test func `an action finds what its own mutation wrote`() async throws {
    _ = try await fill()
    for _ in 0..<3 {
      guard case .array(let ids) = try await t.action("foods:addAndFind") else {
        Issue.record("no array")
        return
      }
      #expect(ids[0] == ids[1])
    }
  }

  @Test func `the errors of a search can be caught`() async throws {
    let text = try await t.action { ctx in
      do {
        _ = try await ctx.vectorSearch("foods", "by_cuisine", vector: [1, 2, 3])
        return "found something"
      } catch {
        return "\(error)"
      }
    }
    #expect(text.contains("Index foods.by_cuisine is not a vector index"))
  }

  @Test func `a document that was deleted is not found`() async throws {
    let ids = try await fill()
    try await t.run { ctx in try await ctx.db.delete(ids[3]) }
    let found = try await t.action { ctx in
      try await ctx.vectorSearch(Food.byEmbedding, vector: [1, 0, 0], limit: 1)
    }
    #expect(found.map(\.id) == [ids[1]])
  }

  @Test func `searches of one action may run at the same time`() async throws {
    let ids = try await fill()
    let found = try await t.action { ctx in
      async let a = ctx.vectorSearch(Food.byEmbedding, vector: [1, 0, 0], limit: 1)
      async let b = ctx.vectorSearch(Food.byEmbedding, vector: [-1, 0, 0], limit: 1)
      async let c = ctx.vectorSearch(Food.byEmbedding, vector: [1, 1, 1], limit: 1)
      return try await [a, b, c].flatMap { $0.map(\.id) }
    }
    #expect(found == [ids[3], ids[2], ids[0]])
  }
}
