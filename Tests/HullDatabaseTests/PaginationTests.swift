import HullDatabase
import HullPersistence
import HullValues
import Testing

@Suite struct PaginationTests {
  // spec/database.md 19.3
  @Test func `live pages grow, shrink and never overlap`() async throws {
    let database = try await Database.withScores((1...7).map(Double.init))
    var first = try await LivePage(.byScore, PaginationOptions(numItems: 3), in: database)
    #expect(first.scores == [1, 2, 3])
    #expect(!first.result.isDone)
    let cursor = first.result.continueCursor
    var second = try await first.next(3, in: database)
    #expect(second.scores == [4, 5, 6])
    #expect(!second.result.isDone)

    try await database.insertPost(score: 2.5)
    try await first.rerun(in: database)
    #expect(first.scores == [1, 2, 2.5, 3])
    #expect(first.result.continueCursor == cursor)

    try await database.deletePost(score: 3)
    try await first.rerun(in: database)
    #expect(first.scores == [1, 2, 2.5])
    #expect(first.result.continueCursor == cursor)

    for score in [0.1, 0.2, 0.3, 0.4, 0.5] { try await database.insertPost(score: score) }
    try await first.rerun(in: database)
    #expect(first.scores == [0.1, 0.2, 0.3, 0.4, 0.5, 1, 2, 2.5])
    let split = try #require(first.result.splitCursor)
    let low = try await LivePage(
      .byScore,
      PaginationOptions(numItems: 3, endCursor: split),
      in: database
    )
    let high = try await LivePage(
      .byScore,
      PaginationOptions(numItems: 3, cursor: split, endCursor: cursor),
      in: database
    )
    #expect(low.scores + high.scores == first.scores)
    #expect(low.scores.count == 5 && high.scores.count == 3)
    #expect(low.result.continueCursor == split)
    #expect(high.result.continueCursor == cursor)

    var last = try await second.next(3, in: database)
    #expect(last.scores == [7])
    #expect(last.result.isDone)
    try await database.insertPost(score: 8)
    try await last.rerun(in: database)
    #expect(last.scores == [7, 8])
    #expect(last.result.isDone)
    try await second.rerun(in: database)
    #expect(second.scores == [4, 5, 6])
  }

  @Test func `a page that is exactly full is not done and the next one is empty`() async throws {
    let database = try await Database.withScores((1...6).map(Double.init))
    let first = try await LivePage(.byScore, PaginationOptions(numItems: 6), in: database)
    #expect(first.scores.count == 6)
    #expect(!first.result.isDone)
    var last = try await first.next(6, in: database)
    #expect(last.scores == [])
    #expect(last.result.isDone)
    try await database.insertPost(score: 9)
    try await last.rerun(in: database)
    #expect(last.scores == [9])
  }

  @Test func `a page after the end is empty and done`() async throws {
    let database = try await Database.withScores([1])
    let all = try await LivePage(.byScore, PaginationOptions(numItems: 5), in: database)
    #expect(all.result.isDone)
    let after = try await all.next(5, in: database)
    #expect(after.scores == [] && after.result.isDone)
    #expect(after.result.continueCursor == all.result.continueCursor)
    try await database.insertPost(score: 2)
    #expect(try await all.next(5, in: database).scores == [])
  }

  @Test func `pages of a table that does not exist are empty and done`() async throws {
    let database = try await Database.inMemory()
    let page = try await LivePage(
      Query(table: "later"),
      PaginationOptions(numItems: 5),
      in: database
    )
    #expect(page.result.page.isEmpty && page.result.isDone)
    #expect(page.result.splitCursor == nil && page.result.pageStatus == nil)
  }

  @Test func `descending pages continue below the cursor`() async throws {
    let database = try await Database.withScores((1...5).map(Double.init))
    var first = try await LivePage(
      Query.byScore.descending,
      PaginationOptions(numItems: 2),
      in: database
    )
    let second = try await first.next(2, in: database)
    #expect(first.scores + second.scores == [5, 4, 3, 2])
    try await database.insertPost(score: 4.5)
    try await database.insertPost(score: 3.5)
    try await first.rerun(in: database)
    #expect(first.scores == [5, 4.5, 4])
  }

