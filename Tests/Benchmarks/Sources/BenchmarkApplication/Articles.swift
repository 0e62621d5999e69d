// What the growth rows call: a table with an index and a full-text index.

public import Hull

/// A text whose words are found, under a number.
@Table("articles")
public struct Article {
  var number: Double
  var text: String

  static let byNumber = index("by_number", \.number)
  static let byWords = searchIndex("by_words", \.text)
}

/// What is asked of articles.
@Functions("articles")
public enum Articles {
  /// One document by id; another question by every other `question`.
  @Query
  static func ask(
    _ ctx: QueryContext,
    id: ID<Article>,
    question: Double
  ) async throws -> Encoded<Article>? {
    try await ctx.db.getEncoded(id)
  }

  /// A hundred documents by number, from one on.
  @Query
  static func page(
    _ ctx: QueryContext,
    from: Double,
    question: Double
  ) async throws -> [Encoded<Article>] {
    try await ctx.db.query(Article.self).encoded()
      .withIndex(Article.byNumber) { $0.gte(from) }
      .take(100)
  }

  /// The documents with a word, at most ten.
  @Query
  static func search(
    _ ctx: QueryContext,
    word: String,
    question: Double
  ) async throws -> [Encoded<Article>] {
    try await ctx.db.query(Article.self).encoded()
      .withSearchIndex(Article.byWords, matching: word)
      .take(10)
  }

  /// The id of the document with a number.
  @Query
  static func find(_ ctx: QueryContext, number: Double) async throws -> ID<Article>? {
    try await ctx.db.query(Article.self)
      .withIndex(Article.byNumber) { $0.eq(number) }
      .first()?.id
  }

  /// Writes one document.
  @Mutation
  static func add(_ ctx: MutationContext, number: Int) async throws -> ID<Article> {
    try await ctx.db.insert(article(number))
  }

  /// Writes `count` documents numbered from `batch * count`, in one transaction.
  @Mutation
  static func fill(_ ctx: MutationContext, batch: Int, count: Int) async throws {
    for number in (batch * count)..<((batch + 1) * count) {
      _ = try await ctx.db.insert(article(number))
    }
  }

  /// A word that ten documents have, and seven of a thousand that many have.
  private static func article(_ number: Int) -> Article {
    var words = ["rare\(number / 10)x"]
    var mixed = UInt64(truncatingIfNeeded: number)
    for _ in 0..<7 {
      mixed = mixed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      words.append("word\((mixed >> 33) % 1_000)")
    }
    return Article(number: Double(number), text: words.joined(separator: " "))
  }
}
