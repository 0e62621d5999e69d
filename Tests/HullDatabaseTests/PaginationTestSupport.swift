import HullDatabase
import HullPersistence
import HullValues
import Testing

/// One live page: a subscription that is run again whenever the database changed.
struct LivePage {
  static let codec = CursorCodec(secret: Array("secret".utf8), instanceName: "tests")

  var query: Query
  var options: PaginationOptions
  /// What the run before returned.
  private(set) var journal: String?
  private(set) var result: PaginationResult

  /// Runs the page for the first time.
  init(
    _ query: Query,
    _ options: PaginationOptions,
    journal: String? = nil,
    in database: Database
  ) async throws {
    self.query = query
    self.options = options
    (result, self.journal) = try await Self.run(query, options, journal, database.begin())
  }

  /// Runs the page again at the newest snapshot.
  mutating func rerun(in database: Database) async throws {
    (result, journal) = try await Self.run(query, options, journal, database.begin())
  }

  /// The page that follows this one.
  func next(_ numItems: Double, in database: Database) async throws -> LivePage {
    try await LivePage(
      query,
      PaginationOptions(numItems: numItems, cursor: result.continueCursor),
      in: database
    )
  }

  static func run(
    _ query: Query,
    _ options: PaginationOptions,
    _ previous: String?,
    _ transaction: Transaction
  ) async throws -> (PaginationResult, String?) {
    let journal = try QueryJournal(codec: codec, previous: previous)
    let result = try await transaction.paginate(query, options, journal: journal)
    return (result, journal.sealed)
  }

  /// The field `score` of every document of the page.
  var scores: [Double] { result.page.values("score").map { $0?.float64 ?? .nan } }
}

extension Query {
  /// `posts` by score, for one author.
  static let byScore = Query.byAuthorScore(.init(.eq, "author", "x"))

  /// The same query in descending order.
  var descending: Query {
    var query = self
    query.order = .descending
    return query
  }
}

extension Database {
  /// A database whose posts have these scores.
  static func withScores(
    _ scores: some Sequence<Double>,
    options: DatabaseOptions = .test()
  ) async throws -> Database {
    let database = try await inMemory(schema: .posts, options: options)
    try await database.insertPosts(scores.map { ["author": "x", "score": .float64($0)] })
    return database
  }

  /// Deletes the post with a score.
  func deletePost(score: Double) async throws {
    _ = try await withTransaction(source: "posts:delete") { transaction in
      let query = Query.byAuthorScore(
        .init(.eq, "author", "x"),
        .init(.eq, "score", .float64(score))
      )
      guard let post = try await transaction.first(query) else { return }
      try await transaction.delete(post.id)
    }
  }

  /// Inserts a post with a score.
  func insertPost(score: Double) async throws {
    try await insertPosts([["author": "x", "score": .float64(score)]])
  }
}