  @Test func `the position covers rows that a filter rejected`() async throws {
    let database = try await Database.withScores((1...10).map(Double.init))
    let filtered = Query.byScore.then(
      .filter(.eq(.mod(.field("score"), .literal(3)), .literal(0)))
    )
    let first = try await LivePage(filtered, PaginationOptions(numItems: 2), in: database)
    #expect(first.scores == [3, 6])
    let second = try await first.next(2, in: database)
    #expect(second.scores == [9])
    #expect(second.result.isDone)
  }

  @Test func `a limit ends the pages early without an end`() async throws {
    let database = try await Database.withScores((1...5).map(Double.init))
    let page = try await LivePage(
      Query.byScore.then(.limit(2)),
      PaginationOptions(numItems: 4),
      in: database
    )
    #expect(page.scores == [1, 2])
    #expect(!page.result.isDone)
  }

  @Test func `cursors are deterministic, of one transaction or the next`() async throws {
    let database = try await Database.withScores((1...5).map(Double.init))
    let one = try await LivePage(.byScore, PaginationOptions(numItems: 3), in: database)
    let two = try await LivePage(.byScore, PaginationOptions(numItems: 3, id: 7), in: database)
    #expect(one.result == two.result)
    #expect(one.journal == two.journal)
  }

  @Test func `the split is in the middle of the rows examined`() async throws {
    let database = try await Database.withScores((1...9).map(Double.init))
    for (count, below) in [(1.0, nil), (2, nil), (3, 2), (4, 3), (5, 3), (9, 5)] as [(_, Int?)] {
      let page = try await LivePage(.byScore, PaginationOptions(numItems: count), in: database)
      guard let below else {
        #expect(page.result.splitCursor == nil)
        continue
      }
      let split = try #require(page.result.splitCursor)
      let half = try await LivePage(
        .byScore,
        PaginationOptions(numItems: 1, endCursor: split),
        in: database
      )
      #expect(half.scores.count == below)
    }
  }

  // MARK: Budgets

  @Test func `a budget of rows ends the page early`() async throws {
    let database = try await Database.withScores((1...10).map(Double.init))
    let none = Query.byScore.then(.filter(.literal(false)))
    var page = try await LivePage(
      none,
      PaginationOptions(numItems: 5, maximumRowsRead: 4),
      in: database
    )
    #expect(page.scores == [])
    #expect(page.result.pageStatus == .splitRequired)
    #expect(!page.result.isDone)
    #expect(page.result.splitCursor != nil)
    var seen = 1
    while !page.result.isDone {
      page = try await LivePage(
        none,
        PaginationOptions(
          numItems: 5,
          cursor: page.result.continueCursor,
          maximumRowsRead: 4
        ),
        in: database
      )
      seen += 1
    }
    #expect(seen == 3)
  }

  @Test func `a page filled at the moment its budget is used up is only large`() async throws {
    let database = try await Database.withScores((1...10).map(Double.init))
    let page = try await LivePage(
      .byScore,
      PaginationOptions(numItems: 4, maximumRowsRead: 4),
      in: database
    )
    #expect(page.scores == [1, 2, 3, 4])
    #expect(page.result.pageStatus == .splitRecommended)
  }

  @Test(arguments: [(3.0, nil), (4, .splitRecommended)] as [(_, PaginationResult.PageStatus?)])
  func `more than three quarters of the budget is large`(
    numItems: Double,
    status: PaginationResult.PageStatus?
  ) async throws {
    let database = try await Database.withScores((1...10).map(Double.init))
    let page = try await LivePage(
      .byScore,
      PaginationOptions(numItems: numItems, maximumRowsRead: 4),
      in: database
    )
    #expect(page.result.pageStatus == status)
  }

  @Test func `a budget of bytes is checked before each next row`() async throws {
    let database = try await Database.inMemory(schema: .posts)
    try await database.insertPosts(
      (0..<4).map { _ in ["author": "x", "body": .string(String(repeating: "é", count: 500))] }
    )
    for (bytes, count) in [(1.0, 1), (1000, 1), (1500, 2), (1e9, 4)] {
      let page = try await LivePage(
        .byScore,
        PaginationOptions(numItems: 10, maximumBytesRead: bytes),
        in: database
      )
      #expect(page.result.page.count == count)
      #expect((page.result.pageStatus == .splitRequired) == (count < 4))
    }
  }

