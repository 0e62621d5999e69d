import HullDatabase
import HullPersistence
import HullValues
import TestRandomness
import Testing

/// Whatever is written between and behind them, adjacent live pages are the query's result, cut.
@Suite struct PaginationGaplessnessTests {
  @Test(arguments: Engine.allCases, 0..<8)
  func `live pages put together are the whole result`(engine: Engine, seed: UInt64) async throws {
    try await engine.withDatabase(schema: .posts) { database in
      try await Self.run(on: database, seed: seed)
    }
  }

  private static func run(on database: Database, seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<random.below(40) {
      try await database.insertPost(score: Double(random.below(1000)))
    }
    var query = random.next() % 2 == 0 ? Query.byScore : Query.byScore.descending
    if random.next() % 2 == 0 {
      query = query.then(.filter(.neq(.mod(.field("score"), .literal(3)), .literal(0))))
    }
    var pages = [
      try await LivePage(query, Self.options(&random, after: nil), in: database)
    ]
    for _ in 0..<60 {
      switch random.below(10) {
      case 0..<4: try await database.insertPost(score: Double(random.below(1000)))
      case 4..<6:
        let all = try await database.collect(.byScore)
        if let post = all.randomElement(using: &random) {
          try await database.deletePost(score: post.json.field("score")?.float64 ?? 0)
        }
      case 6..<9:
        guard let last = pages.last, !last.result.isDone else { continue }
        pages.append(
          try await LivePage(
            query,
            Self.options(&random, after: last.result.continueCursor),
            in: database
          )
        )
      default:
        try await Self.split(&pages, at: random.below(pages.count), query, database)
      }
      for number in pages.indices { try await pages[number].rerun(in: database) }
      let whole = try await database.collect(query).map(\.id)
      let shown = pages.flatMap { $0.result.page.map(\.id) }
      let isDone = pages.last?.result.isDone == true
      let seeded: Comment = "seed \(seed)"
      #expect(shown == Array(whole.prefix(shown.count)), seeded)
      #expect(!isDone || shown.count == whole.count, seeded)
      for (page, next) in zip(pages, pages.dropFirst()) {
        #expect(page.result.continueCursor == next.options.cursor, seeded)
      }
    }
  }

  private static func options(
    _ random: inout SeededGenerator,
    after cursor: String?
  ) -> PaginationOptions {
    PaginationOptions(
      numItems: Double(1 + random.below(6)),
      cursor: cursor,
      maximumRowsRead: random.below(3) == 0 ? Double(1 + random.below(4)) : nil,
      maximumBytesRead: random.below(4) == 0 ? Double(1 + random.below(300)) : nil
    )
  }

  /// Replaces a page by its halves, as clients do with one that has grown.
  private static func split(
    _ pages: inout [LivePage],
    at number: Int,
    _ query: Query,
    _ database: Database
  ) async throws {
    let page = pages[number]
    guard let middle = page.result.splitCursor else { return }
    let low = try await LivePage(
      query,
      PaginationOptions(numItems: 3, cursor: page.options.cursor, endCursor: middle),
      in: database
    )
    let high = try await LivePage(
      query,
      PaginationOptions(
        numItems: 3,
        cursor: middle,
        endCursor: page.result.continueCursor
      ),
      in: database
    )
    pages.replaceSubrange(number...number, with: [low, high])
  }
}
