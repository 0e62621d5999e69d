import HullDatabase
import HullPersistence
import HullValues
import TestRandomness
import Testing

@Suite struct SearchTests {
  private func database(_ bodies: [String]) async throws -> Database {
    let database = try await Database.inMemory(schema: .posts)
    try await database.insertPosts(bodies.map { ["body": .string($0)] })
    return database
  }

  private func bodies(_ database: Database, _ query: Query) async throws -> [String?] {
    try await database.collect(query).values("body").map { $0?.string }
  }

  // MARK: Matching

  @Test func `a document matches if it has any of the words`() async throws {
    let database = try await database(["red apple", "green pear", "Blue plum", "grey"])
    #expect(try await Set(bodies(database, .search("apple pear"))) == ["red apple", "green pear"])
    #expect(try await bodies(database, .search("BLUE")) == ["Blue plum"])
    #expect(try await bodies(database, .search("violet")) == [])
    #expect(try await bodies(database, .search("")) == [])
    #expect(try await bodies(database, .search(" -- ")) == [])
  }

  @Test func `only the last word matches as a prefix`() async throws {
    let database = try await database(["catalog", "dogma", "cat", "dog"])
    #expect(try await Set(bodies(database, .search("cat dog"))) == ["cat", "dog", "dogma"])
    #expect(try await Set(bodies(database, .search("dog c"))) == ["dog", "cat", "catalog"])
    #expect(try await bodies(database, .search("dog. x")) == ["dog"])
  }

  @Test func `an exact match scores twice a match by prefix`() async throws {
    let database = try await database(["needle", "needles"])
    #expect(try await bodies(database, .search("needle")) == ["needle", "needles"])
    let reversed = try await self.database(["needles", "needle"])
    #expect(try await bodies(reversed, .search("needle")) == ["needle", "needles"])
  }

  @Test func `words after the sixteenth are ignored`() async throws {
    let database = try await database(["seventeenth", "sixteenth"])
    let filler = Array(repeating: "x", count: 15).joined(separator: " ")
    #expect(try await bodies(database, .search(filler + " sixteenth seventeenth")) == ["sixteenth"])
  }

  @Test func `a word that is repeated counts once`() async throws {
    let database = try await database(["a b b", "a a b"])
    let once = try await bodies(database, .search("a b x"))
    let often = try await bodies(database, .search("b b b b a b x"))
    #expect(once == often)
  }

