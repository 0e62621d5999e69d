// What the rows call: one table, one index, the least a function can do.

public import Hull

/// A short text under a number.
@Table("notes")
public struct Note {
  var number: Double
  var text: String

  static let byNumber = index("by_number", \.number)
}

/// What is asked of notes.
@Functions("notes")
public enum Notes {
  /// One document by id.
  @Query
  static func get(_ ctx: QueryContext, id: ID<Note>) async throws -> Encoded<Note>? {
    try await ctx.db.getEncoded(id)
  }

  /// The same, asked as another question by every other `number`: no result is there already.
  @Query
  static func ask(
    _ ctx: QueryContext,
    id: ID<Note>,
    number: Double
  ) async throws -> Encoded<Note>? {
    try await ctx.db.getEncoded(id)
  }

  /// The first documents by number, unchanged.
  @Query
  static func page(_ ctx: QueryContext, count: Int) async throws -> [Encoded<Note>] {
    try await ctx.db.query(Note.self).encoded().withIndex(Note.byNumber) { $0 }.take(count)
  }

  /// Reads the first documents by number and writes them out, several times, and tells how many
  /// bytes they are in all; another question by every other `number`.
  @Query
  static func copy(
    _ ctx: QueryContext,
    count: Int,
    times: Int,
    number: Double
  ) async throws -> Int {
    var size = 0
    for _ in 0..<times {
      var writer = JSONWriter(capacity: 300 * count)
      let notes = ctx.db.query(Note.self).encoded().withIndex(Note.byNumber) { $0 }
      for note in try await notes.take(count) { note.encode(into: &writer) }
      size += writer.bytes.count
    }
    return size
  }

  /// The id of the document with a number.
  @Query
  static func find(_ ctx: QueryContext, number: Double) async throws -> ID<Note>? {
    try await ctx.db.query(Note.self).withIndex(Note.byNumber) { $0.eq(number) }.first()?.id
  }

  /// The document that was written last: every write changes it.
  @Query
  static func latest(_ ctx: QueryContext) async throws -> Encoded<Note>? {
    try await ctx.db.query(Note.self).encoded().withIndex(Note.byCreationTime) { $0 }
      .order(.descending).first()
  }

  /// The same, for a reader with a query of its own.
  @Query
  static func latestFor(_ ctx: QueryContext, reader: Int) async throws -> Encoded<Note>? {
    try await latest(ctx)
  }

  /// Writes one document.
  @Mutation
  static func add(_ ctx: MutationContext, number: Double, text: String) async throws -> ID<Note> {
    try await ctx.db.insert(Note(number: number, text: text))
  }

  /// Writes `count` documents numbered from `first` in one transaction.
  @Mutation
  static func fill(
    _ ctx: MutationContext,
    first: Int,
    count: Int,
    text: String
  ) async throws {
    for number in first..<(first + count) {
      _ = try await ctx.db.insert(Note(number: Double(number), text: text))
    }
  }
}

extension Notes {
  /// The tables of the rows.
  public static var schema: Schema {
    get throws { try Schema(Note.self, Account.self, Article.self) }
  }
}
