import Hull
import HullTesting
import Testing

/// Section 7: where the official harness differs from the real backend, this one does not.
@Suite struct EngineTests {
  private func backend(messages count: Int) async throws -> TestBackend {
    let t = try await TestBackend(MessageBoard.self)
    try await t.run { ctx in
      for number in 0..<count {
        _ = try await ctx.db.insert(
          Message(author: "a\(number % 2)", body: "text \(number)", likes: Double(number))
        )
      }
    }
    return t
  }

  private func page(
    _ t: TestBackend,
    items: Double,
    cursor: String?
  ) async throws -> (count: Int, isDone: Bool, cursor: String) {
    try await t.query { ctx in
      let page = try await ctx.db.query(Message.self)
        .paginate(PaginationOptions(numItems: items, cursor: cursor))
      return (page.page.count, page.isDone, page.continueCursor)
    }
  }

  /// D2.
  @Test func `a page that ends at the last row is not the last page`() async throws {
    let t = try await backend(messages: 4)
    let first = try await page(t, items: 4, cursor: nil)
    #expect(first.count == 4)
    #expect(!first.isDone)
    let second = try await page(t, items: 4, cursor: first.cursor)
    #expect(second.count == 0)
    #expect(second.isDone)
  }

  /// D4.
  @Test func `a cursor belongs to its query`() async throws {
    let t = try await backend(messages: 4)
    let first = try await page(t, items: 2, cursor: nil)
    let error = try await functionError {
      try await t.query { ctx in
        try await ctx.db.query(Message.self).order(.descending)
          .paginate(PaginationOptions(numItems: 2, cursor: first.cursor)).page.count
      }
    }
    #expect(error.message.contains("InvalidCursor"))
    #expect(error.data?["paginationError"] == "InvalidCursor")
  }

  /// D6.
  @Test func `a function paginates once, each nested one too`() async throws {
    let t = try await backend(messages: 4)
    let twice = try await functionError {
      try await t.query { ctx in
        for _ in 0..<2 {
          _ = try await ctx.db.query(Message.self)
            .paginate(PaginationOptions(numItems: 2, cursor: nil))
        }
      }
    }
    #expect(twice.message.contains("ran multiple paginated queries"))
  }

  /// D7.
  @Test func `a range follows its index`() async throws {
    let t = try await backend(messages: 2)
    let error = try await functionError {
      try await t.query { ctx in
        try await ctx.db.query("messages").withIndex("by_author") { $0.eq("likes", 1.0) }
          .collect().count
      }
    }
    #expect(error.message.contains("by_author"))
  }

  /// D8.
  @Test func `filters compare values of all types`() async throws {
    let t = try await TestBackend()
    try await t.run { ctx in
      let values: [ConvexValue] = [
        .null, .int64(1), 1.0, true, "s", .bytes([1]), .array([]), .object([:]),
      ]
      for value in values { _ = try await ctx.db.insert("things", ["v": value]) }
      _ = try await ctx.db.insert("things", ["other": 1.0])
    }
    let below = try await t.query { ctx in
      try await ctx.db.query("things")
        .filter(matching: { q in q.lt(q.field("v"), true) }).collect().count
    }
    // Missing, null, int64 and float64 come before booleans.
    #expect(below == 4)
  }

  /// D12, D13.
  @Test func `system fields and names with underscores are refused`() async throws {
    let t = try await TestBackend()
    func message(_ fields: ConvexObject) async throws -> String {
      try await functionError {
        try await t.mutation { ctx in _ = try await ctx.db.insert("things", fields) }
      }.message
    }
    #expect(try await message(["_id": "x"]).contains("Provided document ID"))
    #expect(try await message(["_creationTime": 1.0]).contains("Provided creation time"))
    #expect(try await message(["_x": 1.0]).contains("starts with an underscore"))
    let id = try await t.mutation { ctx in
      try await ctx.db.insert("things", ["nested": ["_x": 1.0]])
    }
    #expect(try await t.query { ctx in try await ctx.db.get("things", id) } != nil)
  }