  @Test func `a prefix finds at most 64 different terms, in byte order`() async throws {
    let words = (0..<100).map { "p" + String($0 + 100) }
    let database = try await database(words)
    #expect(try await Set(bodies(database, .search("p"))) == Set(words.prefix(64)))
    // Exact words take their share first.
    #expect(
      try await Set(bodies(database, .search("p199 p198 p")))
        == Set(words.prefix(62) + words[98...])
    )
    // So do filters.
    let tenant = Query.search("p", ("tenant", nil))
    #expect(try await Set(bodies(database, tenant)) == Set(words.prefix(63)))
  }

  @Test func `an exact word is found beyond the 64 terms of its prefix`() async throws {
    let words = (0..<100).map { "p" + String($0 + 100) }
    let database = try await database(words)
    #expect(try await bodies(database, .search("p199")) == ["p199"])
  }

  @Test func `documents without text are absent`() async throws {
    let database = try await Database.inMemory(schema: .posts)
    try await database.insertPosts([["body": 5], ["body": .null], [:], ["body": "word"]])
    #expect(try await database.collect(.search("word")).count == 1)
  }

  // MARK: Ranking

  @Test func `frequent words, short documents and rare terms come first`() async throws {
    let frequent = try await database(["x y", "x x"])
    #expect(try await bodies(frequent, .search("x q")) == ["x x", "x y"])
    let short = try await database(["x a b c d e f g", "x a", "a"])
    #expect(try await bodies(short, .search("x q")) == ["x a", "x a b c d e f g"])
    let rare = try await database(["common", "common", "common", "rare", "common"])
    #expect(try await bodies(rare, .search("common rare q")).first == "rare")
  }

  @Test func `documents that match more words come first`() async throws {
    let database = try await database(["a c", "a b", "b c", "d d"])
    #expect(try await bodies(database, .search("a b q")).first == "a b")
  }

  @Test func `equal scores are ordered newest first`() async throws {
    let database = try await Database.inMemory(schema: .posts)
    let ids = try await database.insertPosts((0..<5).map { _ in ["body": "same words"] })
    #expect(try await database.collect(.search("same")).map(\.id) == ids.reversed())
  }

  @Test func `long documents tie where their rounded lengths do`() async throws {
    let long = (0..<60).map { "w\($0)" }.joined(separator: " ")
    let database = try await Database.inMemory(schema: .posts)
    // 61 and 63 words are both counted as 60: the newer one comes first although it is longer.
    let ids = try await database.insertPosts([
      ["body": .string("x " + long)], ["body": .string("x y z " + long)],
    ])
    #expect(try await database.collect(.search("x q")).map(\.id) == ids.reversed())
  }

  // MARK: Filters

  @Test func `filters keep documents whose fields equal the values`() async throws {
    let database = try await Database.inMemory(schema: .posts)
    let long = String(repeating: "tenant ", count: 20)
    let ids = try await database.insertPosts([
      ["body": "word", "tenant": "a", "is_public": true],
      ["body": "word", "tenant": "a", "is_public": false],
      ["body": "word", "tenant": "a"],
      ["body": "word", "tenant": .string(long), "is_public": true],
      ["body": "word", "tenant": 1],
      ["body": "word", "tenant": .int64(1)],
      ["body": "word", "tenant": .null],
      ["body": "word"],
    ])
    func found(_ filters: (String, ConvexValue?)...) async throws -> [Int] {
      var query = Query.search("word")
      guard case .search(let name, let clauses) = query.source else { return [] }
      query.source = .search(
        name: name,
        clauses: filters.map { .eq(field: $0.0, value: $0.1) } + clauses
      )
      return try await database.collect(query).map { ids.firstIndex(of: $0.id) ?? -1 }.sorted()
    }
    #expect(try await found() == Array(0..<8))
    #expect(try await found(("tenant", "a")) == [0, 1, 2])
    #expect(try await found(("tenant", "a"), ("is_public", true)) == [0])
    #expect(try await found(("is_public", true)) == [0, 3])
    #expect(try await found(("is_public", nil)) == [2, 4, 5, 6, 7])
    #expect(try await found(("tenant", nil)) == [7])
    #expect(try await found(("tenant", .null)) == [6])
    #expect(try await found(("tenant", 1)) == [4])
    #expect(try await found(("tenant", .int64(1))) == [5])
    #expect(try await found(("tenant", .string(long))) == [3])
    #expect(try await found(("tenant", "a"), ("tenant", "b")) == [])
    #expect(try await found(("tenant", "nobody")) == [])
  }

  @Test func `filters do not change the relevance of what they keep`() async throws {
    let database = try await Database.inMemory(schema: .posts)
    // "common" is rare within tenant a and frequent without; "rare" the other way round.
    var posts: [ConvexObject] = [
      ["body": "common", "tenant": "a"], ["body": "rare", "tenant": "a"],
      ["body": "rare", "tenant": "a"], ["body": "rare", "tenant": "a"],
    ]
    posts += (0..<20).map { _ in ["body": "common", "tenant": "b"] }
    try await database.insertPosts(posts)
    let found = try await bodies(database, .search("common rare q", ("tenant", "a")))
    #expect(found == ["rare", "rare", "rare", "common"])
  }

  @Test func `operators follow a search`() async throws {
    let database = try await database((0..<10).map { "word \($0)" })
    let even = Query.search("word").then(
      .predicate {
        $0.json.field("body")?.string?.last?.wholeNumberValue.map { $0 % 2 == 0 } ?? false
      }
    )
    #expect(try await database.collect(even).count == 5)
    #expect(try await database.begin().take(3, of: even).count == 3)
    let reader = database.begin()
    #expect(try await reader.first(.search("word")) != nil)
    #expect(try await reader.usage().documentsRead == 1)
  }

  // MARK: Own writes, updates, snapshots

  @Test func `a transaction searches its own writes`() async throws {
    let database = try await database(["first word", "second word"])
    let ids = try await database.collect(Query(table: "posts")).map(\.id)
    let writer = database.begin(.readWrite)
    let third = try await writer.insert("posts", ["body": "third word"])
    try await writer.delete(ids[0])
    try await writer.patch(ids[1], [("body", "nothing")])
    #expect(try await writer.collect(.search("word")).map(\.id) == [third])
    #expect(try await writer.collect(.search("noth")).map(\.id) == [ids[1]])
    #expect(try await database.collect(.search("word")).count == 2)
    try await database.commit(writer, source: "posts:write")
    #expect(try await database.collect(.search("word")).map(\.id) == [third])
  }

  @Test func `a rolled back call leaves nothing to be found`() async throws {
    struct Refused: Error {}
    let database = try await database(["word"])
    let writer = database.begin(.readWrite)
    try? await writer.nested { child in
      _ = try await child.insert("posts", ["body": "word"])
      #expect(try await child.collect(.search("word")).count == 2)
      throw Refused()
    }
    #expect(try await writer.collect(.search("word")).count == 1)
  }

  @Test func `updates and deletes move documents in and out of the results`() async throws {
    let database = try await Database.inMemory(schema: .posts)
    let ids = try await database.insertPosts([["body": "one", "tenant": "a"]])
    func found(_ query: Query) async throws -> Int { try await database.collect(query).count }
    func patch(_ fields: [(String, ConvexValue?)]) async throws {
      _ = try await database.withTransaction(source: "patch") {
        try await $0.patch(ids[0], fields)
      }
    }
    try await patch([("body", "two")])
    #expect(try await found(.search("one")) == 0)
    #expect(try await found(.search("two")) == 1)
    try await patch([("tenant", "b")])
    #expect(try await found(.search("two", ("tenant", "a"))) == 0)
    #expect(try await found(.search("two", ("tenant", "b"))) == 1)
    try await patch([("body", nil)])
    #expect(try await found(.search("two")) == 0)
    try await patch([("body", "three")])
    #expect(try await found(.search("th")) == 1)
    _ = try await database.withTransaction(source: "delete") { try await $0.delete(ids[0]) }
    #expect(try await found(.search("th")) == 0)
  }

  @Test func `a snapshot keeps its results and their order`() async throws {
    let database = try await database(["word", "word again", "other"])
    let reader = database.begin()
    let before = try await reader.collect(.search("word again q"))
    let timestamp = database.latestTimestamp
    try await database.insertPosts((0..<10).map { _ in ["body": "again again"] })
    let ids = try await database.collect(Query(table: "posts")).map(\.id)
    _ = try await database.withTransaction(source: "t") { transaction in
      try await transaction.delete(ids[0])
      try await transaction.patch(ids[1], [("body", "changed")])
    }
    #expect(try await reader.collect(.search("word again q")) == before)
    #expect(try await database.begin(at: timestamp).collect(.search("word again q")) == before)
    #expect(try await database.collect(.search("word again q")).count == 10)
    let statistics = try await database.begin(at: timestamp)
      .searchStatistics(of: "search_body", in: "posts")
    #expect(statistics == SearchStatistics(documents: 3, terms: 4))
  }

  // MARK: Limits

  @Test func `a search returns at most 1024 documents`() async throws {
    let database = try await database(Array(repeating: "word", count: 1030))
    let reader = database.begin()
    #expect(try await reader.take(1024, of: .search("word")).count == 1024)
    await expectError(
      "SearchQueryScannedTooManyDocumentsError",
      """
      Search query scanned too many documents (fetched 1024). Consider using a smaller limit, \
      paginating the query, or using a filter field to limit the number of documents pulled from \
      the search index.
      """
    ) {
      _ = try await reader.collect(.search("word"))
    }
  }

  @Test func `the best of many candidates are kept`() async throws {
    var random = SeededGenerator(seed: 5)
    let lengths = (0..<3000).map { _ in 1 + random.below(39) }
    let database = try await database(
      lengths.map { "word" + String(repeating: " x", count: $0 - 1) }
    )
    let found = try await database.begin().take(1024, of: .search("word q"))
    let best = lengths.sorted().prefix(1024)
    #expect(found.count == 1024)
    #expect(
      found.values("body").map { ($0?.string ?? "").split(separator: " ").count } == Array(best)
    )
  }

  // MARK: Pages

  @Test func `pages of a search follow each other`() async throws {
    let database = try await database(
      (0..<10).map { "word" + String(repeating: " x", count: $0 / 2) }
    )
    let whole = try await database.collect(.search("word"))
    var page = try await LivePage(.search("word"), PaginationOptions(numItems: 4), in: database)
    var pages = [page]
    while !page.result.isDone {
      page = try await page.next(4, in: database)
      pages.append(page)
    }
    #expect(pages.flatMap(\.result.page) == whole)
    #expect(pages.map(\.result.page.count) == [4, 4, 2])
    #expect(pages.allSatisfy { $0.result.splitCursor == nil })
    try await pages[1].rerun(in: database)
    #expect(pages[1].result.page == Array(whole[4..<8]))
    await expectError(
      "InvalidCursor",
      """
      InvalidCursor: Tried to run a query starting from a cursor, but it looks like this cursor is \
      from a different query.
      """
    ) {
      _ = try await LivePage(
        .search("words"),
        PaginationOptions(numItems: 4, cursor: pages[0].result.continueCursor),
        in: database
      )
    }
  }

  @Test func `pages of a search reach all 1024 candidates and end`() async throws {
    let database = try await database(Array(repeating: "word", count: 1030))
    var page = try await LivePage(.search("word"), PaginationOptions(numItems: 500), in: database)
    #expect(page.result.pageStatus == nil)
    var count = page.result.page.count
    while !page.result.isDone {
      page = try await page.next(500, in: database)
      count += page.result.page.count
    }
    #expect(count == 1024)
    let large = try await LivePage(.search("word"), PaginationOptions(numItems: 800), in: database)
    #expect(large.result.pageStatus == .splitRecommended)
  }
}
