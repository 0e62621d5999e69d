import HullDatabase
import HullPersistence
import HullValues
import Testing

/// What a search depends on, seen by which commits conflict with it.
@Suite struct SearchReadSetTests {
  private func conflicts(
    _ query: Query,
    taking count: Int = 1000,
    write: @escaping @Sendable (Transaction, [DocumentID]) async throws -> Void
  ) async throws -> Bool {
    let database = try await Database.inMemory(schema: .posts)
    let ids = try await database.insertPosts([
      ["body": "red apple", "tenant": "a", "is_public": true],
      ["body": "green pear", "tenant": "b", "is_public": true],
    ])
    let reader = database.begin(.readWrite)
    _ = try await reader.take(count, of: query)
    _ = try await reader.insert("other", [:])
    try await database.withTransaction(source: "posts:write") { try await write($0, ids) }
    do {
      try await database.commit(reader, source: "posts:search")
      return false
    } catch let error as DatabaseError where error.kind == .conflict {
      return true
    }
  }

  private func inserts(
    _ body: String,
    tenant: ConvexValue = "a",
    isPublic: Bool = true
  ) -> @Sendable (Transaction, [DocumentID]) async throws -> Void {
    { transaction, _ in
      _ = try await transaction.insert(
        "posts",
        ["body": .string(body), "tenant": tenant, "is_public": .boolean(isPublic)]
      )
    }
  }

  @Test func `a write with one of the words conflicts and one without does not`() async throws {
    let query = Query.search("apple pear")
    #expect(try await conflicts(query, write: inserts("an apple")))
    #expect(try await conflicts(query, write: inserts("pears")))
    #expect(try await !conflicts(query, write: inserts("apples")))
    #expect(try await !conflicts(query, write: inserts("plum")))
  }

  @Test func `a search without results is protected against phantoms`() async throws {
    #expect(try await conflicts(.search("plum"), write: inserts("plum jam")))
    #expect(try await conflicts(.search("plu"), write: inserts("plum jam")))
    #expect(try await !conflicts(.search("plum x"), write: inserts("plums")))
  }

  @Test func `a document that loses the word conflicts`() async throws {
    #expect(
      try await conflicts(.search("apple x")) { transaction, ids in
        _ = try await transaction.patch(ids[0], [("body", "nothing")])
      }
    )
    #expect(
      try await conflicts(.search("apple x")) { transaction, ids in
        _ = try await transaction.delete(ids[0])
      }
    )
    #expect(
      try await !conflicts(.search("apple x")) { transaction, ids in
        _ = try await transaction.patch(ids[1], [("body", "nothing")])
      }
    )
  }

  @Test func `filters on all fields narrow what exact words depend on`() async throws {
    let query = Query.search("apple x", ("tenant", "a"), ("is_public", true))
    #expect(try await conflicts(query, write: inserts("apple")))
    #expect(try await !conflicts(query, write: inserts("apple", tenant: "b")))
    #expect(try await !conflicts(query, write: inserts("apple", isPublic: false)))
    #expect(
      try await conflicts(query) { transaction, ids in
        _ = try await transaction.patch(ids[0], [("tenant", "b")])
      }
    )
  }

  @Test func `a filter on the first field in byte order narrows alone`() async throws {
    let query = Query.search("apple x", ("is_public", true))
    #expect(try await conflicts(query, write: inserts("apple", tenant: "b")))
    #expect(try await !conflicts(query, write: inserts("apple", isPublic: false)))
  }

  @Test func `a document that was returned counts whole, others by their words`() async throws {
    let touch: @Sendable (Transaction, [DocumentID]) async throws -> Void = { transaction, ids in
      _ = try await transaction.patch(ids[0], [("author", "x")])
    }
    #expect(try await conflicts(.search("apple x"), write: touch))
    #expect(try await !conflicts(.search("pear x"), write: touch))
  }
}