  @Test func `a settled end voids the budgets and the number of items`() async throws {
    let database = try await Database.withScores((1...10).map(Double.init))
    let end = try await LivePage(.byScore, PaginationOptions(numItems: 8), in: database)
    let page = try await LivePage(
      .byScore,
      PaginationOptions(
        numItems: 1,
        endCursor: end.result.continueCursor,
        maximumRowsRead: 2,
        maximumBytesRead: 1
      ),
      in: database
    )
    #expect(page.scores == (1...8).map(Double.init))
    #expect(page.result.pageStatus == .splitRecommended)
    #expect(page.result.continueCursor == end.result.continueCursor)
  }

  @Test func `a read limit of the transaction ends the page`() async throws {
    var options = DatabaseOptions.test()
    options.limits.transaction.documentsRead = 6
    let database = try await Database.withScores((1...10).map(Double.init), options: options)
    var page = try await LivePage(.byScore, PaginationOptions(numItems: 8), in: database)
    #expect(page.scores == [1, 2, 3, 4, 5, 6])
    #expect(page.result.pageStatus == .splitRequired)
    let rest = try await page.next(8, in: database)
    #expect(rest.scores == [7, 8, 9, 10])
    #expect(rest.result.isDone)

    // With an end the page is incomplete, and its end stays where it is.
    try await database.insertPost(score: 0.5)
    let cursor = page.result.continueCursor
    try await page.rerun(in: database)
    #expect(page.scores == [0.5, 1, 2, 3, 4, 5])
    #expect(page.result.pageStatus == .splitRequired)
    #expect(page.result.continueCursor == cursor)
  }

  @Test func `a limit used up before the first row fails the query`() async throws {
    var options = DatabaseOptions.test()
    options.limits.transaction.documentsRead = 2
    let database = try await Database.withScores((1...4).map(Double.init), options: options)
    let transaction = database.begin()
    _ = try await transaction.take(2, of: .byScore)
    let journal = try QueryJournal(codec: LivePage.codec)
    let error = await #expect(throws: DatabaseError.self) {
      try await transaction.paginate(.byScore, PaginationOptions(numItems: 2), journal: journal)
    }
    #expect(error?.code == "TooManyDocumentsRead")
    #expect(journal.sealed == nil)
  }

  // MARK: Reads

  @Test func `a page depends on its own stretch only`() async throws {
    let database = try await Database.withScores((1...7).map(Double.init))
    let first = try await LivePage(.byScore, PaginationOptions(numItems: 3), in: database)
    let reader = database.begin(.readWrite)
    let (second, _) = try await LivePage.run(
      .byScore,
      PaginationOptions(numItems: 3, cursor: first.result.continueCursor),
      nil,
      reader
    )
    #expect(second.page.count == 3)
    _ = try await reader.insert("other", [:])
    try await database.insertPost(score: 2.5)
    try await database.insertPost(score: 6.5)
    try await database.commit(reader, source: "posts:page")
  }

  @Test func `the last page depends on everything behind it`() async throws {
    let database = try await Database.withScores([1, 2])
    let reader = database.begin(.readWrite)
    let (page, _) = try await LivePage.run(
      .byScore,
      PaginationOptions(numItems: 3),
      nil,
      reader
    )
    #expect(page.isDone)
    _ = try await reader.insert("other", [:])
    try await database.insertPost(score: 99)
    let error = await #expect(throws: DatabaseError.self) {
      try await database.commit(reader, source: "posts:page")
    }
    #expect(error?.kind == .conflict)
  }

  @Test func `own writes are in the page`() async throws {
    let database = try await Database.withScores([1, 2, 3])
    let writer = database.begin(.readWrite)
    _ = try await writer.insert("posts", ["author": "x", "score": 1.5])
    let (page, _) = try await LivePage.run(.byScore, PaginationOptions(numItems: 3), nil, writer)
    #expect(page.page.values("score") == [1, 1.5, 2])
  }
}
