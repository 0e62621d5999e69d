// What the store rows call: the same operation many times in one function, so that what a call
// costs can be taken off.

import Hull

/// Operations in a row.
@Functions("loops")
public enum Loops {
  /// Reads documents by id, or with `reads` false does nothing; tells how many bytes there were.
  @Query
  static func get(
    _ ctx: QueryContext,
    ids: [ID<Note>],
    reads: Bool,
    question: Double
  ) async throws -> Int {
    var size = 0
    guard reads else { return size }
    for id in ids {
      guard let note = try await ctx.db.getEncoded(id) else { continue }
      var writer = JSONWriter()
      note.encode(into: &writer)
      size += writer.bytes.count
    }
    return size
  }

  /// Reads a hundred documents by number from each of these on; tells how many bytes there were.
  @Query
  static func scan(
    _ ctx: QueryContext,
    starts: [Double],
    reads: Bool,
    question: Double
  ) async throws -> Int {
    var size = 0
    guard reads else { return size }
    for start in starts {
      var writer = JSONWriter()
      let notes = ctx.db.query(Note.self).encoded().withIndex(Note.byNumber) { $0.gte(start) }
      try await notes.take(100).encode(into: &writer)
      size += writer.bytes.count
    }
    return size
  }

  /// The ids of `count` documents by number, from one on.
  @Query
  static func ids(_ ctx: QueryContext, first: Double, count: Int) async throws -> [ID<Note>] {
    try await ctx.db.query(Note.self).withIndex(Note.byNumber) { $0.gte(first) }.take(count)
      .map(\.id)
  }

  /// Gives documents another text, in one transaction.
  @Mutation
  static func patch(_ ctx: MutationContext, ids: [ID<Note>], text: String) async throws {
    for id in ids { try await ctx.db.patch(id, \.text, to: text) }
  }

  /// How many documents have numbers from `first` on and below `end`.
  @Query
  static func count(_ ctx: QueryContext, first: Double, end: Double) async throws -> Int {
    try await ctx.db.query(Note.self).encoded()
      .withIndex(Note.byNumber) { $0.gte(first).lt(end) }
      .collect().count
  }
}
