// The application that the tests of live queries call.

import Hull
import HullTesting

/// BoardNotes in rooms, with queries of every kind.
enum Board: HullApplication {
  static let name = "board"
  static var schema: Schema { get throws { try Schema(BoardNote.self, BoardCounter.self) } }
  static let modules = [BoardNotes.module, Counting.module, People.module, later]

  static func backend(_ change: (inout TestOptions) -> Void = { _ in }) async throws -> TestBackend
  {
    var options = TestOptions()
    options.userTimeLimit = .seconds(120)
    change(&options)
    return try await TestBackend(Board.self, options)
  }

  /// A table that the schema does not know and that may not exist.
  static let later = Module("later") { m in
    m.query("list") { ctx, _ in try await ctx.db.query("later").collect() }
    m.mutation("add") { ctx, _ in try await ctx.db.insert("later", ["n": 1]).string }
  }
}

@Table("notes")
struct BoardNote {
  var room: String
  var rank: Double
  var text: String

  static let byRoom = index("by_room", \.room, \.rank)
  static let byRank = index("by_rank", \.rank)
  static let searchText = searchIndex("search_text", \.text, filters: \.room)
}

@Table("counters")
struct BoardCounter {
  var n: Double
}

@Functions("notes")
enum BoardNotes {
  @Query
  static func room(_ ctx: QueryContext, room: String) async throws -> [Encoded<BoardNote>] {
    try await ctx.db.query(BoardNote.self).encoded().withIndex(BoardNote.byRoom) { $0.eq(room) }
      .collect()
  }

  /// The five highest from `low` up to `high`, with a line of log.
  @Query
  static func between(
    _ ctx: QueryContext,
    low: Double,
    high: Double
  ) async throws -> [Encoded<BoardNote>] {
    ctx.log("from", low)
    return try await ctx.db.query(BoardNote.self).encoded()
      .withIndex(BoardNote.byRank) { $0.gte(low).lt(high) }.order(.descending).take(5)
  }

  @Query
  static func page(
    _ ctx: QueryContext,
    paginationOpts: PaginationOptions
  ) async throws -> Paginated<Document<BoardNote>> {
    try await ctx.db.query(BoardNote.self).withIndex(BoardNote.byRank) { $0 }.paginate(
      paginationOpts
    )
  }

  @Query
  static func search(_ ctx: QueryContext, word: String) async throws -> [String] {
    try await ctx.db.query(BoardNote.self)
      .withSearchIndex(BoardNote.searchText, matching: word).take(5).map(\.text)
  }

  @Query
  static func get(_ ctx: QueryContext, id: ID<BoardNote>) async throws -> Encoded<BoardNote>? {
    try await ctx.db.getEncoded(id)
  }

  /// Fails for some numbers of notes.
  @Query
  static func strict(_ ctx: QueryContext, room: String) async throws -> Int {
    let count = try await ctx.db.query(BoardNote.self).withIndex(BoardNote.byRoom) { $0.eq(room) }
      .count()
    if count % 3 == 2 { throw ConvexError(["count": .float64(Double(count))]) }
    return count
  }

  @Mutation
  static func add(
    _ ctx: MutationContext,
    room: String,
    rank: Double,
    text: String
  ) async throws -> ID<BoardNote> {
    try await ctx.db.insert(BoardNote(room: room, rank: rank, text: text))
  }

  @Mutation
  static func bump(_ ctx: MutationContext, room: String) async throws {
    guard
      let note = try await ctx.db.query(BoardNote.self).withIndex(BoardNote.byRoom, { $0.eq(room) })
        .first()
    else { return }
    try await ctx.db.patch(note.id) { $0.set(\.rank, note.rank + 3) }
  }

  @Mutation
  static func drop(_ ctx: MutationContext, room: String) async throws {
    guard
      let note = try await ctx.db.query(BoardNote.self).withIndex(BoardNote.byRoom, { $0.eq(room) })
        .first()
    else { return }
    try await ctx.db.delete(note.id)
  }

  @Mutation
  static func refuse(_ ctx: MutationContext) async throws {
    _ = try await ctx.db.insert(BoardNote(room: "never", rank: 0, text: "never"))
    throw ConvexError("refused")
  }
}

@Functions("counter")
enum Counting {
  @Query
  static func read(_ ctx: QueryContext) async throws -> Double {
    try await ctx.db.query(BoardCounter.self).first()?.n ?? 0
  }

  @Mutation
  static func add(_ ctx: MutationContext) async throws -> Double {
    ctx.log("adding")
    guard let counter = try await ctx.db.query(BoardCounter.self).first() else {
      _ = try await ctx.db.insert(BoardCounter(n: 1))
      return 1
    }
    try await ctx.db.patch(counter.id) { $0.set(\.n, counter.n + 1) }
    return counter.n + 1
  }

  /// Fails until the counter has been raised by someone else.
  @Mutation
  static func addIfNotZero(_ ctx: MutationContext) async throws -> Double {
    guard try await ctx.db.query(BoardCounter.self).first() != nil else {
      throw ConvexError("zero")
    }
    return try await ctx.runMutation(Counting.$add())
  }

  @Action
  static func addTwice(_ ctx: ActionContext) async throws -> Double {
    _ = try await ctx.runMutation(Counting.$add())
    return try await ctx.runMutation(Counting.$add())
  }
}

@Functions("people")
enum People {
  @Query
  static func me(_ ctx: QueryContext) async throws -> String {
    try await ctx.auth.getUserIdentity()?.subject ?? "nobody"
  }

  @Query
  static func now(_ ctx: QueryContext) async throws -> Double { ctx.now }

  @Query
  static func setting(_ ctx: QueryContext, name: String) async throws -> String {
    try await ctx.env[name] ?? "unset"
  }
}