  /// D14.
  @Test func `an id is of its table`() async throws {
    let t = try await backend(messages: 1)
    let (author, message) = try await t.run { ctx in
      let author = try await ctx.db.insert(Author(name: "x", tags: nil))
      return (author.string, try await ctx.db.query(Message.self).first()?.id.string ?? "")
    }
    let normalized = try await t.query { ctx in
      [
        try await ctx.db.normalizeID(Author.self, author)?.string,
        try await ctx.db.normalizeID(Author.self, message)?.string,
        try await ctx.db.normalizeID(Author.self, "nonsense")?.string,
      ]
    }
    #expect(normalized == [author, nil, nil])
    let error = try await functionError {
      try await t.mutation("messages:like", ["id": .string(author)])
    }
    #expect(
      error.message.contains(
        "Found ID \"\(author)\" from table `authors`, which does not match the table name in "
          + "validator `v.id(\"messages\")`."
      )
    )
  }

  /// D15.
  @Test func `system tables are read through db.system only`() async throws {
    let t = try await TestBackend()
    let read = try await functionError {
      try await t.query { ctx in try await ctx.db.query("_storage").collect().count }
    }
    #expect(read.message.contains("System tables can only be accessed from db.system"))
    let write = try await functionError {
      try await t.mutation { ctx in _ = try await ctx.db.insert("_storage", [:]) }
    }
    #expect(write.message.contains("read-only"))
  }

  /// D16.
  @Test func `concurrent mutations all take effect`() async throws {
    let t = try await backend(messages: 1)
    let id = try #require(
      try await t.query { ctx in try await ctx.db.query(Message.self).first()?.id }
    )
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<20 { group.addTask { try await t.mutation(Messages.$like(id: id)) } }
      try await group.waitForAll()
    }
    #expect(try await t.query { ctx in try await ctx.db.get(id)?.likes } == 20)
  }

  @Test func `an injected conflict is retried, and reported when it does not end`() async throws {
    var options = TestOptions()
    options.maximumRetries = 3
    let t = try await TestBackend(MessageBoard.self, options)
    t.faults.conflict(next: 2, on: "messages")
    try await t.mutation(Messages.$send(author: "a", body: "hi"))
    #expect(t.faults.pendingConflicts == 0)
    #expect(try await t.query(Messages.$count()) == 1)
    #expect(t.logs.map(\.text) == ["'sending' 'hi'"])
    t.faults.conflict(next: 100, on: "messages")
    try await t.run { ctx in _ = try await ctx.db.insert(Author(name: "x", tags: nil)) }
    let error = try await functionError {
      try await t.mutation(Messages.$send(author: "a", body: "ho"))
    }
    #expect(error.isConflict)
    #expect(
      error.message
        == "Documents read from or written to the \"messages\" table changed while this mutation "
        + "was being run and on every subsequent retry. See https://docs.convex.dev/error#1"
    )
  }

  /// D17.
  @Test func `time is frozen in a transaction and moved by the test`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    #expect(t.clock.now == 1_704_067_200_000)
    let times = try await t.mutation { ctx in
      let first = ctx.now
      try await t.clock.advance(by: .seconds(1))
      return [first, ctx.now]
    }
    #expect(times == [1_704_067_200_000, 1_704_067_200_000])
    #expect(try await t.query { ctx in ctx.now } == 1_704_067_201_000)
    let inAction = try await t.action { ctx in
      let first = ctx.now
      try await t.clock.advance(by: .seconds(1))
      return ctx.now - first
    }
    #expect(inAction == 1000)
    try await t.clock.advance(to: 1_704_067_300_000)
    #expect(t.clock.now == 1_704_067_300_000)
  }

  /// D18.
  @Test func `a search ranks, and only its last word is a prefix`() async throws {
    let t = try await TestBackend(MessageBoard.self)
    for body in ["the cat sat", "a cat and a cat", "catalogue", "dogs"] {
      try await t.mutation(Messages.$send(author: "a", body: body))
    }
    func search(_ text: String) async throws -> [String] {
      try await t.query { ctx in
        try await ctx.db.query(Message.self)
          .withSearchIndex(Message.searchBody, matching: text).collect().map(\.body)
      }
    }
    #expect(try await Set(search("cat")) == ["the cat sat", "a cat and a cat", "catalogue"])
    #expect(try await search("cat sat").first == "the cat sat")
    #expect(try await search("ca dog").sorted() == ["dogs"])
  }

  /// D24, D25 are in CallingTests.
  @Test func `a document is returned against a validator of its whole shape`() async throws {
    let module = Module("m") {
      $0.query("bare", returns: v.array(v.object(["n": v.float64()]))) { ctx, _ in
        ConvexValue.array(try await ctx.db.query("things").collect().map(ConvexValue.object))
      }
      $0.mutation("insert") { ctx, _ in _ = try await ctx.db.insert("things", ["n": 1.0]) }
    }
    let t = try await TestBackend(modules: [module])
    try await t.mutation("m:insert")
    let error = try await functionError { try await t.query("m:bare") }
    #expect(error.message.contains("Object contains extra field `_creationTime`"))
  }

  @Test func `a typed result is checked where the schema does not vouch for its documents`()
    async throws
  {
    let strict = try await TestBackend(MessageBoard.self)
    try await strict.mutation(Messages.$send(author: "a", body: "hi"))
    #expect(try await strict.query("messages:list").array?.count == 1)
    let loose = try await TestBackend(schema: Schema(tables: []), modules: [Messages.module])
    try await loose.run { ctx in _ = try await ctx.db.insert("messages", ["odd": true]) }
    let error = try await functionError { try await loose.query("messages:list") }
    #expect(error.isReturnsValidationError)
  }

  /// D26.
  @Test func `a schema is checked when the backend is made`() async throws {
    await #expect(throws: (any Error).self) {
      try await TestBackend(
        schema: Schema(tables: [TableDefinition(name: "_reserved", documentType: v.any())])
      )
    }
  }
}
