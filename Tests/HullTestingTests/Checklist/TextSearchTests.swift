import Hull
import HullTesting
import Testing

/// What the reference's harness checks of full-text search, and of its filters.
@Suite struct TextSearchTests {
  private func backend(_ documents: [ConvexObject]) async throws -> TestBackend {
    let t = try await TestBackend(
      schema: Schema(tables: [
        TableDefinition(
          name: "posts",
          searchIndexes: [
            SearchIndexDefinition(
              name: "body",
              searchField: "body",
              filterFields: ["author", "kind"]
            )
          ]
        )
      ])
    )
    try await t.run { ctx in
      for fields in documents { _ = try await ctx.db.insert("posts", fields) }
    }
    return t
  }

  private func found(
    _ t: TestBackend,
    _ text: String,
    _ filters: (String, ConvexValue?)...
  ) async throws -> [String] {
    try await t.query { ctx in
      try await ctx.db.query("posts").withSearchIndex("body") { q in
        filters.reduce(q.search("body", text)) { $0.eq($1.0, $1.1) }
      }
      .collect().compactMap { $0["body"]?.string }
    }
  }

  private static let greetings: [ConvexObject] = [
    ["body": "Hello there", "author": "Ada"], ["body": "hello world", "author": "Bob"],
    ["body": "good bye", "author": "Ada"],
  ]

  @Test func `one word`() async throws {
    let t = try await backend(Self.greetings)
    #expect(try await found(t, "hello").sorted() == ["Hello there", "hello world"])
    #expect(try await found(t, "nothing") == [])
  }

  @Test func `one word with a filter`() async throws {
    let t = try await backend(Self.greetings)
    #expect(try await found(t, "hello", ("author", "Bob")) == ["hello world"])
    #expect(try await found(t, "bye", ("author", "Bob")) == [])
  }

  @Test func `the prefix of a word`() async throws {
    let t = try await backend(Self.greetings)
    #expect(try await found(t, "he").sorted() == ["Hello there", "hello world"])
    #expect(try await found(t, "wor") == ["hello world"])
    #expect(try await found(t, "ello") == [])
  }

  @Test(arguments: ["hello", "HELLO", "Hello", "hELLO"])
  func `case does not matter`(word: String) async throws {
    let t = try await backend(Self.greetings)
    #expect(try await found(t, word, ("author", "Ada")) == ["Hello there"])
    #expect(try await found(t, word).count == 2)
  }

  @Test func `several words match documents that have any of them`() async throws {
    let t = try await backend(Self.greetings)
    #expect(try await Set(found(t, "world bye")) == ["hello world", "good bye"])
  }

  @Test func `words no document has are ignored`() async throws {
    let t = try await backend(Self.greetings)
    #expect(try await found(t, "missing world absent") == ["hello world"])
  }

  @Test func `extra blanks are ignored`() async throws {
    let t = try await backend(Self.greetings)
    #expect(try await Set(found(t, "  world   bye  ")) == ["hello world", "good bye"])
  }

  // MARK: searchFilterEq

  private static let filtered: [ConvexObject] = [
    ["body": "word a", "author": "x", "kind": "1"], ["body": "word b", "author": "x"],
    ["body": "word c", "kind": "1"], ["body": "word d"],
  ]

  @Test func `search filter equality with a missing value`() async throws {
    let t = try await backend(Self.filtered)
    #expect(try await Set(found(t, "word", ("author", nil))) == ["word c", "word d"])
  }

  @Test func `search filter equality with a value`() async throws {
    let t = try await backend(Self.filtered)
    #expect(try await Set(found(t, "word", ("author", "x"))) == ["word a", "word b"])
  }

  @Test func `search filter equality on two fields`() async throws {
    let t = try await backend(Self.filtered)
    #expect(try await found(t, "word", ("author", "x"), ("kind", "1")) == ["word a"])
  }

  @Test func `search filter equality on two fields, one of them missing`() async throws {
    let t = try await backend(Self.filtered)
    #expect(try await found(t, "word", ("author", "x"), ("kind", nil)) == ["word b"])
    #expect(try await found(t, "word", ("author", nil), ("kind", nil)) == ["word d"])
  }

  @Test func `missing, null and a string are three different filter values`() async throws {
    let t = try await backend([
      ["body": "word a"], ["body": "word b", "author": .null],
      ["body": "word c", "author": "null"],
    ])
    #expect(try await found(t, "word", ("author", nil)) == ["word a"])
    #expect(try await found(t, "word", ("author", .null)) == ["word b"])
    #expect(try await found(t, "word", ("author", "null")) == ["word c"])
  }
}
