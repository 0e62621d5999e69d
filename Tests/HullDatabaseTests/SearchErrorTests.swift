import HullDatabase
import HullPersistence
import HullValues
import Testing

@Suite struct SearchErrorTests {
  private static let name = "posts.search_body"

  @Test(
    arguments: [
      (
        [.search(field: "title", text: "a")], "IncorrectSearchField",
        """
        Search query against posts.search_body contains a search filter against "title", which \
        doesn't match the indexed `searchField` "body".
        """
      ),
      (
        [.search(field: "body", text: "a"), .search(field: "body", text: "b")],
        "DuplicateSearchFiltersError",
        """
        Search query against posts.search_body contains multiple search filters against "body". \
        Only one is allowed.
        """
      ),
      (
        [.search(field: "body", text: "a"), .eq(field: "author", value: "x")],
        "IncorrectFilterFieldError",
        """
        Search query against posts.search_body contains an equality filter on "author" but that \
        field isn't indexed for filtering in `filterFields`.
        """
      ),
      (
        [.eq(field: "tenant", value: "x")], "MissingSearchFilterError",
        """
        Search query against posts.search_body does not contain any search filters. You must include \
        a search filter like `q.search(""body"", searchText)`.
        """
      ),
      (
        [.search(field: "body", text: "a")]
          + Array(repeating: .eq(field: "tenant", value: "x"), count: 9),
        "TooManyFilterConditionsInSearchQueryError",
        "Search query against posts.search_body has too many filter conditions. Max: 8 Actual: 9"
      ),
    ] as [([SearchClause], String, String)]
  )
  func `a search must fit its index`(
    clauses: [SearchClause],
    code: String,
    message: String
  ) async throws {
    let database = try await Database.inMemory(schema: .posts)
    await expectError(code, message) {
      _ = try await database.collect(
        Query(table: "posts", source: .search(name: "search_body", clauses: clauses))
      )
    }
  }

  @Test func `a search has no other order than relevance`() async throws {
    let database = try await Database.inMemory(schema: .posts)
    for order in Order.allCases {
      var query = Query.search("a")
      query.order = order
      let error = await #expect(throws: DatabaseError.self) { try await database.collect(query) }
      #expect(
        error?.message
          == "Search queries must always be in relevance order. Can not set order manually."
      )
    }
  }

  @Test func `eight filters are accepted`() async throws {
    let database = try await Database.inMemory(schema: .posts)
    try await database.insertPosts([["body": "a", "tenant": "x"]])
    let clauses = Array(repeating: SearchClause.eq(field: "tenant", value: "x"), count: 8)
    let query = Query(
      table: "posts",
      source: .search(name: "search_body", clauses: clauses + [.search(field: "body", text: "a")])
    )
    #expect(try await database.collect(query).count == 1)
  }
}
