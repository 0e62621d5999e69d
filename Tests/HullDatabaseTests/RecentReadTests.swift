import HullDatabase
import HullPersistence
import HullValues
import Testing

/// What a transaction has read is at hand when it writes it.
@Suite struct RecentReadTests {
  private struct Failure: Error {}

  @Test func `what a query of a few has found is written without reading it again`() async throws {
    try await withPosts(2) { database, store, _ in
      try await database.withTransaction(source: "posts:raise") { transaction in
        let query = Query.byAuthorScore(IndexRangeClause(.eq, "author", "ann")).then(.limit(2))
        let found = try await transaction.collect(query)
        let read = store.documents
        for post in found { try await transaction.patch(post.id, [("score", 10)]) }
        #expect(found.values("score") == [0, 1])
        #expect(store.documents == read)
      }
      #expect(try await database.collect(.byAuthorScore()).values("score") == [10, 10])
    }
  }

  @Test func `what was read by id is read once, and written, and deleted`() async throws {
    try await withPosts(2) { database, store, ids in
      let read = store.documents
      try await database.withTransaction(source: "posts:replace") { transaction in
        #expect(try await transaction.get(ids[0]) != nil)
        #expect(try await transaction.get(ids[0]) != nil)
        try await transaction.replace(ids[0], with: ["author": "ann", "score": 7])
        #expect(try await transaction.get(ids[0])?.object()["score"] == 7)
        #expect(try await transaction.get(ids[1]) != nil)
        try await transaction.delete(ids[1].string)
        #expect(try await transaction.get(ids[1]) == nil)
      }
      #expect(store.documents == read + 2)
      #expect(try await database.collect(.byAuthorScore()).values("score") == [7])
    }
  }

  @Test func `a mutation that deletes the first one again and again reads ever longer pages`()
    async throws
  {
    try await withPosts(200) { database, store, _ in
      let before = store.scans
      try await database.withTransaction(source: "posts:clear") { transaction in
        let first = Query.byAuthorScore(IndexRangeClause(.eq, "author", "ann")).then(.limit(1))
        while let post = try await transaction.collect(first).first {
          try await transaction.delete(post.id)
        }
      }
      #expect(try await database.collect(.byAuthorScore()).isEmpty)
      // Each looks for what is left behind those that are deleted: one row, 64, 128.
      #expect(store.scans - before < 4 * 201)
    }
  }

  @Test func `what a call has taken back is as it was read`() async throws {
    try await withPosts(1) { database, _, ids in
      try await database.withTransaction(source: "posts:try") { transaction in
        #expect(try await transaction.get(ids[0])?.object()["score"] == 0)
        await #expect(throws: Failure.self) {
          try await transaction.nested { call in
            try await call.patch(ids[0], [("score", 5)])
            throw Failure()
          }
        }
        #expect(try await transaction.get(ids[0])?.object()["score"] == 0)
        try await transaction.patch(ids[0], [("author", "bob")])
      }
      let post = try #require(try await database.collect(.byAuthorScore()).first).object()
      #expect(post["score"] == 0)
      #expect(post["author"] == "bob")
    }
  }

  @Test func `of many documents each is written over what it was`() async throws {
    try await withPosts(50) { database, _, ids in
      try await database.withTransaction(source: "posts:raise") { transaction in
        for id in ids { _ = try await transaction.get(id) }
        for id in ids {
          let score = try #require(try await transaction.get(id)?.object()["score"]?.float64)
          try await transaction.patch(id, [("score", .float64(score + 100))])
        }
      }
      let scores = try await database.collect(.byAuthorScore()).values("score")
      #expect(scores == (100..<150).map { .float64(Double($0)) })
    }
  }

  @Test func `what another commit has changed since it was read is a conflict`() async throws {
    try await withPosts(1) { database, _, ids in
      let loser = database.begin(.readWrite)
      _ = try await loser.get(ids[0])
      try await database.withTransaction(source: "posts:win") { winner in
        try await winner.patch(ids[0], [("score", 1)])
      }
      try await loser.patch(ids[0], [("score", 2)])
      await #expect(throws: DatabaseError.self) {
        try await database.commit(loser, source: "posts:lose")
      }
      #expect(try await database.collect(.byAuthorScore()).values("score") == [1])
    }
  }

  /// Runs a test with so many posts of one author, none of them in memory.
  private func withPosts(
    _ count: Int,
    _ body: (Database, HookedPersistence, [DocumentID]) async throws -> Void
  ) async throws {
    let store = HookedPersistence()
    var options = DatabaseOptions.test()
    options.rowCacheBytes = 0
    let database = try await Database.open(persistence: store, schema: .posts, options: options)
    let ids = try await database.insertPosts(
      (0..<count).map { ["author": "ann", "score": .float64(Double($0))] }
    )
    try await body(database, store, ids)
    await database.close()
  }
}
