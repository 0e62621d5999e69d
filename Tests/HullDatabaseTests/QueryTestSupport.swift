import HullDatabase
import HullPersistence
import HullValues
import TestRandomness
import Testing

extension SchemaDefinition {
  /// One table, `posts`, with an index of two fields and a full-text index with two filters.
  static let posts = SchemaDefinition(tables: [
    TableDefinition(
      name: "posts",
      indexes: [IndexDefinition(name: "by_author_score", fields: ["author", "score"])],
      searchIndexes: [
        SearchIndexDefinition(
          name: "search_body",
          searchField: "body",
          filterFields: ["tenant", "is_public"]
        )
      ]
    )
  ])
}

extension Database {
  /// Inserts documents into `posts` in one transaction.
  @discardableResult
  func insertPosts(_ posts: [ConvexObject]) async throws -> [DocumentID] {
    try await withTransaction(source: "posts:insert") { transaction in
      var ids: [DocumentID] = []
      for post in posts { ids.append(try await transaction.insert("posts", post)) }
      return ids
    }.value
  }

  /// Every result of a query at the newest snapshot.
  func collect(_ query: Query) async throws -> [EncodedDocument] {
    try await begin().collect(query)
  }
}

extension Query {
  /// A range of `posts.by_author_score`.
  static func byAuthorScore(_ range: IndexRangeClause..., order: Order? = nil) -> Query {
    Query(
      table: "posts",
      source: .index(name: "by_author_score", range: range),
      order: order
    )
  }

  /// A search of `posts.search_body`.
  static func search(_ text: String, _ filters: (String, ConvexValue?)...) -> Query {
    Query(
      table: "posts",
      source: .search(
        name: "search_body",
        clauses: [.search(field: "body", text: text)]
          + filters.map { .eq(field: $0.0, value: $0.1) }
      )
    )
  }

  /// The same query followed by an operator.
  func then(_ step: QueryOperator) -> Query {
    var query = self
    query.operators.append(step)
    return query
  }
}

extension [EncodedDocument] {
  /// One field of every document; nil where it is missing.
  func values(_ field: String) -> [ConvexValue?] {
    map { document in document.json.field(FieldPath(stringLiteral: field)) }
  }
}

/// Expects a ``DatabaseError`` with a code and a text.
func expectError(
  _ code: String,
  _ message: String,
  sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () async throws -> Void
) async {
  do {
    try await body()
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
  } catch let error as DatabaseError {
    #expect(error.code == code, sourceLocation: sourceLocation)
    #expect(error.message == message, sourceLocation: sourceLocation)
  } catch {
    Issue.record("threw \(error)", sourceLocation: sourceLocation)
  }
}

extension SeededGenerator {
  /// A number from zero up to a bound.
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  mutating func element<Element>(of elements: [Element]) -> Element {
    elements[below(elements.count)]
  }
}
